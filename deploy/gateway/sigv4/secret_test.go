package sigv4_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"portcullis/deploy/gateway/sigv4"
)

func TestSecretsPrintAsRedacted(t *testing.T) {
	credentials := sigv4.Credentials{SecretAccessKey: secret, SessionToken: sessionToken}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
		if text := fmt.Sprintf(verb, credentials); strings.Count(text, "[redacted]") != 2 {
			t.Errorf("%s: %s", verb, text)
		}
	}
	var logs bytes.Buffer
	slog.New(slog.NewTextHandler(&logs, nil)).Info("x", "credentials", credentials, "secret", credentials.SecretAccessKey)
	if strings.Count(logs.String(), "[redacted]") != 3 {
		t.Error(logs.String())
	}
	text, err := json.Marshal(credentials)
	if err != nil || strings.Count(string(text), "[redacted]") != 2 {
		t.Errorf("%s %v", text, err)
	}
	if credentials.SecretAccessKey.String() != "[redacted]" || string(credentials.SecretAccessKey) != secret {
		t.Error("String does not redact, or the conversion does")
	}
}
