package main

import (
	"fmt"
	"slices"
	"strings"

	"portcullis/authorizers/verify/vectors"
)

// page writes the page of results.
func page(v *vectors.Vectors, results []result) string {
	p := &pageWriter{v: v, why: map[string]string{}}
	for _, set := range v.Sets {
		for _, g := range set.Groups {
			for _, c := range g.Cases {
				p.why[c.Name] = c.Why
			}
		}
	}
	var oidc, cognito []*verdict
	for _, c := range contestants {
		r, ok := resultOf(results, c.name)
		if !ok {
			continue
		}
		if c.kinds != "cognito" {
			oidc = append(oidc, judge(v, onlyKinds(v, r, "oidc"), c.clock))
		}
		if c.kinds != "oidc" {
			cognito = append(cognito, judge(v, onlyKinds(v, r, "cognito"), c.clock))
		}
	}
	p.text(intro)
	p.setUps(results)
	p.text(classes)
	p.counts(oidc)
	p.text("## By kind of fault\n\nHow many are let through; behind a + how many cannot be judged.\n")
	p.families(oidc)
	p.text(details)
	p.details(oidc, func(vectors.Fault) bool { return true })
	p.text(goodTokens)
	p.good(append(slices.Clone(oidc), cognito...))
	p.text(cognitoTokens)
	p.counts(cognito)
	p.text(cognitoAlone)
	p.details(cognito, func(f vectors.Fault) bool {
		_, tried := oidc[0].faults[f.Name]
		return !tried
	})
	return strings.TrimRight(p.out.String(), "\n") + "\n"
}

const intro = `# What verifiers let through

The test vectors are tried with verifiers of JSON Web Tokens that are used in front of APIs, each set up as its own
documentation has it for access tokens of one OpenID Connect issuer, with issuer, audience and algorithm as narrow as it takes them, and its
options for more strictness left as they are by default. ` + "`go run .`" + ` in this folder prints this page (` + "`go doc`" + ` there says what it needs), and its
tests hold the page to what comes out. Nothing here is about other versions than these, or other set-ups.
`

const classes = `A token is **let through** if it is accepted although it is to be refused; anything else that a library does with it, a crash too, is a refusal.
A refusal counts only where the same set-up accepts the good token with the same keys; otherwise, such as where an algorithm is not supported, the
fault **cannot be judged**. Nor can one of a second's difference where a library takes no clock. Faults are counted, not tokens: one counts
that is let through with any of the algorithms with which it was tried.

What is let through is not all alike. Of each fault the [vectors](../vectors/README.md) name the rule:

- **security**: who takes the token takes what nobody entitled signed, what has ended or not begun, or what is for somebody else. This is a weakness;
  where the fault is in the key set (its name begins with key- or odd-), only together with an issuer that published such a key.
- **standard**: a standard says that it is no token, or is to be refused, and who can make it has the key, or a token that says the same. This is
  a deviation, which becomes a weakness only together with another one: an issuer that signs what a user wrote, two programs that read one token
  differently, a list of revoked tokens by their text.
- **choice**: no standard forbids to take it. Refusing it is a stricter rule of Portcullis's, and says nothing against a library that does not have it.
`

const details = `
## Which

A fault that is let through with some of the algorithms alone has them behind the library's name.
`

const goodTokens = `## Good tokens that are refused

What a standard allows and looks odd, and good tokens beside an odd key. Algorithms that a library does not have are above.
`

const cognitoAlone = `Of these, the faults that only Cognito's tokens have:
`

const cognitoTokens = `
## Tokens of Amazon Cognito

Access and ID tokens of a user pool, by the verifiers that have a set-up for it.
`

type pageWriter struct {
	out strings.Builder
	v   *vectors.Vectors
	why map[string]string // by the names of cases
}

func (p *pageWriter) text(text string) { p.out.WriteString(text + "\n") }

// row writes a row of a table.
func (p *pageWriter) row(cells ...string) {
	for i, cell := range cells {
		cells[i] = strings.ReplaceAll(cell, "|", `\|`)
	}
	p.text("| " + strings.Join(cells, " | ") + " |")
}

// head writes the head of a table, whose columns behind the first ones are numbers.
func (p *pageWriter) head(texts int, cells ...string) {
	p.row(cells...)
	p.text("|" + strings.Repeat("---|", texts) + strings.Repeat("---:|", len(cells)-texts))
}

func (p *pageWriter) setUps(results []result) {
	p.head(4, "verifier", "version", "set-up", "clock")
	for _, c := range contestants {
		clock := "the vectors'"
		if !c.clock {
			clock = "the machine's"
		}
		if r, ok := resultOf(results, c.name); ok {
			version := r.Version
			if version == "" {
				version = "this one"
			}
			p.row(c.name, version, c.setUp, clock)
		}
	}
	p.text("")
}

func (p *pageWriter) counts(verdicts []*verdict) {
	classes := []string{vectors.Security, vectors.Standard, vectors.Choice}
	p.head(1, "verifier", "faults", "refused", "let through: "+classes[0], classes[1], classes[2], "cannot be judged", "algorithms it does not have")
	any := func(vectors.Fault) bool { return true }
	for _, d := range verdicts {
		cells := []string{d.Name, fmt.Sprint(len(d.faults)), fmt.Sprint(d.count(p.v.Index.Faults, refused, any))}
		for _, class := range classes {
			n := d.count(p.v.Index.Faults, letThrough, func(f vectors.Fault) bool { return f.Class == class })
			cells = append(cells, emphasized(n, class == vectors.Security))
		}
		cells = append(cells, fmt.Sprint(d.count(p.v.Index.Faults, unjudged, any)), strings.Join(d.unsupported, ", "))
		p.row(cells...)
	}
	p.text("")
}

func emphasized(n int, emphasis bool) string {
	if n > 0 && emphasis {
		return fmt.Sprintf("**%d**", n)
	}
	return fmt.Sprint(n)
}

func (p *pageWriter) families(verdicts []*verdict) {
	cells := []string{"", "faults"}
	for _, d := range verdicts {
		cells = append(cells, d.Name)
	}
	p.head(1, cells...)
	var families []string
	for _, f := range p.v.Index.Faults {
		families = with(families, f.Family)
	}
	for _, family := range families {
		of := func(f vectors.Fault) bool { return f.Family == family }
		tried := 0
		for _, f := range p.v.Index.Faults {
			if _, ok := verdicts[0].faults[f.Name]; ok && of(f) {
				tried++
			}
		}
		if tried == 0 {
			continue
		}
		cells := []string{family, fmt.Sprint(tried)}
		for _, d := range verdicts {
			cell := fmt.Sprint(d.count(p.v.Index.Faults, letThrough, of))
			if n := d.count(p.v.Index.Faults, unjudged, of); n > 0 {
				cell += fmt.Sprint(" + ", n)
			}
			cells = append(cells, cell)
		}
		p.row(cells...)
	}
}

// details lists the faults that are let through, class by class, of those for which a condition holds.
func (p *pageWriter) details(verdicts []*verdict, holds func(vectors.Fault) bool) {
	for _, class := range []string{vectors.Security, vectors.Standard, vectors.Choice} {
		var rows [][]string
		for _, f := range p.v.Index.Faults {
			if by := p.letThroughBy(verdicts, f.Name); f.Class == class && len(by) > 0 && holds(f) {
				rows = append(rows, []string{f.Name, p.why[f.Name], f.Source, strings.Join(by, ", ")})
			}
		}
		if len(rows) == 0 {
			p.text("**" + class + "**: none.\n")
			continue
		}
		p.text("**" + class + "**\n")
		p.head(4, "fault", "what is wrong", "rule", "let through by")
		for _, row := range rows {
			p.row(row...)
		}
		p.text("")
	}
}

func (p *pageWriter) letThroughBy(verdicts []*verdict, fault string) (by []string) {
	for _, d := range verdicts {
		if d.faults[fault] != letThrough {
			continue
		}
		name := d.Name
		if len(d.let[fault]) < len(d.judged[fault]) {
			name += " (" + strings.Join(d.let[fault], ", ") + ")"
		}
		by = append(by, name)
	}
	return by
}

func (p *pageWriter) good(verdicts []*verdict) {
	found := false
	for _, d := range verdicts {
		for _, g := range d.goodRefused {
			if !found {
				p.head(4, "verifier", "token", "what is odd", "with")
				found = true
			}
			p.row(d.Name, g.name, g.why, strings.Join(g.with, ", "))
		}
	}
	if !found {
		p.text("None.")
	}
}

// onlyKinds is a result of the tokens of some kinds alone.
func onlyKinds(v *vectors.Vectors, r result, kinds string) result {
	only := map[string]map[string]string{}
	for i, set := range v.Sets {
		name := v.Index.Files[i].Name
		if groups, tried := r.Accepted[name]; tried && strings.HasPrefix(set.Kind, kinds) {
			only[name] = groups
		}
	}
	return result{r.Name, r.Version, only}
}
