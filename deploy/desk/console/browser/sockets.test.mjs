// WebSocket APIs: connecting, messages, and the feed of changes.
import assert from "node:assert/strict";
import {call, tokenOf} from "./callers.mjs";
import {desks, until, visit} from "./page.mjs";
import {caller, chooseOperation, region, take} from "./steps.mjs";

const socket = page => region(page).getByRole("region", {name: "WebSocket"});
const frames = page => socket(page).getByRole("log", {name: "Frames"});
const feed = page => region(page).getByRole("region", {name: "Changes of users"});
const press = (page, name) => socket(page).getByRole("button", {name, exact: true}).click();

// framed waits for a frame of a kind with a text, and gives how many there are.
const framed = (page, kind, text, least = 1) => until(kind + " " + text, async () => (await frames(page).locator(".frame").filter({hasText: kind}).filter({hasText: text}).count()), count => count >= least);

const refused = /^WebSocket connection to/; // is what Chromium writes on the console

visit("nobody is refused, and told why", {noise: refused}, async page => {
  await chooseOperation(page, "whoami");
  await socket(page).getByText("websocket takes a token").waitFor();
  assert.ok(await socket(page).getByRole("button", {name: "Send", exact: true}).isDisabled(), "nothing can be sent without a connection");
  await press(page, "Connect");
  await framed(page, "refused", "");
  await framed(page, "401", "");
  await socket(page).getByRole("link", {name: "Its way"}).click();
  await page.getByRole("region", {name: "Live", exact: true}).locator("details[open]").first().waitFor();
});

visit("each message, what is none, and the end", {path: "/?as=reader"}, async page => {
  await caller(page, /^reader/);
  await chooseOperation(page, "$connect");
  await press(page, "Connect");
  await framed(page, "open", "by the subprotocol token");
  const {messages} = await (await fetch(desks.ours + "/_console/desk")).json();
  assert.deepEqual(messages.map(({key}) => key).sort(), ["$connect", "ping", "subscribe", "unsubscribe", "whoami"]);
  for (const [key, want] of [["whoami", "a0000000-0000-4000-8000-000000000002"], ["ping", '"action": "ping"'], ["subscribe", '"action": "subscribe"'], ["unsubscribe", '"action": "unsubscribe"']]) {
    await chooseOperation(page, key);
    await press(page, "Send");
    await framed(page, "received", want);
  }
  await chooseOperation(page, "whoami");
  await socket(page).getByRole("textbox", {name: /^(Body|Message)$/}).fill("hello");
  await press(page, "Send");
  await framed(page, "received", "Forbidden");
  await until("the gateway knows of the socket", async () => (await (await fetch(desks.ours + "/_console/state")).json()).sockets, sockets => sockets.some(({mode, principal}) => mode === "websocket" && principal.includes("000000000002")));
  await press(page, "Close");
  await framed(page, "closed", "1000");
  await until("and of its end", async () => (await (await fetch(desks.ours + "/_console/state")).json()).sockets, sockets => !sockets.some(({principal}) => principal.includes("000000000002")));
  await press(page, "Connect");
  await framed(page, "open", "by the subprotocol token", 2);
});

visit("open sockets in the view of calls", {path: "/?as=admin"}, async page => {
  await caller(page, /^admin/);
  await chooseOperation(page, "$connect");
  await press(page, "Connect");
  await framed(page, "open", "");
  await page.getByRole("link", {name: "Live", exact: true}).click();
  await until("the socket", () => page.getByRole("complementary", {name: "What the gateway keeps"}).textContent(), text => /000000000001.* in websocket since/.test(text));
});

visit("another subprotocol", {desk: "named", path: "/?as=admin"}, async page => {
  await caller(page, /^admin/);
  await chooseOperation(page, "$connect");
  await press(page, "Connect");
  await framed(page, "open", "by the subprotocol bearer-token");
});

visit("no page can connect, and says why", {desk: "mute", path: "/?as=admin"}, async page => {
  await caller(page, /^admin/);
  await chooseOperation(page, "whoami");
  await socket(page).getByText(/TOKEN_SOURCES|subprotocol|cannot connect/).first().waitFor();
  await press(page, "Connect");
  await until("why it does not connect", () => page.locator("#status").textContent(), text => /subprotocol|cannot connect|TOKEN_SOURCES/.test(text));
});

visit("who signs connects by an address", {desk: "signed"}, async page => {
  await take(page, "IAM", dialog => dialog.getByRole("button", {name: "Sign as this one"}).click());
  await chooseOperation(page, "$connect");
  await press(page, "Connect");
  await framed(page, "open", "signed, as");
});

visit("over wss", {desk: "secure", path: "/?as=admin", ignoreHTTPSErrors: true}, async page => {
  await caller(page, /^admin/);
  await chooseOperation(page, "whoami");
  await press(page, "Connect");
  await framed(page, "open", "");
  await press(page, "Send");
  await framed(page, "received", "a0000000-0000-4000-8000-000000000001");
});

const memberID = "a0000000-0000-4000-8000-000000000003";

// changes are the events, names and versions that a page shows of a user, in the order in which they came.
async function changes(page, user, count) {
  const rows = () => feed(page).getByRole("table", {name: "Changes, the last one first"}).locator("tbody tr").filter({hasText: user});
  await until(count + " changes of " + user, () => rows().count(), there => there >= count);
  const all = await rows().evaluateAll(elements => elements.map(row => [1, 4, 2].map(i => row.cells[i].textContent).join(" ")));
  return all.reverse().join("\n");
}

// follow opens the feed as an account on a tab of its own.
async function follow(context, username, want) {
  const page = await context.newPage();
  await page.goto(desks.ours + "/?as=" + username);
  await caller(page, new RegExp("^" + username));
  await chooseOperation(page, "subscribe");
  await feed(page).getByRole("button", {name: "Follow", exact: true}).click();
  await feed(page).getByRole("status").getByText(want).waitFor();
  return page;
}

visit("changes are followed by whom they are for, in order", {}, async first => {
  await chooseOperation(first, "subscribe");
  await feed(first).getByRole("button", {name: "Follow", exact: true}).click();
  await feed(first).getByText(/^Sign in first/).waitFor();
  const context = first.context(), token = await tokenOf(desks.ours, "admin");
  const admin = await follow(context, "admin", /^Following all users, until /);
  const reader = await follow(context, "reader", /^Following all users, until /);
  const member = await follow(context, "member", new RegExp("^Following your own user only, " + memberID + ", until .*users/read, which this token has not"));
  await feed(reader).getByText("What changed before was not told.").waitFor();
  const api = async (method, path, body) => assert.ok((await call(desks.ours + "/rest-token/users" + path, {method, token, body: body && JSON.stringify(body)})) < 300, method + path);
  const name = '<b id="bold">Ada</b> & co';
  await api("POST", "", {id: memberID, name});
  await api("POST", "", {id: "other", name: "Bo"});
  await api("PUT", "/" + memberID, {name: "Ada"});
  await api("PUT", "/other", {name: "Bob"});
  await api("DELETE", "/other");
  const own = "user.created 1 " + name + "\nuser.updated 2 Ada", others = "user.created 1 Bo\nuser.updated 2 Bob\nuser.deleted 2 Bob";
  for (const page of [admin, reader]) {
    assert.equal(await changes(page, memberID, 2), own);
    assert.equal(await changes(page, "other", 3), others);
    assert.equal(await page.locator("#bold").count(), 0);
  }
  assert.equal(await changes(member, memberID, 2), own);
  assert.equal(await feed(member).getByText("Bob").count(), 0, "the member is told of others");

  // Who was away is told so, and sees a gap; the list has what was missed.
  await feed(reader).getByRole("button", {name: "Unfollow"}).click();
  await feed(reader).getByText(/^Unsubscribed/).waitFor();
  await api("PUT", "/" + memberID, {name: "Ada L."});
  await changes(admin, memberID, 3);
  await feed(reader).getByRole("button", {name: "Follow", exact: true}).click();
  await feed(reader).getByText(/^You were away since /).waitFor();
  await api("PUT", "/" + memberID, {name: "Ada Lovelace"});
  assert.equal(await changes(reader, memberID, 3), own + "\nuser.updatedgap: version 3 did not come 4 Ada Lovelace");
  await feed(reader).getByText(/^Changes of Ada( Lovelace)? did not come/).waitFor();
  await feed(reader).getByRole("button", {name: "List the users"}).click();
  await feed(reader).getByRole("table", {name: "Users"}).getByRole("rowheader", {name: "Ada Lovelace"}).waitFor();
  assert.ok(await feed(reader).getByRole("heading", {name: /^1 user at /}).evaluate(element => element === document.activeElement));

  // A connection ends with its user, and with a sign-out.
  await api("DELETE", "/" + memberID);
  await feed(member).getByText(/^Closed by the server: the token was revoked, by a sign-out or otherwise, or its user was deleted/).waitFor();
  await admin.locator("#identity").click();
  const dialog = admin.getByRole("dialog", {name: "Who calls"});
  await dialog.getByText("Secrets and signing out").click();
  await dialog.getByRole("button", {name: "Sign out everywhere: admin"}).click();
  await feed(admin).getByText(/^Closed by the server: the token was revoked/).waitFor();
});

visit("nobody is told of changes, and the page says why", {desk: "still", path: "/?as=admin"}, async page => {
  await caller(page, /^admin/);
  await chooseOperation(page, "subscribe");
  await feed(page).getByText("USERS_TABLE is :memory:, which has no stream").waitFor();
});
