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

func write(t *testing.T, file, text string) {
	t.Helper()
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}
