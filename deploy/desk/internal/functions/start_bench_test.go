package functions

import (
	"context"
	"path/filepath"
	"runtime"
	"testing"

	"portcullis/deploy/desk/internal/project"
	"portcullis/deploy/desk/internal/services"
	"portcullis/deploy/emulators/lambda"
	build "portcullis/deploy/functions"
)

// BenchmarkColdStart is the time from a function's exec to its first poll for an event, on this machine.
func BenchmarkColdStart(b *testing.B) {
	p, err := project.Read(project.Source{})
	if err != nil {
		b.Fatal(err)
	}
	module, err := project.Checkout()
	if err != nil {
		b.Fatal(err)
	}
	s, err := services.New(services.Config{Base: "http://127.0.0.1:1", Getenv: func(string) string { return "" }})
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	configured, err := New(Config{Services: s}).configuration(p)
	if err != nil {
		b.Fatal(err)
	}
	more := map[string]string{
		"USERS_TABLE": "users", "API_KEYS_TABLE": "keys", // with the SDK's client
		"REVOCATION": "table", "REVOCATION_TABLE": "revocations",
		"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test",
		"USER_POOL_CLIENT_ID":         "client",
		"USER_POOL_CLIENT_SECRET_ARN": "arn:aws:secretsmanager:us-east-1:123456789012:secret:client-AbCdEf",
	}
	for _, f := range build.Functions {
		binary := filepath.Join(b.TempDir(), f.Name, "bootstrap")
		if err := build.Build(context.Background(), module, f.Name, runtime.GOOS, runtime.GOARCH, binary); err != nil {
			b.Fatal(err)
		}
		b.Run(f.Name, func(b *testing.B) {
			for b.Loop() {
				started, err := lambda.Start(context.Background(), lambda.Config{Name: f.Name, Binary: binary, Env: with(nil, configured.variables, more)})
				if err != nil {
					b.Fatal(err)
				}
				b.StopTimer()
				started.Close(context.Background())
				b.StartTimer()
			}
		})
	}
}
