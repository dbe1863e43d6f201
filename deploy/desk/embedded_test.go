package desk_test

import (
	"os"
	"slices"
	"strings"
	"testing"

	"portcullis/deploy/desk"
	"portcullis/deploy/desk/about"
)

// TestOutsideOfACheckout: contract and modes are those of the program, and so are its functions.
func TestOutsideOfACheckout(t *testing.T) {
	for name, module := range map[string]string{"in no module": "", "in another module": "module example.com/other\n"} {
		t.Run(name, func(t *testing.T) {
			temporary := t.TempDir()
			t.Setenv("TMPDIR", temporary)
			t.Chdir(t.TempDir())
			if module != "" {
				write(t, "go.mod", module)
			}
			d := start(t, desk.Config{Watch: true})
			token := "Authorization: Bearer " + accessToken(t, d.url, "admin")
			for mode, want := range map[string]int{"rest-token": 200, "http-lambda": 200, "rest-request": 403} { // which asks for a usage key
				if status, body := send(t, d, "GET", "/"+mode+"/users", "", token); status != want {
					t.Errorf("%s: %d %s, want %d", mode, status, body, want)
				}
			}
			told, err := about.Fetch(t.Context(), d.url, nil)
			if err != nil || told.Contract.File != "api/openapi.yaml" || len(told.Modes) != 9 {
				t.Errorf("%+v, error %v", told, err)
			}
			d.stop()
			if err := <-d.ended; err != nil {
				t.Error(err)
			}
			if left, err := os.ReadDir(temporary); err != nil || len(left) > 0 {
				t.Errorf("left behind: %v, error %v", left, err)
			}
		})
	}
}

// TestEnvironment: the environment is that of the configuration, and this process's own neither counts nor changes.
func TestEnvironment(t *testing.T) {
	const nowhere = "http://127.0.0.1:1"
	for _, name := range []string{"AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_DYNAMODB", "AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER", "AWS_ENDPOINT_URL_SECRETS_MANAGER"} {
		t.Setenv(name, nowhere)
	}
	t.Setenv("ISSUERS", "none")
	t.Setenv("USERS_TABLE", "nowhere")
	before := os.Environ()
	d := start(t, desk.Config{Environ: []string{"USER_POOL_CLIENT_ID=local-secret", "AWS_REGION=eu-west-1"}})
	status, body := send(t, d, "POST", "/rest-token/tokens", `{"username":"admin","password":"Passw0rd!"}`, "Content-Type: application/json")
	if status != 200 {
		t.Errorf("signing in, by Cognito and Secrets Manager: %d %s", status, body)
	}
	// A key of the right form is looked for in DynamoDB.
	const key = "X-Api-Key: pk_0000000000000000_0000000000000000000000000000000000000000000000000"
	if status, body := send(t, d, "GET", "/rest-request/users", "", key); status != 401 {
		t.Errorf("a key that nobody has: %d %s", status, body)
	}
	if after := os.Environ(); !slices.Equal(before, after) {
		t.Errorf("the environment was %s, and is %s", strings.Join(before, " "), strings.Join(after, " "))
	}
}
