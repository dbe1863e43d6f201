package cognito

import (
	"sync"
	"time"

	"portcullis/deploy/emulators/cognito/srp"
)

const (
	// challengeLifetime is how long a sign-in may wait for an answer: Cognito's default.
	challengeLifetime = 3 * time.Minute

	// maxTries is how many wrong codes or passwords one challenge takes.
	maxTries = 5
)

// challenge is a sign-in that waits for an answer.
type challenge struct {
	name     string // ChallengeName
	client   string
	username string
	epoch    int // the user's when it was made; 0: there is no such user
	ends     time.Time

	exchange *srp.Exchange // of PASSWORD_VERIFIER and DEVICE_PASSWORD_VERIFIER
	device   string        // the key, of the challenges to a device
	code     string        // that was sent, of SMS_MFA, SMS_OTP and EMAIL_OTP; "": none was

	tries int
	spent bool
}

// challengeTo is a challenge to somebody as they are now.
func challengeTo(who person, client Client, name string) challenge {
	return challenge{name: name, client: client.ID, username: who.Username, epoch: who.epoch}
}

// challenges are those that wait, by what stands for them: a session, or a secret block. There are at most max of them.
type challenges struct {
	max int

	mu    sync.Mutex
	byKey map[digest]*challenge
	order []digest // oldest first
}

func newChallenges(max int) *challenges {
	return &challenges{max: max, byKey: map[digest]*challenge{}}
}

// add keeps c for challengeLifetime, under a handle of its own. The oldest ones make room, those first that have ended
// for as long again.
func (all *challenges) add(c challenge, now time.Time) (handle string) {
	handle = randomToken()
	c.ends = now.Add(challengeLifetime)
	all.mu.Lock()
	defer all.mu.Unlock()
	for len(all.order) > 0 && (len(all.order) >= all.max || now.After(all.byKey[all.order[0]].ends.Add(challengeLifetime))) {
		delete(all.byKey, all.order[0])
		all.order = all.order[1:]
	}
	key := digestOf(handle)
	all.byKey[key] = &c
	all.order = append(all.order, key)
	return handle
}

// take gives the challenge that is being answered, and spends it: of several answers at once, one has it.
func (all *challenges) take(handle string, a answer, now time.Time) (challenge, *apiError) {
	all.mu.Lock()
	defer all.mu.Unlock()
	c := all.byKey[digestOf(handle)]
	switch {
	case c == nil || c.name != a.name || c.client != a.client.ID || c.username != a.username():
		return challenge{}, invalidSession
	case c.spent:
		return challenge{}, spentSession
	case !now.Before(c.ends):
		return challenge{}, expiredSession
	}
	c.spent = true
	taken := *c
	c.exchange, c.code = nil, ""
	return taken, nil
}

// giveBack lets a challenge be answered again after a wrong code, as often as maxTries allows.
func (all *challenges) giveBack(handle string, c challenge) {
	all.mu.Lock()
	defer all.mu.Unlock()
	key := digestOf(handle)
	if c.tries++; c.tries < maxTries && all.byKey[key] != nil {
		c.spent = false
		all.byKey[key] = &c
	}
}
