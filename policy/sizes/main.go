// Command sizes measures what documents cost: their bytes, and the time to write them, for APIs of 10 to 2,100 operations
// and callers with all scopes, half of them, a few and one. It writes the tables of policy/README.md and policy/sizes.svg
// anew; run it at the module's root:
//
//	go run ./policy/sizes
package main

import (
	"bytes"
	"fmt"
	"log"
	"math/rand/v2"
	"os"
	"strings"
	"time"

	"portcullis/policy"
)

func main() {
	log.SetFlags(0)
	var measured []series
	for _, shape := range shapes {
		s, err := measure(shape)
		if err != nil {
			log.Fatal(err)
		}
		measured = append(measured, s)
	}
	if err := writeReadme("policy/README.md", measured); err != nil {
		log.Fatal(err)
	}
	if err := os.WriteFile("policy/sizes.svg", draw(measured), 0o644); err != nil {
		log.Fatal(err)
	}
}

// shape is how the paths of an API are built.
type shape struct {
	name  string
	below string
}

var shapes = []shape{
	{"flat: `/NAME`, `/NAME/{id}`", ""},
	{"deep: `/organizations/{orgId}/projects/{projectId}/NAME`, `…/{id}`", "/organizations/{orgId}/projects/{projectId}"},
}

var (
	operations = []int{10, 20, 50, 100, 200, 500, 1000, 2100}
	methods    = []string{"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"}
	callers    = []string{"all", "half", "few", "one"}
)

// series is what was measured of APIs of one shape.
type series struct {
	shape shape
	rows  []row
}

type row struct {
	operations int
	load       time.Duration
	documents  []document // as callers
}

type document struct {
	bytes, patterns int
	first           time.Duration // to write it, the first time
	again           time.Duration // and after that
}

// api has collections with an item each, for as many methods as there are operations, a scope to read each collection, and
// one to write.
func api(below string, operations int) (rules []policy.Rule, scopes []string) {
	for i := 0; len(rules) < operations; i++ {
		name := fmt.Sprintf("resource%d", i)
		scopes = append(scopes, name+"/read", name+"/write")
		for _, path := range []string{below + "/" + name, below + "/" + name + "/{id}"} {
			for _, method := range methods {
				scope := name + "/write"
				if method == "GET" || method == "HEAD" || method == "OPTIONS" {
					scope = name + "/read"
				}
				rules = append(rules, policy.Rule{
					Route:  policy.Route{Method: method, Path: path},
					Access: policy.Access{Alternatives: []policy.Alternative{{{Scheme: policy.SchemeBearer, Scopes: []string{scope}}}}},
				})
			}
		}
	}
	return rules[:operations], scopes
}

func measure(shape shape) (series, error) {
	s := series{shape: shape}
	for _, n := range operations {
		rules, scopes := api(shape.below, n)
		r := row{operations: n, load: fastest(9, func() { policy.NewRules(rules, nil) })}
		loaded, err := policy.NewRules(rules, nil)
		if err != nil {
			return s, err
		}
		for _, kind := range callers {
			document, err := measureCaller(loaded, granted(kind, scopes))
			if err != nil {
				return s, fmt.Errorf("%d operations, %s: %w", n, kind, err)
			}
			r.documents = append(r.documents, document)
		}
		s.rows = append(s.rows, r)
	}
	return s, nil
}

// granted are the scopes of a kind of caller; the halves are the same each time.
func granted(kind string, scopes []string) []string {
	switch kind {
	case "few":
		return scopes[:min(3, len(scopes))]
	case "one":
		return scopes[:1]
	case "half":
		var half []string
		chance := rand.New(rand.NewPCG(1, 1))
		for _, scope := range scopes {
			if chance.IntN(2) == 0 {
				half = append(half, scope)
			}
		}
		return half
	}
	return scopes
}

func measureCaller(rules *policy.Rules, scopes []string) (document, error) {
	who := policy.Caller{ID: "me", Schemes: []string{policy.SchemeBearer}, Scopes: scopes, Expires: time.Unix(1<<31, 0)}
	size, err := rules.Size(who, policy.LongestARN)
	if err == nil {
		err = size.Err
	}
	if err != nil {
		return document{}, err
	}
	stage := 0
	arn := policy.LongestARN
	return document{
		bytes: size.Bytes, patterns: size.Patterns,
		first: fastest(25, func() {
			stage++
			arn.Stage = fmt.Sprintf("stage%05d", stage) // none is remembered
			rules.Compile(who, arn)
		}),
		again: fastest(200, func() { rules.Compile(who, policy.LongestARN) }),
	}, nil
}

// fastest is the shortest time of several runs: what the machine does besides only adds to it.
func fastest(runs int, run func()) time.Duration {
	best := time.Hour
	for range runs {
		start := time.Now()
		run()
		best = min(best, time.Since(start))
	}
	return best
}

// The lines of the README between which the tables stand.
const (
	begin = "<!-- go run ./policy/sizes writes what follows -->\n"
	end   = "<!-- and ends here -->\n"
)

func writeReadme(file string, measured []series) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	before, rest, found := strings.Cut(string(text), begin)
	_, after, ended := strings.Cut(rest, end)
	if !found || !ended {
		return fmt.Errorf("%s: want the lines %q and %q", file, begin, end)
	}
	return os.WriteFile(file, []byte(before+begin+tables(measured)+end+after), 0o644)
}

func tables(measured []series) string {
	var b bytes.Buffer
	for _, s := range measured {
		fmt.Fprintf(&b, "\n%s\n\n| operations | load | all scopes | half | three | one |\n|---:|---:|---:|---:|---:|---:|\n", s.shape.name)
		for _, r := range s.rows {
			fmt.Fprintf(&b, "| %d | %.1f ms ", r.operations, r.load.Seconds()*1e3)
			for _, d := range r.documents {
				fmt.Fprintf(&b, "| %.1f KB, %d µs ", float64(d.bytes)/1024, d.first.Microseconds())
			}
			b.WriteString("|\n")
		}
		at := func(n int) row {
			for _, r := range s.rows {
				if r.operations == n {
					return r
				}
			}
			return row{}
		}
		small, large := at(100).documents[1], at(2100).documents[1]
		fmt.Fprintf(&b, "\nFor half of the scopes, 2,100 operations take %.0f times as long as 100, and %.1f µs when remembered (%d patterns; %.1f µs for 100).\n",
			float64(large.first)/float64(small.first), large.again.Seconds()*1e6, large.patterns, small.again.Seconds()*1e6)
	}
	b.WriteString("\n")
	return b.String()
}
