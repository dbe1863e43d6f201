package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"portcullis/authorizers/verify/vectors"
)

// result is what a contestant accepts.
type result struct {
	Name    string `json:"name"`
	Version string `json:"version"`

	// Accepted are the names of cases, with spaces between them, by the names of their files and groups. What is not there was not tried.
	Accepted map[string]map[string]string `json:"accepted"`
}

// tryGo tries a contestant that is written in Go.
func (c contestant) tryGo(ctx context.Context, v *vectors.Vectors) result {
	r := result{c.name, c.versionOf(), map[string]map[string]string{}}
	for i, set := range v.Sets {
		if !strings.HasPrefix(set.Kind, c.kinds) {
			continue
		}
		groups := map[string]string{}
		for _, g := range set.Groups {
			groups[g.Name] = c.tryGroup(ctx, g, func() time.Time { return time.Unix(set.Time, 0) })
		}
		r.Accepted[v.Index.Files[i].Name] = groups
	}
	return r
}

// tryGroup gives the cases of a group that a contestant accepts: none, where it does not take the key set.
func (c contestant) tryGroup(ctx context.Context, g vectors.Group, now func() time.Time) string {
	ctx, end := context.WithCancel(ctx)
	defer end()
	var accepted []string
	verify, err := c.make(ctx, g, now)
	if err != nil {
		return ""
	}
	for _, one := range g.Cases {
		if accepts(verify, one.Token) {
			accepted = append(accepted, one.Name)
		}
	}
	return strings.Join(accepted, " ")
}

// accepts tells whether a token is accepted. A panic is a refusal.
func accepts(verify verifier, token string) (accepted bool) {
	defer func() {
		if recover() != nil {
			accepted = false
		}
	}()
	return verify(token) == nil
}

// errMissing is that a language, or a library of it, is not there.
var errMissing = errors.New("is missing")

// tryNode tries the contestants of node/try.mjs.
func tryNode(ctx context.Context, folder string) ([]result, error) {
	const howToGet = "install Node.js 20, then npm ci in authorizers/verify/lenience/node"
	if _, err := os.Stat(filepath.Join("node", "node_modules")); err != nil {
		return nil, fmt.Errorf("node/node_modules %w: %s", errMissing, howToGet)
	}
	return tryProgram(ctx, howToGet, "node", filepath.Join("node", "try.mjs"), folder)
}

// tryPython tries the contestant of python/try.py, by the first Python in PATH that has PyJWT, or by the system's own.
func tryPython(ctx context.Context, folder string) ([]result, error) {
	const howToGet = "apt-get install python3-jwt python3-cryptography, or pip install 'PyJWT[crypto]'"
	for _, python := range []string{"python3", "/usr/bin/python3"} {
		if exec.CommandContext(ctx, python, "-c", "import jwt, cryptography").Run() == nil {
			return tryProgram(ctx, howToGet, python, filepath.Join("python", "try.py"), folder)
		}
	}
	return nil, fmt.Errorf("PyJWT %w: %s", errMissing, howToGet)
}

// tryProgram runs a program that prints results.
func tryProgram(ctx context.Context, howToGet string, command ...string) (results []result, err error) {
	path, err := exec.LookPath(command[0])
	if err != nil {
		return nil, fmt.Errorf("%s %w: %s", command[0], errMissing, howToGet)
	}
	program := exec.CommandContext(ctx, path, command[1:]...)
	var failure strings.Builder
	program.Stderr = &failure
	output, err := program.Output()
	if err != nil {
		return nil, fmt.Errorf("%s: %w\n%s", strings.Join(command, " "), err, failure.String())
	}
	return results, json.Unmarshal(output, &results)
}

// tryAll tries all contestants with the vectors of a folder, in the order of the page.
func tryAll(ctx context.Context, folder string, v *vectors.Vectors) ([]result, error) {
	node, err := tryNode(ctx, folder)
	if err != nil {
		return nil, err
	}
	python, err := tryPython(ctx, folder)
	if err != nil {
		return nil, err
	}
	others := append(node, python...)
	var all []result
	for _, c := range contestants {
		if c.make != nil {
			all = append(all, c.tryGo(ctx, v))
			continue
		}
		r, ok := resultOf(others, c.name)
		if !ok {
			return nil, fmt.Errorf("%s was not tried", c.name)
		}
		all = append(all, r)
	}
	return all, nil
}

func resultOf(results []result, name string) (result, bool) {
	for _, r := range results {
		if r.Name == name {
			return r, true
		}
	}
	return result{}, false
}
