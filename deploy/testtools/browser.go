package testtools

import (
	"context"
	"os"
	"os/exec"
	"slices"
	"testing"
	"time"
)

// OwnPanels are Chromium's features that prepare pages of its own, such as what opens below the address, in a process beside each window's:
// that takes a third of the processor time of opening a page.
const OwnPanels = "PreloadTopChromeWebUI,WebUIOmniboxPopup,WebUIOmniboxAimPopup"

// Browser is a command that runs [Chromium], whose path is given, without a window, with a profile of its own and the further arguments. It
// looks nothing up that no page asks for, and has none of [OwnPanels], which are pages too. A test
// that gives --disable-features names them there too, since the last one counts. The profile is removed
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
		"--disable-component-update", "--disable-sync", "--disable-features=" + OwnPanels, "--user-data-dir=" + profile,
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
