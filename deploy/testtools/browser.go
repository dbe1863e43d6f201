package testtools

import (
	"context"
	"os"
	"os/exec"
	"slices"
	"testing"
	"time"
)

// Browser is a command that runs [Chromium], whose path is given, without a window, with a profile of its own and the further arguments. It
// looks nothing up that no page asks for, and prepares no panels of its own, which are pages too. A test
// that gives --disable-features names PreloadTopChromeWebUI there too, since the last one counts. The profile is removed
// when the test ends: by then the caller has to have ended the browser.
func Browser(ctx context.Context, t testing.TB, chromium string, args ...string) *exec.Cmd {
	t.Helper()
	profile, err := os.MkdirTemp("", "portcullis-browser-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { removeProfile(t, profile) })
	return exec.CommandContext(ctx, chromium, slices.Concat([]string{
		"--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
		"--disable-component-update", "--disable-sync", "--disable-features=PreloadTopChromeWebUI", "--user-data-dir=" + profile,
	}, args)...)
}

// removeProfile removes the folder of a browser, some of whose processes end a moment after the first, and write there until then.
func removeProfile(t testing.TB, profile string) {
	var err error
	for deadline := time.Now().Add(10 * time.Second); time.Now().Before(deadline); time.Sleep(100 * time.Millisecond) {
		if err = os.RemoveAll(profile); err == nil {
			return
		}
	}
	t.Logf("a browser's profile is left: %v", err)
}
