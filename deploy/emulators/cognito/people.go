package cognito

import (
	"crypto/rand"
	"fmt"
	"strings"
	"sync"
	"time"

	"portcullis/deploy/emulators/cognito/srp"
)

// person is an account, as it is now. Its Password is empty: the verifier is in its place.
type person struct {
	Account
	verifier   srp.Verifier
	attributes map[string]string // those that were set with a new password, and are not changed any more
	usedStep   int64             // the last time step whose software token was taken
}

// people are those who can sign in.
type people struct {
	names []string // in the order of the configuration
	decoy []byte   // the key of the verifiers of those who are not there

	mu     sync.Mutex
	byName map[string]*person
}

func newPeople(c Config) (*people, error) {
	all := &people{byName: map[string]*person{}, decoy: make([]byte, 32)}
	rand.Read(all.decoy)
	for _, list := range [][]Account{fixed, c.Accounts} {
		for _, a := range list {
			if err := a.check(c); err != nil {
				return nil, err
			}
			if all.byName[a.Username] != nil {
				return nil, fmt.Errorf("cognito: Accounts: %s stands there twice", a.Username)
			}
			all.add(a.withDefaults())
		}
	}
	return all, nil
}

func (all *people) add(a Account) {
	p := &person{Account: a, verifier: newVerifier(a.Username, a.Password)}
	p.Password = ""
	all.byName[a.Username] = p
	all.names = append(all.names, a.Username)
}

// newVerifier is for the name of the pool that clients hash: what comes after the underscore.
func newVerifier(username, password string) srp.Verifier {
	return srp.NewVerifier(poolName, username, password)
}

var _, poolName, _ = strings.Cut(PoolID, "_")

// get gives a person as they are now, and for an unknown name one whom no password fits.
func (all *people) get(username string) (p person, known bool) {
	all.mu.Lock()
	defer all.mu.Unlock()
	if found := all.byName[username]; found != nil {
		return *found, true
	}
	return person{Account: Account{Username: username}, verifier: srp.Decoy(all.decoy, poolName, username)}, false
}

// authenticate does the same work for an unknown name and for a wrong password.
func (all *people) authenticate(username, password string) (person, bool) {
	p, known := all.get(username)
	right := p.verifier.Matches(password)
	return p, known && right
}

// setPassword replaces a password that is temporary. It fails if it no longer is.
func (all *people) setPassword(username, password string, attributes map[string]string) (person, bool) {
	verifier := newVerifier(username, password)
	all.mu.Lock()
	defer all.mu.Unlock()
	p := all.byName[username]
	if p == nil || !p.Temporary {
		return person{}, false
	}
	p.verifier, p.Temporary, p.attributes = verifier, false, attributes
	return *p, true
}

// useToken takes a code of the software token, each once (RFC 6238, section 5.2).
func (all *people) useToken(username, code string, now time.Time) *apiError {
	all.mu.Lock()
	defer all.mu.Unlock()
	p := all.byName[username]
	step, ok := matchTOTP(p.TOTPSecret, code, now)
	switch {
	case !ok:
		return codeMismatch
	case step <= p.usedStep:
		return &apiError{"ExpiredCodeException", "Your software token has already been used once."}
	}
	p.usedStep = step
	return nil
}
