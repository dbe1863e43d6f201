package sigv4

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"errors"
	"net/http"
	"strings"
	"time"
)

// Credentials are what the owner of an access key signs with. The zero value signs nothing.
type Credentials struct {
	SecretAccessKey Secret    // empty: nothing that is signed with it holds
	SessionToken    Secret    // empty: long-term credentials, which have none
	Expires         time.Time // when the session ends; zero: never
}

// Config is what a Verifier is made of.
type Config struct {
	Region  string // of the API, such as eu-west-1; required
	Service string // that signatures are for; empty: execute-api
	// Lookup finds the credentials of an access key, and false if there are none; required. It is called before the
	// signature is checked, so the access key is anyone's text.
	Lookup func(accessKeyID string) (Credentials, bool)
	Now    func() time.Time // nil: time.Now
}

// Verifier checks signatures. It is for use by any number of goroutines.
type Verifier struct {
	scope  Scope // without a date
	lookup func(string) (Credentials, bool)
	now    func() time.Time
}

// New makes a Verifier. It returns an error that names what the Config lacks.
func New(config Config) (*Verifier, error) {
	if config.Region == "" {
		return nil, errors.New("sigv4: Config.Region is empty")
	}
	if config.Lookup == nil {
		return nil, errors.New("sigv4: Config.Lookup is nil")
	}
	if config.Service == "" {
		config.Service = "execute-api"
	}
	if config.Now == nil {
		config.Now = time.Now
	}
	return &Verifier{scope: Scope{Region: config.Region, Service: config.Service}, lookup: config.Lookup, now: config.Now}, nil
}

// Signed is a signature that holds.
type Signed struct {
	AccessKeyID string    // whose secret it was made with
	Scope       Scope     // what it is for
	SignedAt    time.Time // to the second
	Expires     time.Time // when the signature ends
	Presigned   bool      // it was in the query, not in the Authorization header
}

// Verify checks the signature of a request as it came from the wire. The path is that of the request's target,
// neither decoded nor cleaned, and the query is r.URL.RawQuery; the body has been read from r. The error is an [*Error].
// See https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html.
func (v *Verifier) Verify(r *http.Request, path string, body []byte) (*Signed, error) {
	if len(path) > maxText {
		return nil, refuse(IncompleteSignature, "The path is too long.")
	}
	query, err := parseQuery(r.URL.RawQuery)
	if err != nil {
		return nil, err
	}
	c, err := readClaim(r.Header, query)
	if err != nil {
		return nil, err
	}
	headers, err := canonicalHeaders(r, c.signedHeaders)
	if err != nil {
		return nil, err
	}
	signed, err := v.checkClaim(c)
	if err != nil {
		return nil, err
	}
	credentials, err := v.credentials(signed.AccessKeyID, c.token)
	if err != nil {
		return nil, err
	}
	bodyHash, err := hashBody(r.Header, query, body)
	if err != nil {
		return nil, err
	}
	want := sign(credentials.SecretAccessKey, signed, canonicalRequest(r, path, query, headers, c.signedHeaders, bodyHash))
	if subtle.ConstantTimeCompare([]byte(want), []byte(c.signature)) != 1 {
		return nil, mismatch("the signature is not that of the request")
	}
	return signed, nil
}

// checkClaim checks what the request says of its signature: for here, and for now.
func (v *Verifier) checkClaim(c claim) (*Signed, error) {
	signedAt, err := parseDate(c.date)
	if err != nil {
		return nil, err
	}
	accessKeyID, scope, err := parseCredential(c.credential, v.scope, signedAt.Format(isoBasic))
	if err != nil {
		return nil, err
	}
	expires, err := checkTime(c, signedAt, v.now())
	if err != nil {
		return nil, err
	}
	return &Signed{accessKeyID, scope, signedAt, expires, c.presigned}, nil
}

// credentials finds those of the access key, whose session token must be the one that was sent, or none.
func (v *Verifier) credentials(accessKeyID, token string) (Credentials, error) {
	credentials, found := v.lookup(accessKeyID)
	if !found || credentials.SecretAccessKey == "" {
		return Credentials{}, unrecognized("the access key is not known")
	}
	if subtle.ConstantTimeCompare([]byte(credentials.SessionToken), []byte(token)) != 1 {
		return Credentials{}, unrecognized("the session token is not that of the access key")
	}
	if !credentials.Expires.IsZero() && !v.now().Before(credentials.Expires) {
		return Credentials{}, refuse(ExpiredToken, "The security token included in the request is expired")
	}
	return credentials, nil
}

// sign returns the signature in hex. See
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html#calculate-signature.
func sign(secret Secret, signed *Signed, canonical string) string {
	hash := sha256.Sum256([]byte(canonical))
	text := strings.Join([]string{algorithm, signed.SignedAt.Format(isoBasic), signed.Scope.String(), hex.EncodeToString(hash[:])}, "\n")
	key := []byte("AWS4" + string(secret))
	for _, part := range []string{signed.Scope.Date, signed.Scope.Region, signed.Scope.Service, terminator} {
		key = keyedHash(key, part)
	}
	return hex.EncodeToString(keyedHash(key, text))
}

func keyedHash(key []byte, text string) []byte {
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(text))
	return mac.Sum(nil)
}
