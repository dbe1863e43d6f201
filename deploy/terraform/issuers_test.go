package terraform_test

import (
	"encoding/json"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"portcullis/authorizers/verify"
	"portcullis/deploy/testtools"
)

// issuersCase is a list of issuers in the shape of ISSUERS.
type issuersCase struct {
	Issuers  []map[string]any
	Want     string // what the plan says of it; "": it is right
	Stricter bool   // the function itself would start with it
}

// TestIssuersAreTheVerifiers: a plan refuses the issuers that the function would refuse at its start, with a sentence, and
// hands on the others as they were written.
func TestIssuersAreTheVerifiers(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	copyTo(t, dir, "testdata/issuers", "main.tf")
	copyTo(t, dir, "testdata/issuers", "cases.json")
	copyTo(t, filepath.Join(dir, "case"), "testdata/issuers", "case.tf")
	copyTo(t, filepath.Join(dir, "case"), "modules/authorizer", "variables_access.tf")
	issuers, _, found := strings.Cut(string(read(t, "modules/authorizer/issuers.tf")), "\n# A fault of an entry")
	if !found {
		t.Fatal("the precondition is not where it was")
	}
	write(t, filepath.Join(dir, "case", "issuers.tf"), []byte(issuers))
	stack := testtools.Terraform(t, dir)
	stack.Run("apply", "-auto-approve", "-no-color")
	var faults map[string][]string
	var told map[string]string
	for name, into := range map[string]any{"faults": &faults, "told": &told} {
		if err := json.Unmarshal([]byte(stack.Run("output", "-json", name)), into); err != nil {
			t.Fatal(err)
		}
	}
	var cases map[string]issuersCase
	if err := json.Unmarshal(read(t, "testdata/issuers/cases.json"), &cases); err != nil {
		t.Fatal(err)
	}
	for name, test := range cases {
		t.Run(name, func(t *testing.T) { test.check(t, faults[name], told[name]) })
	}
}

// check compares what the plan says of the issuers, and tells the function of them, with what the function says of that.
func (c issuersCase) check(t *testing.T, faults []string, told string) {
	all := strings.Join(faults, "\n")
	if (c.Want == "") != (len(faults) == 0) || !strings.Contains(all, c.Want) {
		t.Errorf("the plan says %q, want %q", all, c.Want)
	}
	if c.Want != "" && !strings.HasPrefix(all, "The issuer ") {
		t.Errorf("the plan names no issuer: %q", all)
	}
	var got []map[string]any
	if err := json.Unmarshal([]byte(told), &got); err != nil {
		t.Fatal(err)
	}
	for _, issuer := range c.Issuers { // what is null is left out
		if issuer["audience"] == nil {
			delete(issuer, "audience")
		}
	}
	if !reflect.DeepEqual(got, c.Issuers) {
		t.Errorf("the function is told %v, want %v", got, c.Issuers)
	}
	issuers, err := verify.ParseIssuers(told)
	if err == nil {
		_, err = verify.New(verify.Config{Issuers: issuers})
	}
	if (err != nil) != (c.Want != "" && !c.Stricter) {
		t.Errorf("the plan says %q, and the function %v", all, err)
	}
}

// TestIssuersHaveTheVerifiersMembers: every variable of issuers has what an entry of ISSUERS has.
func TestIssuersHaveTheVerifiersMembers(t *testing.T) {
	var want []string
	for i := range reflect.TypeFor[verify.Issuer]().NumField() {
		if name, _, _ := strings.Cut(reflect.TypeFor[verify.Issuer]().Field(i).Tag.Get("json"), ","); name != "-" {
			want = append(want, name)
		}
	}
	slices.Sort(want)
	var first string
	for _, file := range []string{"variables_access.tf", "modules/mode/variables.tf", "modules/authorizer/variables_access.tf", "examples/authorizer-only/variables.tf"} {
		_, rest, _ := strings.Cut(string(read(t, file)), `variable "issuers" {`)
		_, members, _ := strings.Cut(rest, "type = list(object({\n")
		members, _, _ = strings.Cut(members, "}))")
		if got := names(`(?m)^ +(\w+) +=`, members); !slices.Equal(got, want) {
			t.Errorf("%s has %v, ISSUERS %v", file, got, want)
		}
		if types := regexp.MustCompile(` +`).ReplaceAllString(members, " "); first == "" {
			first = types
		} else if types != first {
			t.Errorf("%s has other types of members than the others:\n%s", file, members)
		}
	}
}
