package cognito

import (
	"sync"
	"time"

	"github.com/google/uuid"
)

const (
	// refreshLifetime is how long a sign-in can be refreshed: Cognito's default. Rotation does not lengthen it.
	refreshLifetime = 30 * 24 * time.Hour

	// maxRotated is how many refresh tokens one session knows; one more pushes out its oldest.
	maxRotated = 8
)

// session is one sign-in: what its tokens keep when they are refreshed.
type session struct {
	username string
	subject  string // another user may have the name later
	client   Client
	signedIn time.Time
	origin   string // origin_jti
	event    string // event_id
	device   string // the key of the device; "": the pool remembers none
}

func newSession(who person, client Client, now time.Time) session {
	return session{username: who.Username, subject: who.Subject, client: client, signedIn: now, origin: uuid.NewString(), event: uuid.NewString()}
}

func (s session) expired(now time.Time) bool { return !now.Before(s.signedIn.Add(refreshLifetime)) }

// family is a session and all refresh tokens that were given for it.
type family struct {
	session
	revoked bool
	tokens  []digest             // oldest first
	replace map[digest]time.Time // when those that were rotated out end
}

// sessions are the sign-ins that are known, at most max of them. One that is pushed out is as good as revoked.
type sessions struct {
	max int

	mu       sync.Mutex
	byToken  map[digest]*family
	byOrigin map[string]*family
	order    []*family // oldest first
}

func newSessions(max int) *sessions {
	return &sessions{max: max, byToken: map[digest]*family{}, byOrigin: map[string]*family{}}
}

// add keeps s, and returns its refresh token. The oldest sessions make room, those first that have been expired for another
// refreshLifetime.
func (all *sessions) add(s session, now time.Time) string {
	all.mu.Lock()
	defer all.mu.Unlock()
	for len(all.order) > 0 && (len(all.order) >= all.max || all.order[0].expired(now.Add(-refreshLifetime))) {
		all.drop(all.order[0])
		all.order = all.order[1:]
	}
	f := &family{session: s, replace: map[digest]time.Time{}}
	all.byOrigin[s.origin] = f
	all.order = append(all.order, f)
	return all.addToken(f)
}

func (all *sessions) drop(f *family) {
	delete(all.byOrigin, f.origin)
	for _, token := range f.tokens {
		delete(all.byToken, token)
	}
}

func (all *sessions) addToken(f *family) string {
	if len(f.tokens) == maxRotated {
		delete(all.byToken, f.tokens[0])
		delete(f.replace, f.tokens[0])
		f.tokens = f.tokens[1:]
	}
	token := randomToken()
	f.tokens = append(f.tokens, digestOf(token))
	all.byToken[digestOf(token)] = f
	return token
}

// refresh finds the session of a refresh token that is the client's and still good. If the client rotates, it also gives the
// token that takes its place.
func (all *sessions) refresh(token string, client Client, now time.Time) (s session, next string, err *apiError) {
	all.mu.Lock()
	defer all.mu.Unlock()
	f := all.byToken[digestOf(token)]
	switch {
	case f == nil || f.client.ID != client.ID || f.device != client.device:
		return s, "", invalidRefresh
	case f.revoked:
		return s, "", notAuthorized("Refresh Token has been revoked")
	case f.expired(now):
		return s, "", notAuthorized("Refresh Token has expired")
	}
	if !client.Rotate {
		return f.session, "", nil
	}
	end, rotated := f.replace[digestOf(token)]
	if rotated && !now.Before(end) {
		return s, "", &apiError{"RefreshTokenReuseException", "Refresh Token has been used before"}
	}
	if !rotated {
		f.replace[digestOf(token)] = now.Add(client.RetryGracePeriod)
	}
	return f.session, all.addToken(f), nil
}

// revoke ends the session of a refresh token: all its refresh tokens, and its access tokens where this pool is asked. It does
// nothing where there is none, and fails if the session is another client's.
func (all *sessions) revoke(token string, client Client) *apiError {
	all.mu.Lock()
	defer all.mu.Unlock()
	f := all.byToken[digestOf(token)]
	switch {
	case f == nil:
		return nil
	case f.client.ID != client.ID:
		return &apiError{"UnauthorizedException", "Token was not issued to the client"}
	}
	f.revoked = true
	return nil
}

// revokeAll ends all sessions of somebody.
func (all *sessions) revokeAll(username string) {
	all.mu.Lock()
	defer all.mu.Unlock()
	for _, f := range all.byOrigin {
		if f.username == username {
			f.revoked = true
		}
	}
}

// live says whether a session is known and was not ended.
func (all *sessions) live(origin string) bool {
	all.mu.Lock()
	defer all.mu.Unlock()
	f := all.byOrigin[origin]
	return f != nil && !f.revoked
}
