package localtls

import (
	"crypto/tls"
	"fmt"
	"strings"
	"sync"
	"time"
)

// retry is how long after an attempt to renew a certificate the next one is made.
const retry = time.Minute

// renewed is the certificate of a listener that outlives it. One that was made is renewed as it would be at a start, so that all who share
// its folder show the same. One that is given is read anew when it has ended: whoever gave it puts the next one in its place.
type renewed struct {
	note func(line string)

	mu      sync.Mutex
	current *Identity
	next    time.Time // nothing is tried before
	failure string    // that was told last; "": none, or it is over
}

// certificate is what a handshake shows, as [tls.Config.GetCertificate] has it.
func (r *renewed) certificate(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if now := r.current.options.Now(); !now.Before(r.current.due()) && !now.Before(r.next) {
		r.next = now.Add(retry)
		r.renew()
	}
	return &r.current.certificate, nil
}

// due is when a certificate has to be renewed.
func (i *Identity) due() time.Time {
	if i.made {
		return i.end().Add(-renewal)
	}
	return i.end()
}

func (i *Identity) end() time.Time { return i.certificate.Leaf.NotAfter }

// renew loads the next certificate, and tells what came of it. Where there is none, clients are shown the old one on.
func (r *renewed) renew() {
	next, err := Load(r.current.options)
	if err != nil {
		failure := strings.ReplaceAll(err.Error(), "\n", "; ")
		if failure != r.failure {
			r.failure = failure
			r.note(fmt.Sprintf("cannot renew the certificate, which ends at %s: %s", r.current.end().UTC().Format(time.RFC3339), failure))
		}
		return
	}
	r.current, r.failure = next, ""
	switch until := next.end().UTC().Format(time.DateOnly); {
	case next.Note != "":
		r.note(next.Note)
	case next.Trust != "":
		r.note(fmt.Sprintf("shows another certificate, which ends at %s: %s has to be trusted again", until, next.Trust))
	default:
		r.note(fmt.Sprintf("shows another certificate, which ends at %s", until))
	}
}
