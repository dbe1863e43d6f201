package tokens

import (
	"context"
	"errors"
	"time"

	"portcullis/api/internal/lambdaproxy"
)

// What clients are told that gave up a refresh token. That it was one is said only where the provider showed it: of one that is not known it
// says nothing (RFC 7009, section 2.2).
var (
	familyRevoked = revoked{"Refresh token revoked, and the tokens that came of it", accessRevoked}
	otherKept     = revoked{familyRevoked.Message + "; the access token is not one of those, and was not revoked", accessRevoked}
	endedBefore   = revoked{"Refresh token ended, or never was one; the access token's sign-in, which had ended, is revoked", accessRevoked}
	refreshKept   = revoked{"Refresh token ended, or never was one; the access token's sign-in is revoked, but its own refresh token was not ended: send it to end it", accessRevoked}
	refreshDoubt  = revoked{"Refresh token ended, or never was one; the access token's sign-in is revoked, but its refresh token, if it is another one, was not ended: " +
		"send it to end it", accessRevoked}
	refreshAlone = revoked{"Refresh token ended, or never was one; access tokens that came of it may be accepted until they end", "accepted until they end"}
)

const accessRevoked = "revoked"

// revoke serves POST /tokens/revoke. A refresh token that is not known is as good as a revoked one (RFC 7009, section 2.2).
func (h *Handler) revoke(ctx context.Context, e *lambdaproxy.Event) (lambdaproxy.Answer, error) {
	given, err := readRevoked(e)
	if err != nil {
		return lambdaproxy.Answer{}, err
	}
	became, err := h.giveUp(ctx, given)
	if err != nil {
		return lambdaproxy.Answer{}, err
	}
	return ok(became), nil
}

// giveUp ends what came of a refresh token. The token is opaque, so that it is used once more: the access token that it gives names the family.
// One that the provider refuses names none, nor does one that was replaced: the newer one, which does, may be somebody else's by now.
func (h *Handler) giveUp(ctx context.Context, given revocable) (revoked, error) {
	if h.revocations == nil {
		return refreshAlone, h.end(ctx, given.access, given.refresh)
	}
	renewed, err := h.identity.Redeem(ctx, given.refresh, given.access, given.device)
	switch {
	case err == nil:
		became, err := h.revokeRenewed(ctx, given, renewed)
		return became, handOn(renewed.Refresh, err)
	case isRefused(err):
		return h.revokeRefused(ctx, given, errors.Is(err, ErrReplaced))
	}
	return revoked{}, err
}

// revokeRenewed ends the family of a refresh token that was used once more. The authorizers come before the provider: when they cannot be told,
// the refresh token, or the one that took its place, is good for another attempt.
func (h *Handler) revokeRenewed(ctx context.Context, given revocable, renewed Tokens) (revoked, error) {
	claims, err := h.identity.Claims(renewed.Access)
	if err != nil {
		return revoked{}, err
	}
	if err := h.tell(ctx, claims); err != nil {
		return revoked{}, err
	}
	if err := h.end(ctx, given.access, renewed.Refresh, given.refresh); err != nil { // one that was rotated may be good for another minute
		return revoked{}, err
	}
	if given.access != "" && !h.isOf(given.access, claims) {
		return otherKept, nil
	}
	return familyRevoked, nil
}

// isOf tells whether an access token says that it is of the family of these claims. It need not be true: nothing is done for it.
func (h *Handler) isOf(access Secret, family Claims) bool {
	claims, err := h.identity.Claims(access)
	return err == nil && claims.Issuer == family.Issuer && claims.Origin == family.Origin
}

// revokeRefused ends a refresh token that could not be used once more, and the family that the access token names, if the provider takes that.
// The provider comes before the authorizers: one of another app client is refused there, and nothing may have been done then. The access token
// names the family after that, too, so that this can be repeated.
func (h *Handler) revokeRefused(ctx context.Context, given revocable, replaced bool) (revoked, error) {
	claims, checked := h.check(ctx, given.access)
	if !isNamed(checked) && !errors.Is(checked, ErrRefused) {
		return revoked{}, checked
	}
	if err := h.end(ctx, given.access, given.refresh); err != nil {
		return revoked{}, err
	}
	switch {
	case !isNamed(checked) && replaced:
		return revoked{}, errReplaced
	case !isNamed(checked):
		return refreshAlone, nil
	}
	if err := h.tell(ctx, claims); err != nil {
		return revoked{}, err
	}
	if errors.Is(checked, ErrEnded) {
		return endedBefore, nil
	}
	switch _, err := h.check(ctx, given.access); {
	case errors.Is(err, ErrEnded): // by the refresh token, which so was of the same sign-in
		return familyRevoked, nil
	case err == nil:
		return refreshKept, nil
	}
	return refreshDoubt, nil
}

// check reads an access token that came along; "" is as one that is refused.
func (h *Handler) check(ctx context.Context, access Secret) (Claims, error) {
	if access == "" {
		return Claims{}, ErrRefused
	}
	return h.identity.Check(ctx, access)
}

// isNamed tells whether a check gave claims.
func isNamed(checked error) bool {
	return checked == nil || errors.Is(checked, ErrEnded) || errors.Is(checked, ErrDisabled)
}

// end ends refresh tokens at the provider, those that are not "", of the app client that an access token may name.
func (h *Handler) end(ctx context.Context, access Secret, all ...Secret) error {
	for _, token := range all {
		if token == "" {
			continue
		}
		if err := h.identity.Revoke(ctx, token, access); err != nil && !errors.Is(err, ErrRefused) {
			return err
		}
	}
	return nil
}

// tell has authorizers refuse a family, whose ID tokens may end later than its access tokens.
func (h *Handler) tell(ctx context.Context, family Claims) error {
	return unavailable(h.revocations.RevokeFamily(ctx, family.Issuer, family.Origin, h.now().Add(longestToken)))
}

// isRefused tells whether the provider does not take a token, now or ever.
func isRefused(err error) bool { return errors.Is(err, ErrRefused) || errors.Is(err, ErrReplaced) }

// longestToken is the longest that an access token or an ID token of Cognito's can be good
// (https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_UserPoolClientType.html).
const longestToken = 24 * time.Hour

// handOn keeps a rotated refresh token with the error that its client hears of.
func handOn(next Secret, err error) error {
	if err == nil || next == "" {
		return err
	}
	return &rotatedError{next, err}
}
