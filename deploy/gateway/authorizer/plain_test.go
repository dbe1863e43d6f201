package authorizer_test

import (
	"fmt"
	"os"
	"reflect"
	"strings"
	"testing"

	"portcullis/deploy/gateway/authorizer"
)

// odd is the answer with one member more, which counts for nothing since the member of that name behind it does, and by which no answer is
// plain: its name is written with an escape. false: the answer is no object with members.
func odd(answer string) (string, bool) {
	const space = " \t\r\n"
	before, after, isObject := strings.Cut(answer, "{")
	return before + `{"\u0070rincipalId":null,` + after, isObject && strings.Trim(before, space) == "" && !strings.HasPrefix(strings.TrimLeft(after, space), "}")
}

// readFile is a file of testdata, which is the answer of an authorizer in a line, or what is put for a part of it in each line.
func readFile(t testing.TB, name string) string {
	text, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

const small = `{"principalId":"me","policyDocument":{"Version":"2012-10-17","Id":"a","Statement":[{"Sid":"b","Effect":"Allow","Action":["execute-api:Invoke"],` +
	`"Resource":["arn:aws:execute-api:*:*:*/*/GET/a","*"],"Condition":{"IpAddress":{"aws:SourceIp":["203.0.113.0/24"]}}}]},"context":{"a":"b","n":1},"usageIdentifierKey":"key"}`

// seedAnswers are the small answer, and those that are made of it: a line of testdata/odd-answers.txt is what stands there once, and what to
// put in its place, with a tab between them.
func seedAnswers(t testing.TB) []string {
	seeds := []string{small, readFile(t, "answer.json"), "", "null", "[]", "{}", `{"principalId":"me"`, small + "x", " " + small + "\n"}
	add := func(what, by string) {
		if strings.Count(small, what) != 1 {
			t.Fatalf("%q does not stand there once", what)
		}
		seeds = append(seeds, strings.Replace(small, what, by, 1))
	}
	for line := range strings.Lines(readFile(t, "odd-answers.txt")) {
		what, by, tab := strings.Cut(strings.TrimSuffix(line, "\n"), "\t")
		if !tab {
			t.Fatalf("%q: want what stands there once, and what to put in its place", line)
		}
		add(what, by)
	}
	add(`"me"`, "\"\xff\"")
	add(`"b","n"`, "\"\xff\",\"n\"")
	add(`"*"`, "\"\xff\"")
	add(`"*"`, `"`+strings.Repeat("é", 512)+`"`)
	add(`"*"`, `"`+strings.Repeat("é", 513)+`"`)
	add(`"n":1`, `"n":`+strings.Repeat("[", 40)+strings.Repeat("]", 40))
	return seeds
}

// FuzzPlainAnswer compares what is made of an answer with what is where another member, of no meaning, keeps it from being plain.
func FuzzPlainAnswer(f *testing.F) {
	for _, answer := range seedAnswers(f) {
		f.Add(answer)
	}
	type parsed struct {
		policy *authorizer.Policy
		err    string
	}
	f.Fuzz(func(t *testing.T, answer string) {
		longer, isObject := odd(answer)
		if !isObject {
			return
		}
		for _, parse := range []func([]byte) (*authorizer.Policy, error){authorizer.ParsePolicy, authorizer.ParseTyped} {
			read := func(answer string) parsed {
				policy, err := parse([]byte(answer))
				return parsed{policy, fmt.Sprint(err)}
			}
			got, want := read(answer), read(longer)
			for range 100 { // of several members that are wrong any one is named
				if reflect.DeepEqual(got, want) {
					break
				}
				got = read(answer)
			}
			if !reflect.DeepEqual(got, want) {
				t.Errorf("%q: %+v, %s\nwant %+v, %s", answer, got.policy, got.err, want.policy, want.err)
			}
		}
	})
}

// TestPlainAnswersCostLess: the answers of authorizers are plain, and read with a fraction of the allocations that others take.
func TestPlainAnswersCostLess(t *testing.T) {
	allocations := func(answer string) float64 {
		return testing.AllocsPerRun(10, func() { authorizer.ParsePolicy([]byte(answer)) })
	}
	for _, answer := range []string{small, readFile(t, "answer.json")} {
		longer, _ := odd(answer)
		if plain, other := allocations(answer), allocations(longer); plain > other/3 {
			t.Errorf("%v allocations, and %v where it is not plain: %s", plain, other, answer)
		}
	}
}

// BenchmarkParsePolicy reads the answer of an authorizer, as it is, and where it is not plain.
func BenchmarkParsePolicy(b *testing.B) {
	answer := readFile(b, "answer.json")
	longer, _ := odd(answer)
	for name, text := range map[string]string{"plain": answer, "other": longer} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := authorizer.ParsePolicy([]byte(text)); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
