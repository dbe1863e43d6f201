package cognito

import (
	"cmp"
	"crypto/rand"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"portcullis/deploy/emulators/cognito/srp"
)

// maxPeople is how many accounts a pool has at most: who signs up needs no password.
const maxPeople = 10_000

// person is an account, as it is now. Its Password is empty: the verifier is in its place. Its Groups and attributes are never
// changed, only replaced: others may have them too.
type person struct {
	Account
	verifier   srp.Verifier
	attributes map[string]string // without sub
	created    time.Time
	modified   time.Time
	number     int // of all that were ever made
	// epoch is another one after each change of what somebody signs in by, and of whether they may: what a sign-in has shown
	// before that is worth nothing after it.
	epoch         int
	temporaryEnds time.Time // when a temporary password does; zero: never
	usedStep      int64     // the last time step whose software token was taken
}

// status is the user's, as the API has it.
// Source: Amazon Cognito user pools API reference, UserType, UserStatus.
func (p person) status() string {
	switch {
	case p.Unconfirmed:
		return "UNCONFIRMED"
	case p.ResetRequired:
		return "RESET_REQUIRED"
	case p.Temporary:
		return "FORCE_CHANGE_PASSWORD"
	}
	return "CONFIRMED"
}

// write sets attributes beside those that are there. Whoever changes an address has not shown that it is theirs, unless the same
// change says so.
func (p *person) write(attributes map[string]string) {
	all := maps.Clone(p.attributes)
	if all == nil {
		all = map[string]string{}
	}
	for _, address := range []string{emailAttribute, phoneAttribute} {
		if value, changed := attributes[address]; changed && value != all[address] {
			all[address+verifiedSuffix] = "false"
		}
	}
	maps.Copy(all, attributes)
	maps.DeleteFunc(all, func(name, value string) bool {
		address, isVerified := strings.CutSuffix(name, verifiedSuffix)
		return value == "" || isVerified && all[address] == ""
	})
	p.attributes, p.Email, p.Phone = all, all[emailAttribute], all[phoneAttribute]
}

// verified gives an address of somebody's that is known to be theirs, "" where there is none.
func (p person) verified(address string) string {
	if p.attributes[address+verifiedSuffix] != "true" {
		return ""
	}
	return p.attributes[address]
}

// people are those who can sign in.
type people struct {
	seeds []string // the names that the configuration has, in its order
	decoy []byte   // the key of the verifiers of those who are not there

	mu     sync.Mutex
	byName map[string]*person
	groups map[string]group
	codes  map[codeKey]*sentCode
	made   int // people
	epochs int
}

func newPeople(c Config) (*people, error) {
	all := &people{byName: map[string]*person{}, groups: map[string]group{}, codes: map[codeKey]*sentCode{}, decoy: make([]byte, 32)}
	rand.Read(all.decoy)
	now := time.Now
	if c.Now != nil {
		now = c.Now
	}
	for _, list := range [][]Account{fixed, c.Accounts} {
		for _, a := range list {
			if err := a.check(c); err != nil {
				return nil, err
			}
			if all.byName[a.Username] != nil {
				return nil, fmt.Errorf("cognito: Accounts: %s stands there twice", a.Username)
			}
			all.seed(a.withDefaults(), now())
		}
	}
	return all, nil
}

// seed adds an account of the configuration, whose addresses are known to be theirs.
func (all *people) seed(a Account, now time.Time) {
	p := person{Account: a, verifier: newVerifier(a.Username, a.Password)}
	p.write(map[string]string{emailAttribute: a.Email, emailAttribute + verifiedSuffix: "true", phoneAttribute: a.Phone, phoneAttribute + verifiedSuffix: "true"})
	for _, name := range a.Groups {
		all.groups[name] = group{name: name, created: now, modified: now}
	}
	all.insert(p, now)
	all.seeds = append(all.seeds, a.Username)
}

// insert adds somebody. Who calls it has the lock, or is alone.
func (all *people) insert(p person, now time.Time) person {
	all.made++
	p.Password, p.number, p.created, p.modified = "", all.made, now, now
	p.epoch = all.nextEpoch()
	all.byName[p.Username] = &p
	return p
}

func (all *people) nextEpoch() int {
	all.epochs++
	return all.epochs
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

// add adds somebody who is new.
func (all *people) add(p person, now time.Time) (person, *apiError) {
	all.mu.Lock()
	defer all.mu.Unlock()
	switch {
	case all.byName[p.Username] != nil:
		return person{}, &apiError{"UsernameExistsException", "User already exists"}
	case len(all.byName) >= maxPeople:
		return person{}, &apiError{"LimitExceededException", fmt.Sprintf("The pool has %d users, and takes no more.", maxPeople)}
	}
	return all.insert(p, now), nil
}

// change changes somebody, or leaves them as they are where that fails. It gives them as they are then.
func (all *people) change(username string, now time.Time, change func(*person) *apiError) (person, *apiError) {
	all.mu.Lock()
	defer all.mu.Unlock()
	return all.changeLocked(username, now, change)
}

// changeLocked is change for who has the lock.
func (all *people) changeLocked(username string, now time.Time, change func(*person) *apiError) (person, *apiError) {
	found := all.byName[username]
	if found == nil {
		return person{}, userNotFound
	}
	p := *found
	if err := change(&p); err != nil {
		return person{}, err
	}
	p.modified = now
	if p.verifier != found.verifier || p.status() != found.status() || p.Disabled != found.Disabled {
		p.epoch = all.nextEpoch()
	}
	*found = p
	return p, nil
}

// remove deletes somebody, and the codes that they were sent. The number is theirs, lest another be deleted who has taken the name;
// 0 is whoever has it.
func (all *people) remove(username string, number int) *apiError {
	all.mu.Lock()
	defer all.mu.Unlock()
	if p := all.byName[username]; p == nil || number != 0 && p.number != number {
		return userNotFound
	}
	delete(all.byName, username)
	maps.DeleteFunc(all.codes, func(key codeKey, _ *sentCode) bool { return key.username == username })
	return nil
}

// while does something as long as nothing changes anybody, if somebody is still as they were at an epoch.
func (all *people) while(username string, epoch int, do func()) (same bool) {
	all.mu.Lock()
	defer all.mu.Unlock()
	p := all.byName[username]
	if p == nil || p.epoch != epoch {
		return false
	}
	do()
	return true
}

// list gives up to limit people behind the one with a number, in the order in which they were made, and whether there are more.
func (all *people) list(behind, limit int, match func(person) bool) (found []person, more bool) {
	all.mu.Lock()
	defer all.mu.Unlock()
	for _, p := range all.byName {
		if p.number > behind && match(*p) {
			found = append(found, *p)
		}
	}
	slices.SortFunc(found, func(a, b person) int { return cmp.Compare(a.number, b.number) })
	if len(found) > limit {
		return found[:limit], true
	}
	return found, false
}

// useToken takes a code of the software token, each once (RFC 6238, section 5.2).
func (all *people) useToken(username, code string, now time.Time) *apiError {
	all.mu.Lock()
	defer all.mu.Unlock()
	p := all.byName[username]
	if p == nil {
		return invalidSession
	}
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
