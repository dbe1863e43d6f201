// Package clients is a client of an API that gives out tokens itself, at POST /tokens.
package clients

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// RefusedError is what the API answered when it refused. A status of 401 where tokens are renewed means: sign in again.
type RefusedError struct {
	Status  int
	Message string
}

func (e *RefusedError) Error() string { return fmt.Sprintf("%d %s", e.Status, e.Message) }

// Client has the tokens of one sign-in. One goroutine at a time may use it.
type Client struct {
	API  string // such as https://ID.execute-api.REGION.amazonaws.com/STAGE
	HTTP *http.Client

	tokens tokens
}

type tokens struct {
	AccessToken  string `json:"accessToken"`
	RefreshToken string `json:"refreshToken"`
}

// Challenge is what the API asks for besides the password.
type Challenge struct {
	Name       string         `json:"challenge"`
	Session    string         `json:"session"`
	Parameters map[string]any `json:"parameters"`
}

// SignIn signs in. What answer gives for a challenge is written as JSON, such as {"newPassword": "…"} or {"code": "…"}.
func (c *Client) SignIn(ctx context.Context, username, password string, answer func(Challenge) any) error {
	body := map[string]any{"username": username, "password": password}
	for {
		var given struct {
			tokens
			Challenge
		}
		if err := c.post(ctx, "/tokens", body, &given); err != nil {
			return err
		}
		if given.Name == "" {
			c.tokens = given.tokens
			return nil
		}
		if name, ok := given.Parameters["username"].(string); ok {
			username = name
		}
		body = map[string]any{"challenge": given.Name, "session": given.Session, "username": username, "answer": answer(given.Challenge)}
	}
}

// Refresh renews the tokens. Of clients whose refresh tokens rotate, the answer has the one that takes the old one's place.
func (c *Client) Refresh(ctx context.Context) error {
	return c.post(ctx, "/tokens/refresh", map[string]any{"refreshToken": c.tokens.RefreshToken}, &c.tokens)
}

// SignOut ends this sign-in.
func (c *Client) SignOut(ctx context.Context) error {
	return c.post(ctx, "/tokens/revoke", map[string]any{"refreshToken": c.tokens.RefreshToken}, nil)
}

// Call gives the status and the body of an answer. An access token may end between two calls: after a 401 it is renewed, once.
func (c *Client) Call(ctx context.Context, method, path string) (status int, body []byte, err error) {
	status, body, err = c.send(ctx, method, path, "Authorization", "Bearer "+c.tokens.AccessToken, nil)
	if err != nil || status != http.StatusUnauthorized {
		return status, body, err
	}
	if err := c.Refresh(ctx); err != nil {
		return 0, nil, err
	}
	return c.send(ctx, method, path, "Authorization", "Bearer "+c.tokens.AccessToken, nil)
}

func (c *Client) post(ctx context.Context, path string, body, into any) error {
	text, err := json.Marshal(body)
	if err != nil {
		return err
	}
	status, answer, err := c.send(ctx, http.MethodPost, path, "Content-Type", "application/json", text)
	if err != nil {
		return err
	}
	if status != http.StatusOK {
		var refusal struct{ Error, Message string }
		_ = json.Unmarshal(answer, &refusal)
		return &RefusedError{status, refusal.Error + refusal.Message}
	}
	if into == nil {
		return nil
	}
	return json.Unmarshal(answer, into)
}

// send sends a request with a header. With 429, and 503 that says in Retry-After in how many seconds, the API asks to come again; a 503
// without it may have been done.
func (c *Client) send(ctx context.Context, method, path, header, value string, body []byte) (status int, answer []byte, err error) {
	for left := 3; ; left-- {
		request, err := http.NewRequestWithContext(ctx, method, strings.TrimSuffix(c.API, "/")+path, bytes.NewReader(body))
		if err != nil {
			return 0, nil, err
		}
		request.Header.Set(header, value)
		response, err := c.HTTP.Do(request)
		if err != nil {
			return 0, nil, err
		}
		answer, err := io.ReadAll(io.LimitReader(response.Body, 1<<20))
		response.Body.Close()
		again := response.StatusCode == http.StatusTooManyRequests ||
			response.StatusCode == http.StatusServiceUnavailable && response.Header.Get("Retry-After") != ""
		if err != nil || !again || left == 0 {
			return response.StatusCode, answer, err
		}
		select {
		case <-ctx.Done():
			return 0, nil, ctx.Err()
		case <-time.After(retryAfter(response.Header)):
		}
	}
}

func retryAfter(h http.Header) time.Duration {
	seconds, err := strconv.Atoi(h.Get("Retry-After"))
	if err != nil {
		seconds = 1
	}
	return time.Duration(min(max(seconds, 1), 30)) * time.Second
}
