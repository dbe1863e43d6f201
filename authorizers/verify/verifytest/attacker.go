package verifytest

import (
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net/http"
	"time"
)

// Where jku and x5u of broken tokens lead, below the issuer's own URL: a verifier that allows the
// issuer's host is to be tempted, too.
const (
	lureKeySetPath      = "/attacker/jwks.json"
	lureCertificatePath = "/attacker/certificate.pem"
)

// attacker has a key that the issuer never published.
type attacker struct {
	key
	certificate []byte // self-signed, DER
}

// Lured tells how many requests have come for the addresses that the headers jku and x5u of broken
// tokens name. The attacker's keys are really there; a correct verifier never asks for them.
func (i *Issuer) Lured() int {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.lured
}

// attacker returns the one attacker of an algorithm.
func (i *Issuer) attacker(a algorithm) *attacker {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.attackers == nil {
		i.attackers = map[string]*attacker{}
	}
	if i.attackers[a.name] == nil {
		k := i.keys.make(a, "attacker")
		i.attackers[a.name] = &attacker{k, selfSigned(k)}
	}
	return i.attackers[a.name]
}

func selfSigned(k key) []byte {
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1),
		Subject:      pkix.Name{CommonName: "attacker"},
		NotBefore:    time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC),
		NotAfter:     time.Date(2100, 1, 1, 0, 0, 0, 0, time.UTC),
	}
	certificate, err := x509.CreateCertificate(rand.Reader, template, template, k.private.Public(), k.private)
	must(err)
	return certificate
}

func (i *Issuer) serveLure(w http.ResponseWriter, path string) {
	keys, certificates := i.lures()
	if path == lureCertificatePath {
		w.Write(certificates)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.Write(mustJSON(map[string]any{"keys": keys}))
}

func (i *Issuer) lures() (keys []any, certificates []byte) {
	i.mu.Lock()
	defer i.mu.Unlock()
	for _, a := range i.attackers {
		keys = append(keys, a.jwk)
		certificates = append(certificates, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: a.certificate})...)
	}
	return keys, certificates
}
