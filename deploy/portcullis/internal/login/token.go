package login

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"strings"
	"time"

	"portcullis/api/tokens"
	"portcullis/api/tokens/client"
	"portcullis/deploy/portcullis/internal/cli"
	"portcullis/deploy/portcullis/internal/login/profile"
)

// lockTimeout is how long to wait for another login; each call of that one ends before.
const lockTimeout = time.Minute

// renewAndPrint does it all again with the profile locked: another login may have been at work.
func (s *session) renewAndPrint(ctx context.Context, store *profile.Store, o options) error {
	locked, err := s.lock(ctx, store, o.profile)
	if err != nil {
		return err
	}
	defer locked.Unlock()
	kept, err := locked.Load()
	if err != nil {
		return err
	}
	want, err := s.wanted(kept, o)
	if err != nil {
		return err
	}
	if o.force || !s.isGood(want.Tokens, o.id) {
		if want, err = s.renew(ctx, locked, kept, want, o); err != nil {
			return err
		}
	}
	return s.printToken(want.Tokens, o.id)
}

// lock waits for the profile, and says so if that takes a while.
func (s *session) lock(ctx context.Context, store *profile.Store, name string) (*profile.Locked, error) {
	ctx, cancel := context.WithTimeout(ctx, lockTimeout)
	defer cancel()
	waiting := time.AfterFunc(2*time.Second, func() {
		s.Note(s.command, "waiting for another login that is at work with profile %s", name)
	})
	defer waiting.Stop()
	return store.Lock(ctx, name)
}

// renew refreshes the tokens, or has somebody sign in, and keeps what that gave.
func (s *session) renew(ctx context.Context, locked *profile.Locked, kept, want profile.Profile, o options) (profile.Profile, error) {
	if want.Tokens != nil && !o.force {
		renewed, err := s.refresh(ctx, locked, want)
		if !errors.Is(err, tokens.ErrRefused) {
			return renewed, explain(err, "")
		}
		if !o.passwordStdin && !s.AtTerminal() {
			return want, &cli.NoError{Err: errors.New("the sign-in has ended, and stdin is no terminal to sign in again at")}
		}
		s.Note(s.command, "the sign-in has ended")
	}
	signed, err := s.signIn(ctx, want, o)
	if err != nil {
		return want, err
	}
	if err := locked.Save(signed); err != nil {
		return want, err
	}
	if o.force && kept.Tokens != nil {
		s.revokeReplaced(ctx, kept)
	}
	return signed, nil
}

// refresh renews the tokens, and keeps the new ones. An interrupt waits for it: a refresh token that was rotated is lost if
// nobody keeps the next one.
func (s *session) refresh(ctx context.Context, locked *profile.Locked, p profile.Profile) (profile.Profile, error) {
	from, err := s.dial(p.Place)
	if err != nil {
		return p, err
	}
	started := s.Now()
	issued, err := from.Refresh(context.WithoutCancel(ctx), p.Tokens.Refresh, p.Device.Key)
	if turned := (*client.RotatedError)(nil); errors.As(err, &turned) {
		return p, errors.Join(err, saveRefresh(locked, p, turned.Refresh))
	}
	if err != nil {
		return p, err
	}
	if issued.Refresh == "" {
		issued.Refresh = p.Tokens.Refresh
	}
	renewed, err := keep(issued, started)
	if err != nil && client.ValidToken(string(issued.Refresh)) {
		return p, errors.Join(err, saveRefresh(locked, p, issued.Refresh))
	}
	if err != nil {
		return p, err
	}
	p.Tokens = renewed
	return p, locked.Save(p)
}

// saveRefresh keeps a refresh token that came with a failure: the one before may be good no more.
func saveRefresh(locked *profile.Locked, p profile.Profile, refresh tokens.Secret) error {
	next := *p.Tokens
	next.Refresh = refresh
	p.Tokens = &next
	return locked.Save(p)
}

// maxLifetime is longer than any token of Cognito's is good.
const maxLifetime = 25 * time.Hour

// keep makes tokens what a profile keeps, or says what cannot be kept.
func keep(issued tokens.Tokens, started time.Time) (*profile.Tokens, error) {
	for _, token := range []tokens.Secret{issued.Access, issued.ID, issued.Refresh} {
		if !client.ValidToken(string(token)) {
			return nil, errors.New("the answer has tokens that are none")
		}
	}
	lifetime := time.Duration(issued.Expires) * time.Second
	if issued.Expires < 1 || lifetime > maxLifetime {
		return nil, errors.New("the answer has tokens with a lifetime that is none")
	}
	return &profile.Tokens{Access: issued.Access, ID: issued.ID, Refresh: issued.Refresh, Expires: started.Add(lifetime)}, nil
}

// isGood tells whether a token is good for another minute. An end too far away is one of another clock.
func (s *session) isGood(t *profile.Tokens, id bool) bool {
	if t == nil {
		return false
	}
	end := t.Expires
	if id {
		end = expiryOf(t.ID)
	}
	left := end.Sub(s.Now())
	return left >= time.Minute && left <= maxLifetime
}

// expiryOf is the claim exp of a JWT (RFC 7519, section 4.1.4); the zero time where that cannot be read.
func expiryOf(token tokens.Secret) time.Time {
	parts := strings.Split(string(token), ".")
	if len(parts) != 3 {
		return time.Time{}
	}
	var claims struct{ Exp int64 }
	payload, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil || json.Unmarshal(payload, &claims) != nil {
		return time.Time{}
	}
	return time.Unix(claims.Exp, 0)
}

func (s *session) printToken(t *profile.Tokens, id bool) error {
	if id {
		return s.Print(string(t.ID) + "\n")
	}
	return s.Print(string(t.Access) + "\n")
}

// revokeReplaced ends a sign-in whose place another one took.
func (s *session) revokeReplaced(ctx context.Context, before profile.Profile) {
	at, err := s.dial(before.Place)
	if err == nil {
		_, err = at.Revoke(ctx, before.Tokens.Refresh, before.Tokens.Access, before.Device.Key)
	}
	if err != nil && !errors.Is(err, tokens.ErrRefused) {
		s.Note(s.command, "the sign-in before was replaced here, and could not be revoked: %v", err)
	}
}
