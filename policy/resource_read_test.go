package policy_test

import (
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"testing"

	"portcullis/policy"
)

// shorthands write out what the lines of refused.txt have in short.
func shorthands(text string) string {
	rest := `"Effect":"Deny","Principal":"*","Action":"execute-api:Invoke","Resource":"*"`
	for _, part := range []struct{ short, member string }{{"PRINCIPAL ", "Principal"}, {"ACTION ", "Action"}, {"RESOURCE ", "Resource"}} {
		if value, is := strings.CutPrefix(text, part.short); is {
			members := map[string]json.RawMessage{"Version": json.RawMessage(`"2012-10-17"`)}
			statement := map[string]json.RawMessage{}
			json.Unmarshal([]byte("{"+rest+"}"), &statement)
			statement[part.member] = json.RawMessage(value)
			one, _ := json.Marshal(statement)
			members["Statement"] = json.RawMessage("[" + string(one) + "]")
			whole, _ := json.Marshal(members)
			return string(whole)
		}
	}
	if members, is := strings.CutPrefix(text, "STMT "); is {
		name, _, _ := strings.Cut(members, ":")
		if strings.Contains(rest, name+":") {
			rest = strings.Replace(rest, `"Effect":"Deny",`, "", 1)
		}
		return `{"Version":"2012-10-17","Statement":[{` + rest + "," + members + "}]}"
	}
	return strings.NewReplacer("OK", "{"+rest+"}", "REST", rest).Replace(text)
}

// TestParseResourcePolicyRefuses: a line of testdata/resource/refused.txt is a policy, a tab, and the only problem that it has.
func TestParseResourcePolicyRefuses(t *testing.T) {
	for line := range strings.Lines(readFile(t, "testdata/resource/refused.txt")) {
		text, want, _ := strings.Cut(strings.TrimSuffix(line, "\n"), "\t")
		read, err := policy.ParseResourcePolicy([]byte(shorthands(text)))
		wrong := (*policy.ResourcePolicyError)(nil)
		if !errors.As(err, &wrong) || len(wrong.Problems) != 1 || len(read.Statement) > 0 {
			t.Errorf("%s: %v, want a problem alone: %s", text, err, want)
			continue
		}
		place, reason, _ := strings.Cut(want, ": ")
		if p := wrong.Problems[0]; p.Place != place || !strings.HasPrefix(p.Reason, reason) || reason == "" {
			t.Errorf("%s\n got %s: %s\nwant %s", text, p.Place, p.Reason, want)
		}
	}
}

func TestParseResourcePolicyTellsAllProblems(t *testing.T) {
	_, err := policy.ParseResourcePolicy([]byte(`{"Version":"1","Statement":[
		{"Effect":"Allow","Principal":"*","Action":"s3:*","Resource":["execute-api:/x","*"],"Condition":{"Nope":{"a":"b"},"Bool":{"aws:Nope":"true"}}},
		{"Efect":"Deny"}]}`))
	want := `policy: resource policy: /Version: want "2012-10-17"
policy: resource policy: /Statement/0/Action: "s3:*": is no action that is asked about: want execute-api:Invoke
policy: resource policy: /Statement/0/Resource/0: "execute-api:/x": matches no request: want execute-api:/STAGE/METHOD/PATH, such as execute-api:/*/GET/things/*
policy: resource policy: /Statement/0/Condition/Nope: is no operator that is known here
policy: resource policy: /Statement/0/Condition/Bool/aws:Nope: is no key that can be told of a request`
	if err == nil || !strings.HasPrefix(err.Error(), want) || strings.Count(err.Error(), "/Statement/1") != 5 {
		t.Errorf("error\n%v\nwant\n%s …", err, want)
	}
}

// TestParseResourcePolicyTakes: each is read, and keeps what it says.
func TestParseResourcePolicyTakes(t *testing.T) {
	for _, text := range []string{
		`{"Statement":{"Effect":"Deny","NotPrincipal":{"AWS":["111111111111","arn:aws-cn:iam::111111111111:user/a/b"]},"NotAction":"s3:*","NotResource":"execute-api:/*/GET/"}}`,
		`{"Version":"2008-10-17","Id":"x","Statement":[{"Sid":"a","Effect":"Allow","Principal":{"Service":"events.amazonaws.com"},"Action":["EXECUTE-API:*"],"Resource":["arn:aws:execute-api:*:*:*/v1/GET/a"]}]}`,
		`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"*","Resource":["execute-api:/prod/*","execute-api:/*/?ET/${*}/a"],"Condition":{"NumericLessThan":{"aws:EpochTime":1700000000},"BoolIfExists":{"aws:SecureTransport":true},"StringLike":{"aws:PrincipalTag/team":["a*",""]}}}]}`,
	} {
		p, err := policy.ParseResourcePolicy([]byte(text))
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		if again := writtenAgain(t, p); !reflect.DeepEqual(p, again) {
			t.Errorf("%s: %+v, and written anew %+v", text, p, again)
		}
	}
}

func writtenAgain(t *testing.T, p policy.ResourcePolicy) policy.ResourcePolicy {
	t.Helper()
	text, err := json.Marshal(p)
	if err != nil {
		t.Fatal(err)
	}
	var again policy.ResourcePolicy
	if err := json.Unmarshal(text, &again); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return again
}

// FuzzParseResourcePolicy: what is read is the same when it is written and read again, and every request that it is asked about gets the
// same answer; and what has a name twice, or one that is not known, is not read.
func FuzzParseResourcePolicy(f *testing.F) {
	for line := range strings.Lines(readFile(f, "testdata/resource/refused.txt")) {
		text, _, _ := strings.Cut(line, "\t")
		f.Add([]byte(shorthands(text)))
	}
	f.Add([]byte(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"111111111111"},"Action":"*","Resource":"execute-api:/*"}]}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		p, err := policy.ParseResourcePolicy(text)
		if err != nil {
			return
		}
		again := writtenAgain(t, p)
		if !reflect.DeepEqual(p, again) {
			t.Fatalf("%s: %+v, and written anew %+v", text, p, again)
		}
		for _, s := range p.Expand(anARN).Statement {
			for _, pattern := range append(append([]string{}, s.Resource...), s.NotResource...) {
				if strings.HasPrefix(pattern, "execute-api:") {
					t.Errorf("%s: %s is not expanded", text, pattern)
				}
			}
		}
	})
}
