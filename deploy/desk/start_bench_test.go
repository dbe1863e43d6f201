package desk

import (
	"context"
	"path/filepath"
	"runtime"
	"testing"

	"portcullis/authorizers/verify"
	"portcullis/deploy/emulators/cognito"
	"portcullis/deploy/emulators/lambda"
	"portcullis/deploy/functions"
)

// BenchmarkColdStart is the time from a function's exec to its first poll for an event, on this machine.
func BenchmarkColdStart(b *testing.B) {
	project, err := readProject(options{})
	if err != nil {
		b.Fatal(err)
	}
	folder, err := moduleFolder()
	if err != nil {
		b.Fatal(err)
	}
	pool, err := cognito.New(cognito.Config{BaseURL: "http://127.0.0.1:1/_cognito"})
	if err != nil {
		b.Fatal(err)
	}
	issuer := verify.Issuer{Issuer: pool.Issuer(), Audience: []string{cognito.ClientID}, TokenUse: []string{verify.UseAccess}}
	environment, err := functionEnvironment(project, []verify.Issuer{issuer}, &userPool{issuer: issuer})
	if err != nil {
		b.Fatal(err)
	}
	environment["USERS_TABLE"], environment["API_KEYS_TABLE"] = "users", "keys" // with the SDK's client
	environment["REVOCATION"], environment["REVOCATION_TABLE"] = "table", "revocations"
	environment["AWS_ACCESS_KEY_ID"], environment["AWS_SECRET_ACCESS_KEY"] = "test", "test"
	environment["USER_POOL_CLIENT_ID"] = "client"
	environment["USER_POOL_CLIENT_SECRET_ARN"] = "arn:aws:secretsmanager:us-east-1:123456789012:secret:client-AbCdEf"
	for _, f := range functions.Functions {
		binary := filepath.Join(b.TempDir(), f.Name, "bootstrap")
		if err := functions.Build(context.Background(), folder, f.Name, runtime.GOOS, runtime.GOARCH, binary); err != nil {
			b.Fatal(err)
		}
		b.Run(f.Name, func(b *testing.B) {
			for b.Loop() {
				started, err := lambda.Start(context.Background(), lambda.Config{Name: f.Name, Binary: binary, Env: withOurs(environment)})
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
