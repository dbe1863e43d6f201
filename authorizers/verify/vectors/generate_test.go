package vectors_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"portcullis/authorizers/verify/vectors"
	"portcullis/authorizers/verify/verifytest"
)

// generate writes all files anew.
func generate(t *testing.T) {
	g := &generator{t: t, codes: codes(t), part: map[string]string{}}
	for _, algorithm := range verifytest.Algorithms() {
		set := g.set(oidc, algorithm, "oidc-"+algorithm+".json", func(b verifytest.BrokenToken) bool {
			return algorithm == "RS256" || b.Part == "signature" || dependsOnAlgorithm.MatchString(b.Name)
		})
		g.write(set)
	}
	g.write(g.set(cognitoAccess, "RS256", "cognito-access-RS256.json", func(verifytest.BrokenToken) bool { return true }))
	g.write(g.set(cognitoID, "RS256", "cognito-id-RS256.json", func(b verifytest.BrokenToken) bool { return b.Part == "claims" }))
	g.write(named{"keys-RS256.json", vectors.Set{Kind: vectors.KindOIDC, Algorithm: "RS256", Groups: g.keyGroups()}})
	g.writeIndex()
}

// dependsOnAlgorithm are faults of other parts than the signature that a verifier may see in one algorithm and not in another.
var dependsOnAlgorithm = regexp.MustCompile("^(alg-|base64-.*-signature$)")

// inKeySet are faults that are in the key set, which each has a group of its own for.
var inKeySet = regexp.MustCompile("^(key-|kid-of-two-keys)")

type named struct {
	name string
	vectors.Set
}

// generator writes files, and notes what the index says of them.
type generator struct {
	t     *testing.T
	codes map[string]string
	index vectors.Index
	part  map[string]string // of each fault
}

// set is all that is tried with one key set.
func (g *generator) set(k kind, algorithm, name string, wanted func(verifytest.BrokenToken) bool) named {
	s := newScene(g.t, k, algorithm)
	group := s.group("good-keys")
	group.Cases = s.acceptable()
	for _, b := range s.Broken(s.good) {
		if wanted(b) && !inKeySet.MatchString(b.Name) {
			group.Cases = append(group.Cases, g.refuse(b))
		}
	}
	return named{name, vectors.Set{Kind: k.name, Algorithm: algorithm, Groups: []vectors.Group{group}}}
}

func (g *generator) refuse(b verifytest.BrokenToken) vectors.Case {
	if g.codes[b.Name] == "" {
		g.t.Fatalf("no code is known of %s", b.Name)
	}
	g.part[b.Name] = b.Part
	if inKeySet.MatchString(b.Name) {
		g.part[b.Name] = "keys"
	}
	return vectors.Case{Name: b.Name, Result: vectors.Refuse, Why: b.Why, Code: g.codes[b.Name], Signed: b.Signed, NoSkew: b.NoSkew, Token: b.Token}
}

// keyGroups have a key set each with something odd in it. The issuer's own key is there too, and its token is good where that can be.
func (g *generator) keyGroups() (groups []vectors.Group) {
	for _, names := range [][]string{{"key-roca"}, {"key-even-modulus"}, {"kid-of-two-keys", "kid-of-two-keys-second"}} {
		s := newScene(g.t, oidc, "RS256")
		cases := []vectors.Case{accept("good", "The token is by a key that nothing is wrong with.", s.Sign(s.good))}
		for _, b := range s.Broken(s.good) {
			if slices.Contains(names, b.Name) {
				cases = append(cases, g.refuse(b))
			}
		}
		s.Unpublish()
		for _, name := range names {
			s.Break(name, s.good) // publishes its keys, and no others
		}
		group := s.group(names[0])
		group.Cases = cases
		groups = append(groups, group)
	}
	for _, odd := range verifytest.OddKeys() {
		groups = append(groups, g.oddGroup(odd))
	}
	for _, odd := range moreOddKeys {
		groups = append(groups, g.moreOddGroup(odd))
	}
	return groups
}

// oddCodes are those of the tokens that odd keys sign; "" is for one that may be taken or not.
var oddCodes = map[string]string{
	"kid-missing": "key-id-invalid", "kid-twice": "key-unknown", "kid-ours": "key-unknown",
	"rsa-1024": "key-unknown", "use-enc": "key-unknown", "ec": "algorithm-not-allowed", "symmetric": "algorithm-not-allowed", "null-members": "",
}

// oddGroup has an odd key beside the issuer's own, and a token by each.
func (g *generator) oddGroup(odd verifytest.OddKey) vectors.Group {
	s := newScene(g.t, oidc, "RS256")
	name := "odd-" + odd.Name
	s.PublishOdd(odd.Name)
	group := s.group(name)
	add := func(name, by, token string, own bool) {
		g.part[name] = "keys"
		group.Cases = append(group.Cases, vectors.Case{
			Name: name, Result: vectors.Refuse, Why: "The token is by " + by + ". " + odd.Why, Code: oddCodes[odd.Name], Signed: own, Token: token,
		})
	}
	if odd.Disturbs {
		add(name+"-good", "the issuer's own key, beside an odd one", s.Sign(s.good), true)
	} else {
		group.Cases = append(group.Cases, accept("good", "The token is by the issuer's own key, beside an odd one that spoils no other. "+odd.Why, s.Sign(s.good)))
	}
	switch {
	case odd.Name == "symmetric":
		add(name, "an odd key of the set, with HS256", s.maced(), false)
	case odd.Signs && oddCodes[odd.Name] != "":
		add(name, "an odd key of the set", s.SignOdd(odd.Name, s.good), false)
	}
	return group
}

// write writes a set, and notes it for the index.
func (g *generator) write(n named) {
	n.Format, n.Version, n.Time, n.Until = vectors.Format, vectors.Version, issued, ends
	text := asJSON(n.Set)
	must(os.WriteFile(n.name, text, 0o644))
	file := vectors.File{Name: n.name, SHA256: sum(text), Kind: n.Kind, Algorithm: n.Algorithm, Groups: len(n.Groups)}
	for _, group := range n.Groups {
		for _, c := range group.Cases {
			if c.Result == vectors.Accept {
				file.Accept++
			} else {
				file.Refuse++
			}
		}
	}
	g.index.Files = append(g.index.Files, file)
}

// writeIndex writes the index, with the faults in the order of their families.
func (g *generator) writeIndex() {
	g.index.Format, g.index.Version, g.index.Time, g.index.Until = vectors.Format, vectors.Version, issued, ends
	rules := faultRules(g.t)
	for name, part := range g.part {
		rule, ok := ruleOf(rules, name)
		if !ok {
			g.t.Fatalf("testdata/faults.txt has no line for %s", name)
		}
		g.index.Faults = append(g.index.Faults, vectors.Fault{Name: name, Family: rule.family, Part: part, Class: rule.class, Source: rule.source})
	}
	order := func(f vectors.Fault) int {
		return slices.IndexFunc(rules, func(r faultRule) bool { return r.family == f.Family })
	}
	slices.SortFunc(g.index.Faults, func(a, b vectors.Fault) int {
		if n := order(a) - order(b); n != 0 {
			return n
		}
		return strings.Compare(a.Name, b.Name)
	})
	must(os.WriteFile(vectors.IndexFile, asJSON(g.index), 0o644))
}

func asJSON(value any) []byte {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "\t")
	must(encoder.Encode(value))
	return text.Bytes()
}

// sum is the SHA-256 of a file, as the index has it.
func sum(text []byte) string {
	hash := sha256.Sum256(text)
	return hex.EncodeToString(hash[:])
}

func encode(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

func must(err error) {
	if err != nil {
		panic(fmt.Sprintf("vectors are not made: %v", err))
	}
}
