package main

import (
	"testing"

	"portcullis/authorizers/verify/vectors"
)

// TestJudge: a line a case: what a group of a good token, a bad one, and one bad by less than clocks may differ says of a contestant that
// accepts some of them.
func TestJudge(t *testing.T) {
	const bad, skew = "alg-none", "exp-now"
	for _, test := range []struct {
		name, accepts string
		clock         bool
		bad, skew     outcome
		goodRefused   int
	}{
		{"all is as it should be", "good odd", true, refused, refused, 0},
		{"a bad one is accepted", "good odd alg-none", true, letThrough, refused, 0},
		{"no good one is accepted", "", true, unjudged, unjudged, 0},
		{"only a bad one is accepted", "alg-none", true, letThrough, unjudged, 0},
		{"no good one but an odd one", "odd", true, unjudged, unjudged, 0},
		{"there is no clock", "good odd", false, refused, unjudged, 0},
		{"there is no clock, and it is accepted", "good odd exp-now", false, refused, letThrough, 0},
		{"an odd one is refused", "good", true, refused, refused, 1},
	} {
		v := oneSet(vectors.Group{Name: "good-keys", Cases: []vectors.Case{
			{Name: "good", Result: vectors.Accept}, {Name: "odd", Result: vectors.Accept},
			{Name: bad, Result: vectors.Refuse}, {Name: skew, Result: vectors.Refuse, NoSkew: true},
		}})
		d := judge(v, result{Accepted: map[string]map[string]string{"a.json": {"good-keys": test.accepts}}}, test.clock)
		if d.faults[bad] != test.bad || d.faults[skew] != test.skew || len(d.goodRefused) != test.goodRefused {
			t.Errorf("%s: %v, good ones refused: %v", test.name, d.faults, d.goodRefused)
		}
	}
}

// TestJudgeByOtherKeys: refusals beside an odd key say something where the good token beside it is accepted; where there is none, that of
// other keys has to do.
func TestJudgeByOtherKeys(t *testing.T) {
	good, bad := vectors.Case{Name: "good", Result: vectors.Accept}, vectors.Case{Name: "alg-none", Result: vectors.Refuse}
	for _, test := range []struct {
		name        string
		odd         []vectors.Case
		plain, with string // what is accepted with keys that nothing is wrong with, and beside the odd one
		want        outcome
	}{
		{"both are accepted", []vectors.Case{good, bad}, "good", "good", refused},
		{"the odd key spoils the others", []vectors.Case{good, bad}, "good", "", unjudged},
		{"there is none beside it", []vectors.Case{bad}, "good", "", refused},
		{"there is none beside it, nor is there elsewhere", []vectors.Case{bad}, "", "", unjudged},
		{"the odd key is taken", []vectors.Case{bad}, "good", "alg-none", letThrough},
	} {
		v := oneSet(vectors.Group{Name: "good-keys", Cases: []vectors.Case{good}}, vectors.Group{Name: "odd-key", Cases: test.odd})
		d := judge(v, result{Accepted: map[string]map[string]string{"a.json": {"good-keys": test.plain, "odd-key": test.with}}}, true)
		if d.faults["alg-none"] != test.want {
			t.Errorf("%s: %v, want %v", test.name, d.faults, test.want)
		}
	}
}

// TestJudgeByLikeTokens: a good token of another kind or another algorithm says nothing.
func TestJudgeByLikeTokens(t *testing.T) {
	good, bad := vectors.Case{Name: "good", Result: vectors.Accept}, vectors.Case{Name: "alg-none", Result: vectors.Refuse}
	for _, test := range []struct {
		kind, algorithm string
		want            outcome
		unsupported     int
	}{
		{vectors.KindOIDC, "RS256", refused, 0},
		{vectors.KindOIDC, "ES256", unjudged, 1},
		{vectors.KindCognitoAccess, "RS256", unjudged, 1},
	} {
		v := oneSet(vectors.Group{Name: "good-keys", Cases: []vectors.Case{good}})
		v.Index.Files = append(v.Index.Files, vectors.File{Name: "b.json"})
		v.Sets = append(v.Sets, vectors.Set{Kind: test.kind, Algorithm: test.algorithm, Groups: []vectors.Group{{Name: "odd-key", Cases: []vectors.Case{bad}}}})
		d := judge(v, result{Accepted: map[string]map[string]string{"a.json": {"good-keys": "good"}, "b.json": {"odd-key": ""}}}, true)
		if d.faults["alg-none"] != test.want || len(d.unsupported) != test.unsupported {
			t.Errorf("%s, %s: %v, unsupported are %v", test.kind, test.algorithm, d.faults, d.unsupported)
		}
	}
}

// oneSet are vectors of one set.
func oneSet(groups ...vectors.Group) *vectors.Vectors {
	return &vectors.Vectors{
		Index: vectors.Index{Files: []vectors.File{{Name: "a.json"}}},
		Sets:  []vectors.Set{{Kind: vectors.KindOIDC, Algorithm: "RS256", Groups: groups}},
	}
}
