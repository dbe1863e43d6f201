package desk_test

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"portcullis/deploy/desk"
)

// memberID is the sub of the account member.
const memberID = "a0000000-0000-4000-8000-000000000003"

// follows opens the page on a tab, signs in and follows changes.
func (b tabs) follows(t *testing.T, d *running, username, want string) *tab {
	t.Helper()
	p := b.open(t, d.url)
	p.do(t, fmt.Sprintf(`$("username").value = %q; $("password").value = "Passw0rd!"; $("sign-in").requestSubmit(); await says("who", "Signed in as");`, username))
	p.follow(t, want)
	return p
}

func (p *tab) follow(t *testing.T, want string) {
	t.Helper()
	p.do(t, fmt.Sprintf(`$("follow").requestSubmit(); await says("follow-state", %q);`, want))
}

// api calls the API as who is signed in on the tab.
func (p *tab) api(t *testing.T, method, path, body string) {
	t.Helper()
	answer := p.do(t, fmt.Sprintf(`const body = %q; const answer = await fetch(at(%q), {method: %q, body: body || undefined, headers: {"Content-Type": "application/json", ...bearer()}});
		return answer.status + " " + await answer.text();`, body, path, method))
	if !strings.HasPrefix(answer, "2") {
		t.Fatalf("%s %s: %s", method, path, answer)
	}
}

// events waits for some events of a user, and gives all of the user's in the order in which they came: name, version, and user's name; and
// what is remarked.
func (p *tab) events(t *testing.T, user string, count int) string {
	t.Helper()
	return p.do(t, fmt.Sprintf(`const rows = () => [...$("events").tBodies[0].rows].reverse().filter(row => row.cells[3].textContent === %q);
		await until(got => got.length >= %d, rows);
		return rows().map(row => [1, 4, 2].map(i => row.cells[i].textContent).join(" ")).join("\n");`, user, count))
}

// TestPageLive follows changes on three tabs: who may read all users is told of all, who may not of its own, in order; and connections end with
// a sign-out, with the user and with the desk.
func TestPageLive(t *testing.T) {
	b := startTabs(t)
	d := start(t, desk.Config{})
	admin := b.follows(t, d, "admin", "Following all users, until ")
	reader := b.follows(t, d, "reader", "Following all users, until ")
	member := b.follows(t, d, "member", "Following your own user only, "+memberID+", until ")
	member.do(t, `await says("follow-state", ": all users would take the scope users/read, which this token has not.");`)
	reader.do(t, `await says("missed-why", "What changed before was not told.");`)

	const name = `<b id=\"bold\">Ada</b> & co`
	admin.api(t, "POST", "/users", `{"id":"`+memberID+`","name":"`+name+`"}`)
	admin.api(t, "POST", "/users", `{"id":"other","name":"Bo"}`)
	admin.api(t, "PUT", "/users/"+memberID, `{"name":"Ada"}`)
	admin.api(t, "PUT", "/users/other", `{"name":"Bob"}`)
	admin.api(t, "DELETE", "/users/other", "")
	own := strings.ReplaceAll("user.created 1 "+name+"\nuser.updated 2 Ada", `\"`, `"`)
	others := "user.created 1 Bo\nuser.updated 2 Bob\nuser.deleted 2 Bob"
	for _, p := range []*tab{admin, reader} {
		if got := p.events(t, memberID, 2); got != own {
			t.Errorf("of the member:\n%s\nwant\n%s", got, own)
		}
		if got := p.events(t, "other", 3); got != others {
			t.Errorf("of the other:\n%s\nwant\n%s", got, others)
		}
	}
	if got := member.events(t, memberID, 2); got != own {
		t.Errorf("the member sees\n%s\nwant\n%s", got, own)
	}

	// Who was away is told so, and sees a gap; the list has what was missed.
	reader.do(t, `$("unfollow").click(); await says("follow-state", "Unsubscribed.");`)
	admin.api(t, "PUT", "/users/"+memberID, `{"name":"Ada L."}`)
	admin.events(t, memberID, 3)
	reader.follow(t, "Following all users, until ")
	reader.do(t, `await says("missed-why", "You were away since ");`)
	admin.api(t, "PUT", "/users/"+memberID, `{"name":"Ada Lovelace"}`)
	if got, want := reader.events(t, memberID, 3), own+"\nuser.updatedgap: version 3 did not come 4 Ada Lovelace"; got != want {
		t.Errorf("with a gap:\n%s\nwant\n%s", got, want)
	}
	reader.do(t, `await says("missed-why", "Changes of Ada did not come."); $("list").click(); await says("listed", "Ada Lovelace`+memberID+`4");`)
	if shown := reader.do(t, `return [$("missed").hidden, document.activeElement.id, $("listed").caption.textContent].join(" ");`); !strings.HasPrefix(shown, "true listed 1 user at ") {
		t.Errorf("after the list: %s", shown)
	}

	// Connections end with their user, with a sign-out, and with the desk.
	const revoked = "Closed: 1000 Connection Closed Normally. The server ended it: the token was revoked, by a sign-out or otherwise, or its user was deleted."
	since := time.Now()
	admin.api(t, "DELETE", "/users/"+memberID, "")
	member.do(t, `await says("follow-state", "`+revoked+`");`)
	t.Logf("%v after the member's user was deleted, its connection is closed", time.Since(since).Round(time.Millisecond))
	since = time.Now()
	admin.do(t, `$("sign-out").click(); await says("follow-state", "`+revoked+`");`)
	t.Logf("%v after the sign-out, the connection is closed", time.Since(since).Round(time.Millisecond))
	admin.follow(t, "Refused: the token has ended or was revoked")
	if got := member.do(t, `return [...new Set([...$("events").tBodies[0].rows].map(row => row.cells[3].textContent))].join()`); got != memberID {
		t.Errorf("the member was told of %s", got)
	}
	if got := reader.do(t, `return document.getElementById("bold")`); got != "null" {
		t.Errorf("a user's name is markup: %s", got)
	}
	d.stop()
	reader.do(t, `await says("follow-state", "Closed: 1001 Going away. The gateway closed it");`)
}

// TestPageLiveAmiss: events that come again, or do not come, are shown as such, and the last hundred are shown.
func TestPageLiveAmiss(t *testing.T) {
	b := startTabs(t)
	d := start(t, desk.Config{})
	p := b.open(t, d.url)
	p.do(t, `$("follow").requestSubmit(); await says("follow-state", "Sign in first");
		$("unfollow").click(); await says("follow-state", "Not subscribed.");
		$("leave").click(); await says("follow-state", "Not connected.");
		globalThis.event = (event, id, version, eventId) => hear(JSON.stringify({event: "user." + event, id, version, eventId, user: {id, version, name: "Ann"}}));`)
	for _, test := range []struct{ event, want string }{
		{`"updated", "ann", 7, "a"`, "user.updated"},
		{`"updated", "ann", 8, "b"`, "user.updated"},
		{`"updated", "ann", 8, "b"`, "user.updatedagain: it came before"},
		{`"updated", "ann", 10, "c"`, "user.updatedgap: version 9 did not come"},
		{`"updated", "ann", 14, "d"`, "user.updatedgap: versions 11 to 13 did not come"},
		{`"updated", "ann", 13, "e"`, "user.updatedolder than version 14, or of a user who was created again"},
		{`"deleted", "ann", 14, "f"`, "user.deletedgap: version 14 did not come"},
		{`"created", "ann", 1, "g"`, "user.created"},
		{`"updated", "bo", 5, "h"`, "user.updated"},
		{`"updated", "ann", 2, "i"`, "user.updated"},
		{`"deleted", "ann", 2, "j"`, "user.deleted"},
		{`"deleted", "ann", 2, "j"`, "user.deletedagain: it came before"},
	} {
		if got := p.do(t, `event(`+test.event+`); return $("events").tBodies[0].rows[0].cells[1].textContent;`); got != test.want {
			t.Errorf("%s: %s, want %s", test.event, got, test.want)
		}
	}
	got := p.do(t, `for (let i = 1; i <= 250; i++) event("updated", "cy", i, "more" + i);
		const rows = $("events").tBodies[0].rows;
		return [rows.length, rows[0].cells[4].textContent, rows[99].cells[4].textContent].join();`)
	if got != "100,250,151" {
		t.Errorf("rows, first and last version: %s, want 100,250,151", got)
	}
}

// TestPageLiveEnds: the page says why a connection may have ended, and what comes next.
func TestPageLiveEnds(t *testing.T) {
	b := startTabs(t)
	d := start(t, desk.Config{})
	p := b.open(t, d.url)
	for _, test := range []struct{ opened, until, code, want string }{
		{"true", "Infinity", "1000", "Closed: 1000. The server ended it: the token was revoked, by a sign-out or otherwise, or its user was deleted. Sign in, and follow again."},
		{"true", "0", "1000", "Closed: 1000. The token has ended: refresh or sign in, and follow again."},
		{"true", "Infinity", "1001", "Closed: 1001. The gateway closed it: nothing was sent for ten minutes, two hours are over, or it stops. Follow again."},
		{"true", "Infinity", "1006", "Closed: 1006. The network failed, or the desk is gone. Follow again."},
		{"true", "Infinity", "1011", "Closed: 1011. Follow again."},
		{"false", "Infinity", "1006", "Refused: the token has ended or was revoked, or the desk is not there. A browser does not tell which; the desk's log has it."},
	} {
		got := p.do(t, fmt.Sprintf(`channel = {until: %s}; ended(%s, {code: %s, reason: ""}); return $("follow-state").textContent;`, test.until, test.opened, test.code))
		if got != test.want {
			t.Errorf("%s at %s: %q, want %q", test.code, test.until, got, test.want)
		}
	}
	if got := p.do(t, `channel = {}; subscribed({users: "*", until: Date.now() / 1000}); await says("follow-state", "Over: nothing comes from now on"); return following;`); got != "*" {
		t.Errorf("at the end of a subscription to all it is to %q", got)
	}
}

// TestPageNotLive: the page says why it follows nothing.
func TestPageNotLive(t *testing.T) {
	for _, test := range []struct{ variable, want string }{
		{"USERS_TABLE=:memory:", "nobody is told of changes: USERS_TABLE is :memory:, which has no stream."},
		{"TOKEN_SOURCES=bearer", "websocket takes no token behind a subprotocol alone, which is what a page can send."},
	} {
		t.Run(test.variable, func(t *testing.T) {
			wantNotLive(t, desk.Config{Environ: append(os.Environ(), test.variable)}, test.want)
		})
	}
	t.Run("no WebSocket API", func(t *testing.T) {
		t.Chdir(t.TempDir())
		write(t, "contract.yaml", ordersContract)
		write(t, "own.yaml", ordersMode)
		wantNotLive(t, desk.Config{Contract: "contract.yaml", Modes: []string{"own.yaml"}, Functions: []desk.Function{{Name: "orders", Where: "http://127.0.0.1:1"}}},
			"no connection is kept, so that none is closed when its credential ends, and nobody is told of changes: no mode is a WebSocket API.")
	})
}

func wantNotLive(t *testing.T, config desk.Config, want string) {
	t.Helper()
	d := start(t, config)
	want = "Changes of users are not shown here: " + want
	if _, page := get(t, d, "/"); !strings.Contains(page, want) || strings.Contains(page, `id="follow"`) {
		t.Errorf("no %q in the page\n%s", want, page)
	}
}
