package functions

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"portcullis/authorizers/environ"
	"portcullis/deploy/desk/internal/project"
	"portcullis/deploy/desk/internal/services"
)

// configuration is what all functions of a project are configured by.
type configuration struct {
	variables map[string]string
	ofGiven   map[string]string // of binaries that are given, before those
	issuers   string            // for this module's own functions, in place of those of the variables
	version   string            // another one for another contract
	feed      services.Feed
}

// of is what a function is configured by beyond the environment, and a text that is another one where that is.
func (c configuration) of(s *services.Services, function string) (variables map[string]string, version string) {
	own := s.Environment(function, c.feed)
	variables = map[string]string{}
	maps.Copy(variables, c.variables)
	maps.Copy(variables, own)
	return variables, fmt.Sprint(c.version, " ", own)
}

// forOurs is the configuration of this module's own functions.
func (c configuration) forOurs() configuration {
	c.variables = maps.Clone(c.variables)
	if c.issuers != "" {
		c.variables[environ.Issuers] = c.issuers
	}
	return c
}

// configuration is whose tokens count, and the rules, in a file.
func (r *Runner) configuration(p *project.Project, feed services.Feed) (configuration, error) {
	issuers, err := r.config.Services.Issuers(p)
	if err != nil {
		return configuration{}, err
	}
	list, err := json.Marshal(issuers)
	if err != nil {
		return configuration{}, err
	}
	known, err := json.Marshal(r.config.Services.Known(issuers))
	if err != nil {
		return configuration{}, err
	}
	digest := p.Contract.SHA256()
	rules, err := r.folder.write("rules-"+digest+".json", p.Rules.File)
	if err != nil {
		return configuration{}, err
	}
	return configuration{version: digest, feed: feed, issuers: string(known), variables: map[string]string{
		environ.Rules:       rules,
		environ.Contract:    "", // it is the tools' variable
		environ.Issuers:     string(list),
		environ.GroupScopes: "", // they stand in the issuers
		"AWS_REGION":        r.config.Services.Region(),
	}}, nil
}

// with is an environment with more variables, in the order of their names.
func with(environment []string, more ...map[string]string) []string {
	all := append([]string(nil), environment...)
	for _, variables := range more {
		for _, name := range slices.Sorted(maps.Keys(variables)) {
			all = append(all, name+"="+variables[name])
		}
	}
	return all
}

// folder is one for what is made here, in the system's folder for temporary files, from when there is something to put in.
type folder struct {
	path string // "": it was not needed yet
}

// make makes the folder where it is not there yet.
func (f *folder) make() (string, error) {
	if f.path == "" {
		path, err := os.MkdirTemp("", "portcullis-")
		if err != nil {
			return "", err
		}
		f.path = path
	}
	return f.path, nil
}

// new makes another folder in it, whose name begins as is said.
func (f *folder) new(name string) (string, error) {
	path, err := f.make()
	if err != nil {
		return "", err
	}
	return os.MkdirTemp(path, name+"-")
}

// write gives the file of a name in it, which is written as a whole, once: functions may be reading it.
func (f *folder) write(name string, text []byte) (string, error) {
	path, err := f.make()
	if err != nil {
		return "", err
	}
	file := filepath.Join(path, name)
	if _, err := os.Stat(file); err == nil {
		return file, nil
	}
	if err := os.WriteFile(file+".new", text, 0o600); err != nil {
		return "", err
	}
	return file, os.Rename(file+".new", file)
}

func (f *folder) delete() {
	if f.path != "" {
		os.RemoveAll(f.path)
	}
}
