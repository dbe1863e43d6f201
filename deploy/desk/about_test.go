package desk_test

import (
	"io"
	"net"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"

	"portcullis/authorizers/verify"
	"portcullis/deploy/desk"
	"portcullis/deploy/desk/about"
	"portcullis/deploy/desk/internal/services"
	"portcullis/deploy/emulators/cognito"
	"portcullis/deploy/modes"
)

// TestAbout: a program on this machine learns what is served.
func TestAbout(t *testing.T) {
	t.Parallel()
	d := start(t, desk.Config{Environ: []string{"CLOCK_SKEW=5s", "TOKEN_SOURCES=bearer,raw", "MAX_TOKEN=4096", "API_KEYS_REMEMBERED=60m", "AWS_REGION=eu-west-1"}})
	told, err := about.Fetch(t.Context(), d.url, nil)
	if err != nil {
		t.Fatal(err)
	}
	issuers, err := verify.ParseIssuers(string(told.Issuers))
	if err != nil || len(issuers) != 1 || issuers[0].Issuer != d.url+"/_cognito/us-east-1_local" {
		t.Errorf("issuers %s, error %v", told.Issuers, err)
	}
	groups := map[string][]string{"admins": {"users/read", "users/write"}, "readers": {"users/read"}, "members": {"users/self"}}
	if !reflect.DeepEqual(told.GroupScopes, groups) || !reflect.DeepEqual(issuers[0].Grants["cognito:groups"], groups) {
		t.Errorf("scopes of groups %v, and as granted %v", told.GroupScopes, issuers[0].Grants)
	}
	if told.Contract.File != "../../api/openapi.yaml" || !strings.Contains(told.Contract.Text, "/users/{id}") {
		t.Errorf("contract %s of %d bytes", told.Contract.File, len(told.Contract.Text))
	}
	aws := d.url + "/_aws"
	got := about.Desk{Version: told.Version, Region: told.Region, ClockSkew: told.ClockSkew, MaxToken: told.MaxToken, TokenSources: told.TokenSources, APIKeysRemembered: told.APIKeysRemembered, Tables: told.Tables, Feed: told.Feed, Endpoints: told.Endpoints}
	want := about.Desk{
		Version: 1, Region: "eu-west-1", ClockSkew: "5s", MaxToken: 4096, TokenSources: "bearer,raw", APIKeysRemembered: "1h0m0s", Feed: about.Feed{On: true, Ends: true, Mode: "websocket"}, Tables: about.Tables{Users: "users", APIKeys: "api-keys", Revocations: "revocations", Connections: "connections", Audit: "audit"},
		Endpoints: about.Endpoints{DynamoDB: aws, Cognito: aws, APIGateway: aws, SecretsManager: aws},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%+v, want %+v", got, want)
	}
	webSocket := about.Mode{Name: "websocket", Gateway: "WEBSOCKET", URL: strings.Replace(d.url, "http:", "ws:", 1) + "/websocket"}
	if len(told.Modes) != 9 || told.Modes[0] != (about.Mode{Name: "rest-token", Gateway: "REST", URL: d.url + "/rest-token"}) || told.Modes[8] != webSocket {
		t.Errorf("modes %v", told.Modes)
	}
}

// TestAboutHoldsNoSecret: what signs in, calls or signs is not in it.
func TestAboutHoldsNoSecret(t *testing.T) {
	t.Parallel()
	all, err := modes.LoadAll("../modes")
	if err != nil {
		t.Fatal(err)
	}
	secrets := []string{cognito.Password, cognito.MachineSecret, services.ClientSecret}
	for _, account := range cognito.Demo() {
		secrets = append(secrets, account.TOTPSecret, account.Password)
	}
	for _, m := range all {
		if m.UsagePlan != nil {
			for _, key := range m.UsagePlan.LocalKeys {
				secrets = append(secrets, key.Value)
			}
		}
		for _, caller := range m.LocalCallers {
			secrets = append(secrets, caller.SecretAccessKey, caller.SessionToken)
		}
	}
	secrets = slices.DeleteFunc(secrets, func(secret string) bool { return secret == "" })
	if len(secrets) < 8 {
		t.Fatalf("only the secrets %q", secrets)
	}
	for _, client := range []string{"local-client", "local-secret"} {
		d := start(t, desk.Config{Environ: []string{"USER_POOL_CLIENT_ID=" + client, "AWS_SECRET_ACCESS_KEY=theirs", "AWS_ACCESS_KEY_ID=AKIATHEIRS"}})
		status, text := get(t, d, about.Path)
		if status != 200 {
			t.Errorf("%s: status %d", client, status)
		}
		for _, secret := range append(secrets, "theirs", "AKIATHEIRS") {
			if strings.Contains(text, secret) {
				t.Errorf("%s: it holds %q", client, secret)
			}
		}
	}
}

// TestAboutIsForThisMachine: nobody else reads it, and nobody writes it.
func TestAboutIsForThisMachine(t *testing.T) {
	t.Parallel()
	d := start(t, desk.Config{Addr: ":0"})
	port := d.url[strings.LastIndex(d.url, ":"):]
	addresses, err := net.InterfaceAddrs()
	if err != nil {
		t.Fatal(err)
	}
	hosts := map[string]int{"127.0.0.1": 200}
	for _, address := range addresses {
		if network, ok := address.(*net.IPNet); ok && network.IP.To4() != nil && !network.IP.IsLoopback() {
			hosts[network.IP.String()] = 403
		}
	}
	for host, want := range hosts {
		response, err := http.Get("http://" + host + port + about.Path)
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(response.Body)
		response.Body.Close()
		if err != nil || response.StatusCode != want || strings.Contains(string(text), "issuers") != (want == 200) {
			t.Errorf("%s: %d %.60s, error %v", host, response.StatusCode, text, err)
		}
	}
	if status, _ := send(t, d, "POST", about.Path, "{}"); status != 405 {
		t.Errorf("POST: status %d", status)
	}
	if len(hosts) == 1 {
		t.Skip("this machine has no other IPv4 address than those of loopback")
	}
}
