package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"

	"portcullis/authorizers/cmd/environ"
	"portcullis/authorizers/verify"
)

// functionEnvironment is what the environment of all functions has beyond this process's own.
func functionEnvironment(project *project, issuers []verify.Issuer) (map[string]string, error) {
	list, err := json.Marshal(issuers)
	if err != nil {
		return nil, err
	}
	groups, err := json.Marshal(project.groupScopes())
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
		environ.GroupScopes: cmp.Or(os.Getenv(environ.GroupScopes), string(groups)),
		"AWS_REGION":        region(),
	}, nil
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
