// Command tokens signs in at POST /tokens of an API, calls it, renews the tokens and signs out.
package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log"
	"net/http"
	"os"
	"time"

	"example.com/clients"
)

func main() {
	log.SetFlags(0)
	client := &clients.Client{
		API:  cmp.Or(os.Getenv("API"), "http://127.0.0.1:8080/rest-token"),
		HTTP: &http.Client{Timeout: 30 * time.Second},
	}
	if err := run(context.Background(), client, cmp.Or(os.Getenv("API_USER"), "reader"), cmp.Or(os.Getenv("API_PASSWORD"), "Passw0rd!")); err != nil {
		log.Fatal("WRONG ", err)
	}
}

func run(ctx context.Context, client *clients.Client, username, password string) error {
	renew := func() error { return client.Refresh(ctx) }
	guess := func() error { return client.SignIn(ctx, username, "guessed", nil) }
	for _, step := range []struct {
		name string
		do   func() error
	}{
		{"a wrong password is refused", refused(guess)},
		{"signed in", func() error { return client.SignIn(ctx, username, password, nil) }},
		{"GET /users: 200", call(ctx, client, "GET", "/users", http.StatusOK)},
		{"DELETE /users/nobody, which a reader may not: 403", call(ctx, client, "DELETE", "/users/nobody", http.StatusForbidden)},
		{"renewed", renew},
		{"GET /users with renewed tokens: 200", call(ctx, client, "GET", "/users", http.StatusOK)},
		// API Gateway keeps what it was answered about a token, for up to five minutes: this one it has not asked about.
		{"renewed again", renew},
		{"signed out", func() error { return client.SignOut(ctx) }},
		{"GET /users, signed out: the access token is refused, and so is the refresh token", refused(call(ctx, client, "GET", "/users", http.StatusOK))},
		// An account whose password was set by somebody else is asked for a new one.
		{"signed in as newcomer", func() error {
			return client.SignIn(ctx, "newcomer", password, func(c clients.Challenge) any {
				fmt.Println("ok  asked for", c.Name)
				return map[string]string{"newPassword": password}
			})
		}},
	} {
		if err := step.do(); err != nil {
			return fmt.Errorf("%s: %w", step.name, err)
		}
		fmt.Println("ok ", step.name)
	}
	return nil
}

// call makes sure that the API answers with a status.
func call(ctx context.Context, client *clients.Client, method, path string, want int) func() error {
	return func() error {
		status, _, err := client.Call(ctx, method, path)
		if err == nil && status != want {
			err = fmt.Errorf("status %d", status)
		}
		return err
	}
}

// refused makes sure that a step is refused with 401.
func refused(step func() error) func() error {
	return func() error {
		err := step()
		if refusal, ok := errors.AsType[*clients.RefusedError](err); !ok || refusal.Status != http.StatusUnauthorized {
			return fmt.Errorf("not refused with 401 but %v", err)
		}
		return nil
	}
}
