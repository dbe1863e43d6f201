package users_test

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"portcullis/api/users"
)

func ExampleNew() {
	handler, err := users.New(users.Config{
		Store:          users.NewMemoryStore(),
		AllowedOrigins: []string{"https://app.example.com"},
		Now:            func() time.Time { return time.Date(2026, 3, 10, 12, 0, 0, 0, time.UTC) },
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	events := []string{
		`{"resource":"/users","httpMethod":"POST","requestContext":{"path":"/prod/users"},"body":"{\"id\":\"ann\",\"name\":\"Ann\"}"}`,
		`{"resource":"/users/{id}","httpMethod":"GET","pathParameters":{"id":"ann"}}`,
		`{"version":"2.0","routeKey":"DELETE /users/{id}","requestContext":{"http":{"method":"DELETE"}},"pathParameters":{"id":"bob"}}`,
		`{"version":"2.0","routeKey":"GET /other","requestContext":{"http":{"method":"GET"}}}`,
	}
	for _, event := range events {
		out, err := handler.Invoke(context.Background(), []byte(event))
		if err != nil {
			fmt.Println(err)
			return
		}
		var answer struct {
			StatusCode int
			Headers    map[string]string
			Body       string
		}
		if err := json.Unmarshal(out, &answer); err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(answer.StatusCode, answer.Body)
		if location, ok := answer.Headers["Location"]; ok {
			fmt.Println("Location:", location)
		}
	}
	// Output:
	// 201 {"message":"User created","id":"ann"}
	// Location: /prod/users/ann
	// 200 {"id":"ann","name":"Ann","createdAt":"2026-03-10T12:00:00Z","updatedAt":"2026-03-10T12:00:00Z","version":1}
	// 200 {"message":"User deleted"}
	// 400 {"error":"Invalid request"}
}
