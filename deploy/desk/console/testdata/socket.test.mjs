import assert from "node:assert/strict";
import {test} from "node:test";
import {Changes} from "../web/changes.js";
import {closingText, commandOf, whyNot} from "../web/socket.js";

const mode = {name: "ws", url: "ws://h/ws", fromPages: true};

test("why a page cannot connect", () => {
  for (const [of, kind, protocol, want] of [
    [mode, "token", "token", /^$/], [mode, "token", "", /no token behind/], [mode, "key", "token", /no API key/], [mode, "both", "token", /no API key/], [mode, "iam", "", /^$/], [mode, "none", "", /^$/],
    [{...mode, fromPages: false, why: "It wants a header."}, "token", "token", /It wants a header/], [{...mode, fromPages: false}, "none", "", /cannot connect to ws/],
  ]) assert.match(whyNot(of, {kind, credential: {token: "a.b-_c"}}, protocol), want);
  assert.match(whyNot(mode, {kind: "token", credential: {token: "no token"}}, "token"), /cannot stand behind/);
});

test("a command for a shell", () => {
  assert.equal(commandOf("portcullis", mode, {kind: "token"}, "{\"a\":\"it's $x\"}"), `portcullis ws 'ws://h/ws' --header "Authorization: Bearer $TOKEN" --send '{"a":"it'\\''s $x"}'`);
  assert.equal(commandOf("p", mode, {kind: "both"}, ""), `p ws 'ws://h/ws' --header "Authorization: Bearer $TOKEN" --header "X-Api-Key: $KEY"`);
  assert.equal(commandOf("p", mode, {kind: "none"}, ""), "p ws 'ws://h/ws'");
});

test("a close in words", () => {
  assert.match(closingText(1001, ""), /ten minutes/);
  assert.equal(closingText(4000, "<b>"), "Closed with 4000 “<b>”. ");
});

test("what is wrong with a change after those before", () => {
  const changes = new Changes(), user = (version, name = "Ada") => ({id: "u", version, name});
  const event = (eventId, version, kind = "user.updated") => ({event: kind, eventId, id: "u", version, user: kind === "user.deleted" ? {} : user(version)});
  for (const [one, remark, gap] of [
    [event("1", 3), "", false], [event("2", 4), "", false], [event("2", 4), "again: it came before", false], [event("3", 6), "gap: version 5 did not come", true],
    [event("4", 9), "gap: versions 7 to 8 did not come", true], [event("5", 8), "older than version 9, or of a user who was created again", false],
    [event("6", 8, "user.deleted"), "", false], [event("7", 1, "user.created"), "", false],
  ]) assert.deepEqual(changes.hear(one), {name: "Ada", remark, gap}, one.eventId);
  changes.list([user(5), {id: "v", version: 2, name: "Bea"}]);
  assert.equal(changes.hear(event("8", 6)).remark, "");
  changes.list([user(2)]);
  assert.equal(changes.hear(event("9", 7)).remark, "");
});
