package cognito

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"sync"
	"time"

	"github.com/google/uuid"
)

// refreshLifetime is how long a refresh token is good: Cognito's default.
const refreshLifetime = 30 * 24 * time.Hour

// session is one sign-in: what its tokens keep when they are refreshed.
type session struct {
	account  Account
	signedIn time.Time
	origin   string // origin_jti
	event    string // event_id
}

func newSession(a Account, now time.Time) session {
	return session{account: a, signedIn: now, origin: uuid.NewString(), event: uuid.NewString()}
}

func (s session) expired(now time.Time) bool { return !now.Before(s.signedIn.Add(refreshLifetime)) }

// digest stands for a refresh token, so that the store holds none that could be used.
type digest [sha256.Size]byte

// sessions are the sign-ins that can be refreshed, by refresh token; at most max of them.
type sessions struct {
	max int

	mu    sync.Mutex
	byKey map[digest]session
	order []digest // oldest first
}

func newSessions(max int) *sessions {
	return &sessions{max: max, byKey: map[digest]session{}}
}

// add keeps s, and returns its refresh token: 256 random bits in base64url. The oldest sessions make
// room, those first that have been expired for another refreshLifetime.
func (all *sessions) add(s session, now time.Time) string {
	secret := make([]byte, 32)
	rand.Read(secret)
	token := base64.RawURLEncoding.EncodeToString(secret)
	key := digest(sha256.Sum256([]byte(token)))
	all.mu.Lock()
	defer all.mu.Unlock()
	for len(all.order) > 0 && (len(all.order) >= all.max || all.byKey[all.order[0]].expired(now.Add(-refreshLifetime))) {
		delete(all.byKey, all.order[0])
		all.order = all.order[1:]
	}
	all.byKey[key] = s
	all.order = append(all.order, key)
	return token
}

func (all *sessions) get(token string) (session, bool) {
	all.mu.Lock()
	defer all.mu.Unlock()
	s, ok := all.byKey[digest(sha256.Sum256([]byte(token)))]
	return s, ok
}
