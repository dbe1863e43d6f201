package apikey_test

import (
	"context"
	"errors"
	"reflect"
	"testing"
	"time"

	"portcullis/authorizers"
	"portcullis/authorizers/apikey"
)

var _ authorizers.KeyVerifier = (*apikey.Checker)(nil)

func TestVerifyKey(t *testing.T) {
	s := newScene(t, nil)
	key := s.key(apikey.Record{Scopes: []string{"read"}, Networks: networks("10.0.0.0/8")})
	disabled, unknown := s.key(apikey.Record{Disabled: true}), s.unknown()
	p, err := s.checker.VerifyKey(t.Context(), key.Reveal())
	if err != nil || p.Remembered {
		t.Errorf("at first: %+v, error %v", p, err)
	}
	r, err := s.checker.Check(t.Context(), key)
	s.must(err)
	p, err = s.checker.VerifyKey(t.Context(), key.Reveal())
	want := r.Principal()
	want.Remembered = true
	if err != nil || !reflect.DeepEqual(*p, want) || len(p.Networks) != 1 {
		t.Errorf("%+v, error %v, want %+v", p, err, want)
	}
	for text, want := range map[string]authorizers.KeyError{
		"":                   {Code: authorizers.CodeAPIKeyMalformed},
		key.Reveal() + "\n":  {Code: authorizers.CodeAPIKeyMalformed},
		disabled.Reveal():    {Code: authorizers.CodeAPIKeyDisabled, KeyID: disabled.ID()},
		unknown.Reveal():     {Code: authorizers.CodeAPIKeyUnknown, KeyID: unknown.ID()},
		forged(key).Reveal(): {Code: "api-key-secret-mismatch", KeyID: key.ID()},
		body + "000000":      {Code: "api-key-mistyped"},
	} {
		var bad *authorizers.KeyError
		if p, err := s.checker.VerifyKey(t.Context(), text); p != nil || !errors.As(err, &bad) || *bad != want {
			t.Errorf("%s: error %v, want %v", want.Code, err, &want)
		}
	}
	s.store.down.Store(true)
	s.advance(time.Hour)
	if _, err := s.checker.VerifyKey(context.Background(), key.Reveal()); !errors.As(err, new(*authorizers.KeysUnavailableError)) || !errors.Is(err, errDown) {
		t.Errorf("down: %v", err)
	}
}
