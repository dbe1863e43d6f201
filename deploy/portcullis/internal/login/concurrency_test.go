package login_test

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"portcullis/deploy/portcullis/internal/cli"
	"portcullis/deploy/portcullis/internal/login/profile"
)

// TestManyAtOnce: of many logins at once, one renews the tokens, and all print what that gave. Each refresh token is good
// once, without a grace period, so that one that was used twice would end the test.
func TestManyAtOnce(t *testing.T) {
	u := newUser(t)
	u.signIn(t, "rotating")
	u.takeCalls()
	const rounds, processes = 20, 6
	for round := range rounds {
		u.age(t)
		results := make([]result, processes)
		var all sync.WaitGroup
		for i := range results {
			all.Go(func() { results[i] = u.run(t, "", "login") })
		}
		all.Wait()
		for _, r := range results {
			if r.status != 0 || r.stdout != results[0].stdout || claimsOf(strings.TrimSpace(r.stdout))["username"] != "member" {
				t.Fatalf("round %d: %+v", round, results)
			}
		}
	}
	if calls := u.takeCalls(); len(calls) != rounds || slices.ContainsFunc(calls, func(c string) bool { return c != "GetTokensFromRefreshToken" }) {
		t.Errorf("in %d rounds, called were %v", rounds, calls)
	}
}

// TestSignInsAtOnce: of several sign-ins at once, one signs in, and the others wait and have what it got.
func TestSignInsAtOnce(t *testing.T) {
	u := newUser(t)
	results := make([]result, 4)
	var all sync.WaitGroup
	for i := range results {
		all.Go(func() {
			results[i] = u.run(t, "Passw0rd!\n", "login", "--api", u.apis["rotating"], "--username", "member", "--password-stdin")
		})
	}
	all.Wait()
	for _, r := range results {
		if r.status != 0 || r.stdout == "" || r.stdout != results[0].stdout {
			t.Errorf("%+v", r)
		}
	}
	if calls := u.takeCalls(); len(calls) != 1 {
		t.Errorf("called were %v", calls)
	}
}

// TestWaiting: who waits for another login says so, and has what that one got.
func TestWaiting(t *testing.T) {
	u := newUser(t)
	u.signIn(t, "rotating")
	u.age(t)
	arrived, release := u.hold("GetTokensFromRefreshToken")
	first := make(chan result, 1)
	go func() { first <- u.run(t, "", "login") }()
	<-arrived
	second, screen := u.command(t, "login"), filepath.Join(t.TempDir(), "stderr")
	stdout := &strings.Builder{}
	stderr, err := os.Create(screen)
	if err != nil {
		t.Fatal(err)
	}
	defer stderr.Close()
	second.Stdout, second.Stderr = stdout, stderr
	if err := second.Start(); err != nil {
		t.Fatal(err)
	}
	said := poll(func() bool {
		text, err := os.ReadFile(screen)
		return err == nil && string(text) == "portcullis login: waiting for another login that is at work with profile default\n"
	})
	close(release)
	err = second.Wait()
	if r := <-first; !said || err != nil || r.status != 0 || r.stdout == "" || r.stdout != stdout.String() {
		t.Errorf("it said so: %v; %v, %q; the first: %+v", said, err, stdout, r)
	}
}

// TestKilled: a login that is killed at any moment leaves a profile that is whole, and no lock. What it can lose is a refresh
// token that was rotated and not kept yet: then somebody has to sign in, and nothing else has come about.
func TestKilled(t *testing.T) {
	u := newUser(t)
	u.signIn(t, "rotating")
	const rounds = 60
	ended := 0
	for round := range rounds {
		u.age(t)
		c := u.command(t, "login")
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Duration(rand.IntN(80)) * time.Millisecond)
		_ = c.Process.Kill()
		_ = c.Wait()
		store, err := profile.Open(u.folder)
		if err != nil {
			t.Fatal(err)
		}
		if p, err := store.Load("default"); err != nil || p.Tokens == nil {
			t.Fatalf("round %d: %v, %v", round, p, err)
		}
		switch r := u.run(t, "", "login"); {
		case r.status == 0 && claimsOf(strings.TrimSpace(r.stdout)) != nil:
		case r.status == cli.StatusNo && r.stderr == "portcullis login: the sign-in has ended, and stdin is no terminal to sign in again at\n":
			ended++
			u.signIn(t, "rotating")
		default:
			t.Fatalf("round %d: %+v", round, r)
		}
		if left := pendingFiles(t, u.folder); left > 0 {
			t.Errorf("round %d: %d pending files are left", round, left)
		}
	}
	t.Logf("%d of %d ended between the server's rotation and the file", ended, rounds)
}

func pendingFiles(t *testing.T, folder string) (n int) {
	t.Helper()
	entries, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		if strings.HasSuffix(entry.Name(), ".pending") {
			n++
		}
	}
	return n
}

// TestReadersWhileWriting: who reads while others write sees a whole profile each time.
func TestReadersWhileWriting(t *testing.T) {
	u := newUser(t)
	u.signIn(t, "rotating")
	store, err := profile.Open(u.folder)
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		for range 20 {
			if r := u.run(t, "Passw0rd!\n", "login", "--force", "--password-stdin"); r.status != 0 {
				t.Errorf("%+v", r)
			}
		}
	}()
	for reads := 0; ; reads++ {
		p, err := store.Load("default")
		if err != nil || p.Tokens == nil || p.Username != "member" {
			t.Fatalf("read %d: %v, %v", reads, p, err)
		}
		select {
		case <-done:
			return
		case <-time.After(time.Millisecond):
		}
	}
}
