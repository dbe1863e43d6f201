package gateway_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"portcullis/deploy/local/gateway"
)

func TestLoadModes(t *testing.T) {
	modes, err := gateway.LoadModes("../../modes")
	if err != nil {
		t.Fatal(err)
	}
	if len(modes) == 0 || modes[0].Name != "rest-token" || modes[0].Authorizer.Function != "token" || *modes[0].Authorizer.ResultTTLInSeconds != 300 || modes[0].StageVariables["alias"] != "live" {
		t.Errorf("modes %+v", modes)
	}
	empty := t.TempDir()
	if _, err := gateway.LoadModes(empty); err == nil || err.Error() != empty+": holds no mode (*.yaml)" {
		t.Errorf("error %v", err)
	}
}

// TestLeastMode reads the same file as Terraform's tests do.
func TestLeastMode(t *testing.T) {
	const file = "../../terraform/tests/fixtures/modes/least.yaml"
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	mode, err := gateway.ParseMode(file, text)
	if err != nil || mode.Throttle != nil || mode.Authorizer.ResultTTLInSeconds != nil || mode.RequestValidation != (gateway.RequestValidation{}) {
		t.Errorf("%+v, %v", mode, err)
	}
}

func TestParseModeRefuses(t *testing.T) {
	tests := []struct{ old, new, want string }{
		{"name: test", "name: other", `test.yaml:1: name: want the file's name, "test", got "other"`},
		{"gateway: REST", "gateway: SOAP", `test.yaml:2: gateway: want REST, got "SOAP"`},
		{"gateway: REST\n", "", `test.yaml:1: gateway: want REST, got ""`},
		{"authorization: TOKEN", "authorization: NONE", `test.yaml:3: authorization: want TOKEN, got "NONE"`},
		{"function: token", "function: ''", "test.yaml:5: authorizer.function: is missing"},
		{"header.Authorization", "header.", `test.yaml:6: authorizer.identitySource: want method.request.header.{name}, got "method.request.header."`},
		{"'^Bearer [a-z-]+$'", "'('", "test.yaml:7: authorizer.identityValidationExpression: error parsing regexp: missing closing ): `^(?:()$`"},
		{"Seconds: 300", "Seconds: 3601", "test.yaml:8: authorizer.resultTtlInSeconds: want 0 to 3600, got 3601"},
		{"Seconds: 300", "Seconds: soon", "test.yaml:8: cannot unmarshal !!str `soon` into int"},
		{"resultTtlInSeconds", "ttl", "test.yaml:8: ttl: a mode has no such member"},
		{"requestValidation", "validation", "test.yaml:9: validation: a mode has no such member"},
		{"alias: live", "'a b': live", "test.yaml:10: stageVariables.a b: want a name of letters, digits and _, and a value of letters, digits and -._~:/?#&=,"},
		{"alias: live", "alias: 'a b'", "test.yaml:10: stageVariables.alias: want a name of letters, digits and _, and a value of letters, digits and -._~:/?#&=,"},
		{"name: test", "---\nname: test\n---\nname: test", "test.yaml: want one YAML document, and something follows it"},
		{"name: test", "name: [", "test.yaml:2: did not find expected ',' or ']'"},
	}
	for _, test := range tests {
		text := strings.Replace(modeText, test.old, test.new, 1)
		mode, err := gateway.ParseMode(filepath.Join("test.yaml"), []byte(text))
		wrong := (*gateway.ModeError)(nil)
		if !errors.As(err, &wrong) || err.Error() != test.want {
			t.Errorf("%s: %+v, error %v\nwant %s", test.new, mode, err, test.want)
		}
	}
	if _, err := gateway.ParseMode("test.yaml", nil); err == nil {
		t.Error("an empty file is a mode")
	}
}
