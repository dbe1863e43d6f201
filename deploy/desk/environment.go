package desk

import (
	"cmp"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"

	"portcullis/authorizers/environ"
	"portcullis/authorizers/verify"
)

// functionEnvironment is what the environment of all functions has beyond this process's own. What tokens of the user pool
// gain by their groups stands in its entry, since there may be other issuers.
func functionEnvironment(project *project, issuers []verify.Issuer, pool *userPool) (map[string]string, error) {
	issuers = slices.Clone(issuers)
	for i := range issuers {
		if issuers[i].Issuer == pool.issuer.Issuer {
			if err := giveGroups(&issuers[i], project); err != nil {
				return nil, err
			}
		}
	}
	list, err := json.Marshal(issuers)
	if err != nil {
		return nil, err
	}
	contract, err := filepath.Abs(project.contract.Name)
	if err != nil {
		return nil, err
	}
	return map[string]string{
		environ.Contract:    contract,
		environ.Issuers:     string(list),
		environ.GroupScopes: "",
		"AWS_REGION":        region(),
	}, nil
}

// giveGroups writes the scopes of the user pool's groups into its entry: those of GROUP_SCOPES, or else those that the
// contract's operations suggest.
func giveGroups(entry *verify.Issuer, project *project) error {
	groups, err := environ.ParseGroupScopes(os.Getenv(environ.GroupScopes))
	if err == nil && len(groups) == 0 && entry.Grants == nil {
		groups = mayGrant(project.groupScopes(), entry.Scopes)
	}
	only := []verify.Issuer{*entry}
	if err == nil {
		err = environ.GiveGroupScopes(only, groups)
	}
	if err != nil {
		return &environ.Error{Variable: environ.GroupScopes, Err: err}
	}
	*entry = only[0]
	return nil
}

// mayGrant leaves of the scopes of groups those that an issuer's entry may grant; nil and [verify.Any] are all.
func mayGrant(groups map[string][]string, scopes []string) map[string][]string {
	if scopes == nil || slices.Contains(scopes, verify.Any) {
		return groups
	}
	for group, granted := range groups {
		groups[group] = slices.DeleteFunc(granted, func(scope string) bool { return !slices.Contains(scopes, scope) })
	}
	return groups
}

// region is where gateway and functions are told that they run.
func region() string {
	return cmp.Or(os.Getenv("AWS_REGION"), os.Getenv("AWS_DEFAULT_REGION"), "us-east-1")
}

var regionName = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)

// checkRegion refuses what could not stand in an ARN or in a printed command.
func checkRegion() error {
	if regionName.MatchString(region()) {
		return nil
	}
	return fmt.Errorf("AWS_REGION or AWS_DEFAULT_REGION: want a region such as us-east-1, got %q", region())
}

// withOurs is this process's environment with the functions' own variables.
func withOurs(environments ...map[string]string) []string {
	all := os.Environ()
	for _, environment := range environments {
		for name, value := range environment {
			all = append(all, name+"="+value)
		}
	}
	return all
}

// lookup gives a variable of an environment, or else of this process.
func lookup(environment map[string]string) func(name string) string {
	return func(name string) string {
		if value, ours := environment[name]; ours {
			return value
		}
		return os.Getenv(name)
	}
}

// within runs do with variables of the environment set for this process: the AWS SDK reads them from nowhere else.
func within(environment map[string]string, do func() error) error {
	before := map[string]string{}
	for name, value := range environment {
		if old, set := os.LookupEnv(name); set {
			before[name] = old
		}
		os.Setenv(name, value)
	}
	defer func() {
		for name := range environment {
			os.Unsetenv(name)
		}
		for name, value := range before {
			os.Setenv(name, value)
		}
	}()
	return do()
}
