// Package client calls the operations of package tokens over HTTP, as a program does that has no AWS SDK.
//
// It sends what is secret to the address that it was given and to no other: redirects are not followed, and plain HTTP is for
// loopback hosts only.
package client

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"portcullis/api/tokens"
)

// Config says which API it is.
type Config struct {
	// Address is what comes before /tokens: of a REST API with its stage, such as
	// https://abc.execute-api.eu-west-1.amazonaws.com/prod. It is required; see [CheckAddress].
	Address string
	// Timeout bounds each call; 0 means 20 seconds.
	Timeout time.Duration
	// Transport makes the calls; nil means http.DefaultTransport.
	Transport http.RoundTripper
}

// Client calls the operations. It is safe for concurrent use.
//
// Its errors are those of [tokens.Identity]; besides, an [*AnswerError], and a [*RotatedError] around another.
type Client struct {
	address string
	http    *http.Client
}

// New returns a Client without calling anybody, or an [*AddressError].
func New(c Config) (*Client, error) {
	if err := CheckAddress(c.Address); err != nil {
		return nil, err
	}
	if c.Timeout == 0 {
		c.Timeout = 20 * time.Second
	}
	stay := func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &Client{
		address: strings.TrimRight(c.Address, "/"),
		http:    &http.Client{Transport: c.Transport, Timeout: c.Timeout, CheckRedirect: stay},
	}, nil
}

// SignIn starts a sign-in.
func (c *Client) SignIn(ctx context.Context, given tokens.Credentials) (tokens.Outcome, error) {
	body := filled(map[string]string{"username": given.Username, "password": string(given.Password), "preferredChallenge": given.Choice})
	return c.step(ctx, withDevice(body, given.Device))
}

// Reply goes on with a sign-in.
func (c *Client) Reply(ctx context.Context, r tokens.Reply) (tokens.Outcome, error) {
	body := filled(map[string]string{"challenge": r.Challenge, "session": string(r.Session), "username": r.Username})
	body["answer"] = answerOf(r)
	return c.step(ctx, withDevice(body, r.Device))
}

// withDevice adds a device, if there is one.
func withDevice(body map[string]any, d tokens.Device) map[string]any {
	if d != (tokens.Device{}) {
		body["device"] = map[string]any{"key": d.Key, "groupKey": d.GroupKey, "password": string(d.Password)}
	}
	return body
}

// filled are the members that are not empty.
func filled(members map[string]string) map[string]any {
	body := map[string]any{}
	for name, text := range members {
		if text != "" {
			body[name] = text
		}
	}
	return body
}

// answerOf are the members that the challenge asks for.
func answerOf(r tokens.Reply) map[string]any {
	switch r.Challenge {
	case tokens.NewPasswordRequired:
		answer := map[string]any{"newPassword": string(r.NewPassword)}
		if len(r.Attributes) > 0 {
			answer["attributes"] = r.Attributes
		}
		return answer
	case tokens.SelectFactor:
		return map[string]any{"mfaType": r.Factor}
	case tokens.SelectChallenge, tokens.PasswordAsked, tokens.SRPAsked:
		return filled(map[string]string{"choice": r.Choice, "password": string(r.Password), "srpA": r.SRPA})
	case tokens.PasswordVerifier:
		return map[string]any{"secretBlock": r.Proof.SecretBlock, "signature": r.Proof.Signature, "timestamp": r.Proof.Timestamp}
	case tokens.Passkey:
		return map[string]any{"credential": json.RawMessage(r.Credential)}
	}
	return map[string]any{"code": string(r.Code)}
}

func (c *Client) step(ctx context.Context, body any) (tokens.Outcome, error) {
	a, err := c.call(ctx, "/tokens", body, "")
	if err != nil {
		return tokens.Outcome{}, err
	}
	return a.outcome()
}

// Refresh gives new tokens for a refresh token, of the device with this key if there is one.
func (c *Client) Refresh(ctx context.Context, refresh tokens.Secret, device string) (tokens.Tokens, error) {
	a, err := c.call(ctx, "/tokens/refresh", filled(map[string]string{"refreshToken": string(refresh), "deviceKey": device}), "")
	if err != nil {
		return tokens.Tokens{}, err
	}
	issued, err := a.tokens()
	if err != nil {
		err = a.rotated(err)
	}
	return issued, err
}

// Revoke ends a refresh token, and tells whether authorizers refuse the access tokens that came of it; otherwise those are good until they
// expire. An access token of the same sign-in, "" for none, names the others where the refresh token cannot. [tokens.ErrReplaced]: another
// refresh token had taken the place of this one; both are ended. A device's key is "" for none.
func (c *Client) Revoke(ctx context.Context, refresh, access tokens.Secret, device string) (all bool, err error) {
	body := filled(map[string]string{"refreshToken": string(refresh), "accessToken": string(access), "deviceKey": device})
	a, err := c.call(ctx, "/tokens/revoke", body, "")
	if errors.Is(err, tokens.ErrRefused) {
		return false, tokens.ErrReplaced // one that is not known is not refused
	}
	return err == nil && a.AccessTokens == "revoked", err
}

// SignOut ends all tokens of the user of an access token.
func (c *Client) SignOut(ctx context.Context, access tokens.Secret) error {
	_, err := c.call(ctx, "/tokens/sign-out", nil, access)
	return err
}

// call posts a body, and with an access token has it in Authorization.
func (c *Client) call(ctx context.Context, path string, body any, access tokens.Secret) (answer, error) {
	request, err := c.request(ctx, path, body, access)
	if err != nil {
		return answer{}, err
	}
	response, err := c.http.Do(request)
	if err != nil {
		return answer{}, unreached(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(io.LimitReader(response.Body, maxAnswer+1))
	if err != nil {
		return answer{}, unreached(err)
	}
	return read(request.URL.String(), response, text)
}

func (c *Client) request(ctx context.Context, path string, body any, access tokens.Secret) (*http.Request, error) {
	var text []byte
	if body != nil {
		var err error
		if text, err = json.Marshal(body); err != nil {
			return nil, err
		}
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, c.address+path, bytes.NewReader(text))
	if err != nil {
		return nil, err
	}
	request.Header.Set("Accept", "application/json")
	if body != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	if access != "" {
		request.Header.Set("Authorization", "Bearer "+string(access))
	}
	return request, nil
}

// unreached is a failure without an answer. The error of net/http names the address, and nothing that was sent.
func unreached(err error) error {
	if failed := (*url.Error)(nil); errors.As(err, &failed) {
		err = fmt.Errorf("%s: %w", failed.URL, failed.Err)
	}
	return &tokens.UnavailableError{Err: err}
}
