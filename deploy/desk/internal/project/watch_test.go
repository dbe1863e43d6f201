package project_test

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"portcullis/deploy/desk/internal/project"
)

// TestWatcher: what happens between looks, and of which files the next one tells.
func TestWatcher(t *testing.T) {
	folder := t.TempDir()
	t.Chdir(folder)
	write(t, "a", "one")
	write(t, "b", "one")
	w := project.NewWatcher(func() []string {
		files, _ := filepath.Glob("*")
		return append(files, "named")
	})
	steps := []struct {
		name string
		do   func()
		told []string
	}{
		{"nothing", func() {}, nil},
		{"a is being written", func() { write(t, "a", "t") }, nil},
		{"and still is", func() { write(t, "a", "two") }, nil},
		{"and is done", func() {}, []string{"a"}},
		{"nothing more", func() {}, nil},
		{"touched, with the same content", func() { os.Chtimes("b", time.Time{}, time.Unix(1, 0)) }, nil},
		{"and is done", func() {}, []string{"b"}},
		{"c comes and a goes", func() { write(t, "c", ""); os.Remove("a") }, nil},
		{"both are told of", func() {}, []string{"a", "c"}},
		{"c comes back as it was", func() { os.Remove("c") }, nil},
		{"between two looks", func() { write(t, "c", ""); os.Chtimes("c", time.Time{}, time.Unix(1, 0)) }, nil},
		{"it is another", func() {}, []string{"c"}},
		{"one that is named comes", func() { write(t, "named", "") }, nil},
		{"and is told of once", func() {}, []string{"named"}},
	}
	for _, step := range steps {
		step.do()
		if told := w.Changed(); !slices.Equal(told, step.told) {
			t.Errorf("%s: %q, want %q", step.name, told, step.told)
		}
	}
}

// TestWatchedFilesOfAContract: those that it refers to count, also where they are not there, or something is wrong.
func TestWatchedFilesOfAContract(t *testing.T) {
	t.Chdir(t.TempDir())
	const one, both = "openapi: 3.1.0\npaths: {/a: {$ref: a.yaml}}\n", "openapi: 3.1.0\npaths: {/a: {$ref: a.yaml}, /b: {$ref: b.yaml}}\n"
	write(t, "openapi.yaml", one)
	write(t, "a.yaml", "get: {security: []}")
	write(t, "b.yaml", "get: {security: []}")
	write(t, "mode.yaml", "name: own")
	w := project.NewWatcher(project.Source{Contract: "openapi.yaml", Modes: []string{"./mode.yaml"}}.Watched())
	steps := []struct {
		name string
		do   func()
		told []string
	}{
		{"nothing", func() {}, nil},
		{"b is no part", func() { write(t, "b.yaml", "get: {security:  []}") }, nil},
		{"a is", func() { write(t, "a.yaml", "get: {security:  []}") }, []string{"a.yaml"}},
		{"b comes", func() { write(t, "openapi.yaml", both) }, []string{"b.yaml", "openapi.yaml"}},
		{"a cannot be read", func() { write(t, "a.yaml", "get: [") }, []string{"a.yaml"}},
		{"nor can the contract's own", func() { write(t, "openapi.yaml", "paths: [") }, []string{"openapi.yaml"}},
		{"meanwhile b changes", func() { write(t, "b.yaml", "get: {$ref: c}") }, []string{"b.yaml"}},
		{"all is right again", func() { write(t, "openapi.yaml", both); write(t, "a.yaml", "{}") }, []string{"a.yaml", "openapi.yaml"}},
		{"b goes", func() { os.Remove("b.yaml") }, []string{"b.yaml"}},
		{"and comes back", func() { write(t, "b.yaml", "parameters: [{$ref: c.yaml}]") }, []string{"b.yaml"}},
		{"what b refers to comes", func() { write(t, "c.yaml", "{name: c, in: query}") }, []string{"c.yaml"}},
		{"nothing refers to b", func() { write(t, "openapi.yaml", one) }, []string{"openapi.yaml"}},
		{"b and c are no parts", func() { write(t, "b.yaml", "{ }"); write(t, "c.yaml", "{ }") }, nil},
		{"the mode", func() { write(t, "mode.yaml", "name: other") }, []string{"./mode.yaml"}},
	}
	for _, step := range steps {
		step.do()
		told := w.Changed()
		for range 2 { // which is told when it is the same in two looks
			told = append(told, w.Changed()...)
		}
		if !slices.Equal(told, step.told) {
			t.Errorf("%s: %q, want %q", step.name, told, step.told)
		}
	}
}

func write(t *testing.T, file, text string) {
	t.Helper()
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}
