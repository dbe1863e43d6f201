package tablename_test

import (
	"strings"
	"testing"

	"portcullis/authorizers/internal/tablename"
)

func TestValid(t *testing.T) {
	for name, want := range map[string]bool{
		"abc": true, "Az0_.-": true, "...": true, strings.Repeat("t", 255): true,
		"": false, "ab": false, strings.Repeat("t", 256): false,
		"a b c": false, " abc": false, "abc ": false, "abc\n": false, "a/b": false, "a:b": false, "täble": false, "a\x00b": false, "abc\xff": false,
		"arn:aws:dynamodb:eu-west-1:123456789012:table/keys": false,
	} {
		if got := tablename.Valid(name); got != want {
			t.Errorf("%.60q: %v", name, got)
		}
	}
}
