package tokens_test

import (
	"context"
	"encoding/json"
	"fmt"

	"portcullis/api/tokens"
)

// open is an identity provider with one user.
type open struct{ tokens.Identity }

func (open) SignIn(_ context.Context, c tokens.Credentials) (tokens.Outcome, error) {
	if c.Username != "ann" || c.Password != "Passw0rd!" {
		return tokens.Outcome{}, tokens.ErrRefused
	}
	return tokens.Outcome{Tokens: &tokens.Tokens{Access: "access", ID: "id", Refresh: "refresh", Expires: 3600}}, nil
}

func ExampleNew() {
	handler, err := tokens.New(tokens.Config{Identity: open{}, AllowedOrigins: []string{"https://app.example.com"}})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, body := range []string{`{"username":"ann","password":"Passw0rd!"}`, `{"username":"ann","password":"guess"}`, `{"password":"guess"}`} {
		event, _ := json.Marshal(map[string]any{
			"resource": "/tokens", "httpMethod": "POST", "headers": map[string]string{"Content-Type": "application/json"}, "body": body,
		})
		out, err := handler.Invoke(context.Background(), event)
		if err != nil {
			fmt.Println(err)
			return
		}
		var answer struct {
			StatusCode int
			Body       string
		}
		if err := json.Unmarshal(out, &answer); err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(answer.StatusCode, answer.Body)
	}
	// Output:
	// 200 {"accessToken":"access","idToken":"id","refreshToken":"refresh","expiresIn":3600,"tokenType":"Bearer"}
	// 401 {"error":"Invalid credentials"}
	// 400 {"error":"username is missing"}
}
