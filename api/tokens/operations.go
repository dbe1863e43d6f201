package tokens

import (
	"context"
	"errors"
	"fmt"
	"time"

	"portcullis/api/internal/lambdaproxy"
)

// What clients are told of what was refused: one text for every reason.
var (
	errCredentials = &unauthorized{text: "Invalid credentials"}
	errReply       = &unauthorized{text: "Invalid code or session"}
	errRefresh     = &unauthorized{text: "Invalid refresh token"}
	errReplaced    = &unauthorized{text: "Refresh token was replaced by a newer one"}
	errAccess      = &unauthorized{text: "Invalid access token", challenge: `Bearer realm="tokens", error="invalid_token"`}
	errNoAccess    = &unauthorized{text: "Invalid access token", challenge: `Bearer realm="tokens"`} // there is none: that is no error of one
)

// signIn serves POST /tokens, which starts a sign-in or answers a challenge of one.
func (h *Handler) signIn(ctx context.Context, e *lambdaproxy.Event) (lambdaproxy.Answer, error) {
	body, err := e.ReadBody("username", "password", "challenge", "session", "answer")
	if err != nil {
		return lambdaproxy.Answer{}, err
	}
	outcome, err := h.step(ctx, body)
	switch {
	case err != nil:
		return lambdaproxy.Answer{}, err
	case outcome.Tokens != nil:
		return ok(issuedOf(*outcome.Tokens)), nil
	case outcome.Challenge != nil:
		return ok(challengedOf(*outcome.Challenge)), nil
	}
	return lambdaproxy.Answer{}, errors.New("the identity provider gave neither tokens nor a challenge")
}

func (h *Handler) step(ctx context.Context, body lambdaproxy.Object) (Outcome, error) {
	if body.Has("challenge") || body.Has("session") || body.Has("answer") {
		reply, err := readReply(body)
		if err != nil {
			return Outcome{}, err
		}
		outcome, err := h.identity.Reply(ctx, reply)
		return outcome, denied(err, errReply)
	}
	username, password, err := readCredentials(body)
	if err != nil {
		return Outcome{}, err
	}
	outcome, err := h.identity.SignIn(ctx, username, password)
	return outcome, denied(err, errCredentials)
}

// refresh serves POST /tokens/refresh.
func (h *Handler) refresh(ctx context.Context, e *lambdaproxy.Event) (lambdaproxy.Answer, error) {
	refresh, err := readRefreshToken(e)
	if err != nil {
		return lambdaproxy.Answer{}, err
	}
	tokens, err := h.identity.Refresh(ctx, refresh)
	if errors.Is(err, ErrReplaced) {
		err = ErrRefused
	}
	if err != nil {
		return lambdaproxy.Answer{}, denied(err, errRefresh)
	}
	return ok(issuedOf(tokens)), nil
}

// revoke serves POST /tokens/revoke. A refresh token that is not known is as good as a revoked one (RFC 7009, section 2.2).
func (h *Handler) revoke(ctx context.Context, e *lambdaproxy.Event) (lambdaproxy.Answer, error) {
	refresh, err := readRefreshToken(e)
	if err != nil {
		return lambdaproxy.Answer{}, err
	}
	next := Secret("")
	if h.revocations != nil {
		next, err = h.revokeFamily(ctx, refresh)
	}
	replaced := errors.Is(err, ErrReplaced)
	if err != nil && !replaced {
		return lambdaproxy.Answer{}, err
	}
	if err := h.revokeAll(ctx, next, refresh); err != nil { // one that was rotated may be good for another minute
		return lambdaproxy.Answer{}, handOn(next, err)
	}
	if replaced {
		return lambdaproxy.Answer{}, errReplaced
	}
	return ok(message{"Refresh token revoked"}), nil
}

// revokeAll ends refresh tokens at the provider, those that are not "".
func (h *Handler) revokeAll(ctx context.Context, all ...Secret) error {
	for _, token := range all {
		if token == "" {
			continue
		}
		if err := h.identity.Revoke(ctx, token); err != nil && !errors.Is(err, ErrRefused) {
			return err
		}
	}
	return nil
}

// revokeFamily tells the authorizers what a refresh token stands for. The token is opaque, so that it is used once more:
// the access token that it gives names the family, whose ID tokens may end later. It returns the refresh token that took the
// place of this one, if any.
//
// The authorizers come before the provider: when they cannot be told, the refresh token is good for another attempt. A token
// that is refused names no family; the access tokens that came of it end by themselves. So do those of one that was replaced,
// which is ErrReplaced: the newer one, which names the family, may be somebody else's by now.
func (h *Handler) revokeFamily(ctx context.Context, refresh Secret) (next Secret, err error) {
	tokens, err := h.identity.Refresh(ctx, refresh)
	switch {
	case errors.Is(err, ErrRefused):
		return "", nil
	case err != nil:
		return "", err
	}
	claims, err := h.identity.Claims(tokens.Access)
	if err == nil {
		err = unavailable(h.revocations.RevokeFamily(ctx, claims.Issuer, claims.Origin, h.now().Add(longestToken)))
	}
	return tokens.Refresh, handOn(tokens.Refresh, err)
}

// longestToken is the longest that an access token or an ID token of Cognito's can be good
// (https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_UserPoolClientType.html).
const longestToken = 24 * time.Hour

// signOut serves POST /tokens/sign-out.
func (h *Handler) signOut(ctx context.Context, e *lambdaproxy.Event) (lambdaproxy.Answer, error) {
	access, err := readBearer(e)
	if err != nil {
		return lambdaproxy.Answer{}, err
	}
	if h.revocations == nil {
		err = h.identity.SignOut(ctx, access)
	} else {
		err = h.signOutEverywhere(ctx, access)
	}
	if err != nil {
		return lambdaproxy.Answer{}, denied(err, errAccess)
	}
	return ok(message{"Signed out"}), nil
}

// signOutEverywhere tells the authorizers of the user's tokens before the provider ends them, so that a failure leaves the
// access token good for another attempt; and once more behind it, for tokens that were issued in between.
func (h *Handler) signOutEverywhere(ctx context.Context, access Secret) error {
	claims, err := h.identity.Check(ctx, access)
	if err != nil {
		return err
	}
	if err := h.revokeUser(ctx, claims); err != nil {
		return err
	}
	if err := h.identity.SignOut(ctx, access); err != nil {
		return err
	}
	return h.revokeUser(ctx, claims)
}

// revokeUser ends what the user was issued up to now, and the access token itself: the provider's clock may be ahead.
func (h *Handler) revokeUser(ctx context.Context, c Claims) error {
	before := h.now()
	if c.Issued.After(before) {
		before = c.Issued
	}
	return unavailable(h.revocations.RevokeUser(ctx, c.Issuer, c.Subject, before, before.Add(longestToken)))
}

// unavailable is any failure to remember a revocation: it can be tried again.
func unavailable(err error) error {
	if err == nil {
		return nil
	}
	return &UnavailableError{RetryAfter: time.Second, Err: fmt.Errorf("revocations: %w", err)}
}

// handOn keeps a rotated refresh token with the error that its client hears of.
func handOn(next Secret, err error) error {
	if err == nil || next == "" {
		return err
	}
	return &rotatedError{next, err}
}
