package apikey

import (
	"context"
	"errors"

	"portcullis/authorizers"
)

// VerifyKey implements [authorizers.KeyVerifier]: it is Parse, Check and [Record.Principal] of the text of a key, with
// the errors [*authorizers.KeyError] and [*authorizers.KeysUnavailableError].
func (c *Checker) VerifyKey(ctx context.Context, text string) (*authorizers.Principal, error) {
	key, err := Parse(text)
	if err != nil {
		return nil, forAuthorizers(err)
	}
	r, remembered, err := c.check(ctx, key)
	if err != nil {
		return nil, forAuthorizers(err)
	}
	p := r.Principal()
	p.Remembered = remembered
	return &p, nil
}

func forAuthorizers(err error) error {
	var bad *KeyError
	if errors.As(err, &bad) && !errors.As(err, new(*UnavailableError)) { // "cannot tell" is never a refusal
		return &authorizers.KeyError{Code: authorizers.Code(bad.Code), KeyID: bad.ID}
	}
	return &authorizers.KeysUnavailableError{Err: err}
}
