package policy_test

import (
	"encoding/json"
	"math/rand/v2"
	"testing"

	"portcullis/policy"
)

// FuzzDocument: a document that is read is written so that it reads the same, evaluates the same, and
// evaluates as the simpler reading says.
func FuzzDocument(f *testing.F) {
	d := draws{rand.New(rand.NewPCG(8, 8))}
	for range 20 {
		text, err := json.Marshal(d.document())
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text, "arn:a/GET/b", "a")
	}
	f.Fuzz(func(t *testing.T, text []byte, resource, value string) {
		var first, second policy.Document
		if json.Unmarshal(text, &first) != nil {
			return
		}
		written, err := json.Marshal(first)
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(written, &second); err != nil {
			t.Fatalf("%s is written as %s: %v", text, written, err)
		}
		if again, _ := json.Marshal(second); string(again) != string(written) {
			t.Errorf("%s is written as %s, and then as %s", text, written, again)
		}
		request := policy.Request{Resource: resource, Keys: map[string]string{
			"aws:SourceIp": value, "aws:CurrentTime": value, "aws:EpochTime": value, "aws:SecureTransport": value, "aws:UserAgent": value,
		}}
		got := policy.Evaluate(first, request)
		if other := policy.Evaluate(second, request); other != got {
			t.Errorf("%s evaluates as %+v, and written and read again as %+v", text, got, other)
		}
		if want := naiveEvaluate(first, request); !want.is(got) {
			t.Errorf("%s of %q, %q: %+v; the simpler reading gives %+v", text, resource, value, got, want)
		}
	})
}
