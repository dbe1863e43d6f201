package userstest

import (
	"slices"
	"testing"
	"time"

	"portcullis/api/users"
)

func getCreated(t *testing.T, s users.Store) {
	wantStored(t, s, create(t, s, person("ann")))
	plain := person("A-Z.a_z~0@9:|+=,-")
	plain.Email = ""
	wantStored(t, s, create(t, s, plain))
	wantStored(t, s, person("ann"))
}

func createOnce(t *testing.T, s users.Store) {
	first := create(t, s, person("ann"))
	second := first
	second.Name = "Somebody else"
	wantError(t, "Create", s.Create(t.Context(), second), users.ErrExists)
	wantStored(t, s, first)
}

func createGoodIDs(t *testing.T, s users.Store) {
	for _, id := range []string{"", ".", "..", "#cursor-key", "a/b", "a b", "é"} {
		if err := s.Create(t.Context(), person(id)); err == nil {
			t.Errorf("Create(%q) is no error", id)
		}
	}
	listNobody(t, s)
}

func findNobody(t *testing.T, s users.Store) {
	create(t, s, person("ann"))
	for _, id := range []string{"bob", "an", "annn", "ANN", "", "#cursor-key", "a/b"} {
		_, err := s.Get(t.Context(), id)
		wantError(t, "Get "+id, err, users.ErrNotFound)
		_, err = s.Update(t.Context(), id, users.Change{Name: "x", At: start}, nil)
		wantError(t, "Update "+id, err, users.ErrNotFound)
		wantError(t, "Delete "+id, s.Delete(t.Context(), id, nil), users.ErrNotFound)
		seen := person(id)
		_, err = s.Update(t.Context(), id, users.Change{Name: "x", At: start}, &seen)
		wantError(t, "Update seen "+id, err, users.ErrNotFound)
		wantError(t, "Delete seen "+id, s.Delete(t.Context(), id, &seen), users.ErrNotFound)
	}
	wantStored(t, s, person("ann"))
}

func update(t *testing.T, s users.Store) {
	want := create(t, s, person("ann"))
	changes := []users.Change{
		{Name: "Ann", Email: "ann@example.com", At: start.Add(time.Second)},
		{Name: "Ann", At: start.Add(2 * time.Second)},
		{Name: "Anna", Email: "anna@example.com", At: start.Add(3 * time.Second)},
	}
	for _, c := range changes {
		want.Name, want.Email, want.UpdatedAt = c.Name, c.Email, c.At
		want.Version++
		got, err := s.Update(t.Context(), "ann", c, nil)
		if err != nil || got != want {
			t.Fatalf("Update = %+v, %v, want %+v", got, err, want)
		}
		wantStored(t, s, want)
	}
}

func updateSeen(t *testing.T, s users.Store) {
	first := create(t, s, person("ann"))
	second, err := s.Update(t.Context(), "ann", users.Change{Name: "second", At: start}, &first)
	if err != nil || second.Version != 2 {
		t.Fatalf("Update = %+v, %v, want version 2", second, err)
	}
	_, err = s.Update(t.Context(), "ann", users.Change{Name: "third", At: start}, &first)
	wantConflict(t, "Update of an old version", err)
	wantStored(t, s, second)
}

func updateAnother(t *testing.T, s users.Store) {
	old := create(t, s, person("ann"))
	if err := s.Delete(t.Context(), "ann", nil); err != nil {
		t.Fatal(err)
	}
	again := person("ann")
	again.CreatedAt, again.UpdatedAt = start.Add(time.Hour), start.Add(time.Hour)
	create(t, s, again)
	_, err := s.Update(t.Context(), "ann", users.Change{Name: "x", At: start}, &old)
	wantConflict(t, "Update of a user who is gone", err)
	wantConflict(t, "Delete of a user who is gone", s.Delete(t.Context(), "ann", &old))
	wantStored(t, s, again)
}

func remove(t *testing.T, s users.Store) {
	create(t, s, person("ann"))
	bob := create(t, s, person("bob"))
	if err := s.Delete(t.Context(), "ann", nil); err != nil {
		t.Fatal(err)
	}
	_, err := s.Get(t.Context(), "ann")
	wantError(t, "Get", err, users.ErrNotFound)
	wantError(t, "Delete", s.Delete(t.Context(), "ann", nil), users.ErrNotFound)
	wantStored(t, s, bob)
	if ids := follow(t, s, users.MaxPage, nothing); !slices.Equal(ids, []string{"bob"}) {
		t.Errorf("listed %v, want bob alone", ids)
	}
	wantStored(t, s, create(t, s, person("ann")))
}

func removeSeen(t *testing.T, s users.Store) {
	first := create(t, s, person("ann"))
	second, err := s.Update(t.Context(), "ann", users.Change{Name: "second", At: start}, nil)
	if err != nil {
		t.Fatal(err)
	}
	wantConflict(t, "Delete of an old version", s.Delete(t.Context(), "ann", &first))
	wantStored(t, s, second)
	if err := s.Delete(t.Context(), "ann", &second); err != nil {
		t.Errorf("Delete of the stored version: %v", err)
	}
	_, err = s.Get(t.Context(), "ann")
	wantError(t, "Get", err, users.ErrNotFound)
}
