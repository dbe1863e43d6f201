package tokens

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"portcullis/api/internal/lambdaproxy"
)

// What clients are told of what was refused: one text for every reason.
var (
	errCredentials   = &unauthorized{text: "Invalid credentials"}
	errReply         = &unauthorized{text: "Invalid code or session"}
	errRefresh       = &unauthorized{text: "Invalid refresh token, or one of a remembered device without its deviceKey"}
	errDeviceRefresh = &unauthorized{text: "Invalid refresh token, or not that of this deviceKey"}
	errReplaced      = &unauthorized{text: "Refresh token was replaced by a newer one"}
	errAccess        = &unauthorized{text: "Invalid access token", challenge: `Bearer realm="tokens", error="invalid_token"`}
	errNoAccess      = &unauthorized{text: "Invalid access token", challenge: `Bearer realm="tokens"`} // there is none: that is no error of one
)

// signIn serves POST /tokens, which starts a sign-in or answers a challenge of one.
func (h *Handler) signIn(ctx context.Context, e *lambdaproxy.Event) (lambdaproxy.Answer, error) {
	body, err := readBody(e, "username", "password", "preferredChallenge", "device", "challenge", "session", "answer")
	if err != nil {
		return lambdaproxy.Answer{}, err
	}
	outcome, err := h.step(ctx, body)
	switch {
	case err != nil:
		return lambdaproxy.Answer{}, err
	case outcome.Tokens != nil:
		if failed := outcome.Tokens.Unremembered; failed != nil {
			e.Report(ctx, h.log, slog.LevelWarn, fmt.Errorf("the device is not remembered: %w", failed))
		}
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
	credentials, err := readCredentials(body)
	if err != nil {
		return Outcome{}, err
	}
	outcome, err := h.identity.SignIn(ctx, credentials)
	return outcome, denied(err, errCredentials)
}

// refresh serves POST /tokens/refresh.
func (h *Handler) refresh(ctx context.Context, e *lambdaproxy.Event) (lambdaproxy.Answer, error) {
	refresh, device, err := readRefreshToken(e)
	if err != nil {
		return lambdaproxy.Answer{}, err
	}
	tokens, err := h.identity.Refresh(ctx, refresh, device)
	if errors.Is(err, ErrReplaced) {
		err = ErrRefused
	}
	if err != nil && device == "" {
		return lambdaproxy.Answer{}, denied(err, errRefresh)
	}
	if err != nil {
		return lambdaproxy.Answer{}, denied(err, errDeviceRefresh)
	}
	return ok(issuedOf(tokens)), nil
}

// signOut serves POST /tokens/sign-out.
func (h *Handler) signOut(ctx context.Context, e *lambdaproxy.Event) (lambdaproxy.Answer, error) {
	access, err := readSignOut(e)
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

// signOutMargin is how long the provider may take to sign out after the authorizers were told, at least.
const signOutMargin = time.Second / 2

// signOutEverywhere tells the authorizers of the user's tokens before the provider ends them, so that a failure leaves the access token
// good for another attempt. They are told of what is issued a moment later too, until the provider is done; where it took longer, the end of
// the sign-out tells them once more. It returns when tokens that are issued from now on are none of those.
func (h *Handler) signOutEverywhere(ctx context.Context, access Secret) error {
	claims, err := h.identity.Check(ctx, access)
	if errors.Is(err, ErrEnded) {
		return h.finishSignOut(ctx, access, claims)
	}
	if err != nil {
		return err
	}
	until := h.now().Add(signOutMargin)
	before, ends := ended(claims, until)
	if err := h.revocations.BeginSignOut(ctx, claims.Issuer, claims.Subject, before, ends, markOf(access)); err != nil {
		return unavailable(err)
	}
	if err := h.identity.SignOut(ctx, access); err != nil && !errors.Is(err, ErrEnded) { // by the same sign-out, which was sent twice
		return err
	}
	if !h.now().Before(secondAfter(until)) {
		until = h.now()
	}
	pending, err := h.endSignOut(ctx, access, claims, until)
	if err == nil && !pending { // another one has begun
		before, ends := ended(claims, until)
		err = unavailable(h.revocations.RevokeUser(ctx, claims.Issuer, claims.Subject, before, ends))
	}
	if err != nil {
		return err
	}
	h.wait(ctx, secondAfter(until).Sub(h.now()))
	return nil
}

// finishSignOut does the rest of a sign-out that did not come to its end after the provider had ended the access token. Where there is none,
// the token is as any other that was ended.
func (h *Handler) finishSignOut(ctx context.Context, access Secret, claims Claims) error {
	until := h.now()
	pending, err := h.endSignOut(ctx, access, claims, until)
	if err != nil {
		return err
	}
	if !pending {
		return ErrEnded
	}
	h.wait(ctx, secondAfter(until).Sub(h.now()))
	return nil
}

func (h *Handler) endSignOut(ctx context.Context, access Secret, claims Claims, until time.Time) (pending bool, err error) {
	before, ends := ended(claims, until)
	pending, err = h.revocations.EndSignOut(ctx, claims.Issuer, claims.Subject, before, ends, markOf(access))
	return pending, unavailable(err)
}

// markOf tells an access token from others, and does not tell the token.
func markOf(access Secret) string {
	sum := sha256.Sum256([]byte(access))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// secondAfter is when the second of a time is over: a token that is issued then, or later, has an iat that is after it.
func secondAfter(t time.Time) time.Time { return t.Truncate(time.Second).Add(time.Second) }

// ended is up to when tokens of a user are ended that were issued until a time of this clock, and when the last of them ends. The access token
// itself is among them: the provider's clock may be ahead.
func ended(c Claims, until time.Time) (before, ends time.Time) {
	if c.Issued.After(until) {
		until = c.Issued
	}
	return until, until.Add(longestToken)
}

// unavailable is any failure to remember a revocation: it can be tried again.
func unavailable(err error) error {
	if err == nil {
		return nil
	}
	return &UnavailableError{RetryAfter: time.Second, Err: fmt.Errorf("revocations: %w", err)}
}
