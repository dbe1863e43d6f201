package verify_test

import (
	"encoding/base64"
	"slices"
	"testing"
	"time"

	"portcullis/authorizers/verify"
	"portcullis/authorizers/verify/vectors"
)

// TestVectors verifies the tokens of the package vectors, each with a verifier that trusts its group's issuer and keys: at the time that is
// named there, and at others at which the same is to become of them.
func TestVectors(t *testing.T) {
	v, err := vectors.Read(vectors.Files())
	if err != nil {
		t.Fatal(err)
	}
	met := map[string]int{}
	for i, set := range v.Sets {
		for _, group := range set.Groups {
			for _, seconds := range []int64{set.Time, time.Now().Unix(), set.Until - 1} {
				at := v.Index.Files[i].Name + ", " + group.Name
				met[group.AudienceIn] += tryGroup(t, at, group, time.Unix(seconds, 0))
			}
		}
	}
	if met["aud"] < 1000 || met["client_id"] < 300 {
		t.Errorf("only %v tokens", met)
	}
}

// tryGroup verifies the tokens of a group, and counts them.
func tryGroup(t *testing.T, at string, group vectors.Group, now time.Time) int {
	t.Helper()
	v, err := verify.New(verify.Config{Issuers: []verify.Issuer{entryOf(group)}, Now: func() time.Time { return now }, Remember: -1})
	if err != nil {
		t.Fatalf("%s: %v", at, err)
	}
	defer v.Close()
	for _, c := range group.Cases {
		if _, err := v.Verify(t.Context(), c.Token); code(err) != c.Code || (err == nil) != (c.Result == vectors.Accept) {
			t.Errorf("%s, at %s: %s: error %v, want %q", at, now, c.Name, err, c.Code)
		}
	}
	return len(group.Cases)
}

// entryOf is what a verifier takes the good tokens of a group by.
func entryOf(group vectors.Group) verify.Issuer {
	entry := verify.Issuer{
		Issuer: group.Issuer, Audience: []string{group.Audience}, Algorithms: slices.Clone(group.Algorithms),
		JWKSURI: "data:application/json;base64," + base64.StdEncoding.EncodeToString(group.KeySet),
	}
	if use := group.Claims["token_use"]; use != "" {
		entry.TokenUse = []string{use}
	}
	return entry
}
