package apikey

import (
	"context"

	"portcullis/authorizers"
)

// VerifyKey implements [authorizers.KeyVerifier]: it is Parse, Check and [Record.Principal] of the text of a key.
func (c *Checker) VerifyKey(ctx context.Context, text string) (*authorizers.Principal, error) {
	key, err := Parse(text)
	if err != nil {
		return nil, err
	}
	r, remembered, err := c.check(ctx, key)
	if err != nil {
		return nil, err
	}
	p := r.Principal()
	p.Remembered = remembered
	return &p, nil
}
