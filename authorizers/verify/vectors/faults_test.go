package vectors_test

import (
	"os"
	"path"
	"slices"
	"strings"
	"testing"

	"portcullis/authorizers/verify/vectors"
)

// TestFaults: the index has the fault of every case that is to be refused, as testdata/faults.txt has it, and no other; and each line of
// that file is of one.
func TestFaults(t *testing.T) {
	v, used := read(t), map[string]bool{}
	rules := faultRules(t)
	refused := map[string]bool{}
	for at, c := range cases(v) {
		if (c.Result == vectors.Refuse) != (c.Code != "") || c.Token == "" && c.Name != "empty" || !strings.HasSuffix(c.Why, ".") {
			t.Errorf("%s: %+v", at, c)
		}
		if c.Result == vectors.Refuse {
			refused[c.Name] = true
		}
	}
	for _, fault := range v.Index.Faults {
		rule, ok := ruleOf(rules, fault.Name)
		if !ok || rule.class != fault.Class || rule.source != fault.Source || rule.family != fault.Family || fault.Part == "" {
			t.Errorf("%+v: faults.txt says %+v", fault, rule)
		}
		if again, found := v.Index.Fault(fault.Name); !found || again != fault || !refused[fault.Name] {
			t.Errorf("%s: the index has it twice, or there is no case of it", fault.Name)
		}
		delete(refused, fault.Name)
		used[rule.pattern] = true
	}
	for name := range refused {
		t.Errorf("%s is not in the index", name)
	}
	for _, rule := range rules {
		if !used[rule.pattern] {
			t.Errorf("testdata/faults.txt: %s: there is no such fault", rule.pattern)
		}
	}
}

// faultRule is a line of testdata/faults.txt.
type faultRule struct{ family, pattern, class, source string }

func faultRules(t *testing.T) (rules []faultRule) {
	t.Helper()
	text, err := os.ReadFile("testdata/faults.txt")
	if err != nil {
		t.Fatal(err)
	}
	family := ""
	for line := range strings.Lines(string(text)) {
		title, isTitle := strings.CutPrefix(line, "## ")
		words := strings.Fields(line)
		switch {
		case isTitle:
			family = strings.TrimSpace(title)
		case len(words) == 0 || words[0] == "#":
		case len(words) > 2 && family != "" && slices.Contains([]string{vectors.Security, vectors.Standard, vectors.Choice}, words[1]):
			rules = append(rules, faultRule{family, words[0], words[1], strings.Join(words[2:], " ")})
		default:
			t.Fatalf("testdata/faults.txt: %q", line)
		}
	}
	return rules
}

func ruleOf(rules []faultRule, name string) (faultRule, bool) {
	for _, rule := range rules {
		if fits, err := path.Match(rule.pattern, name); err == nil && fits {
			return rule, true
		}
	}
	return faultRule{}, false
}
