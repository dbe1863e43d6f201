import assert from "node:assert/strict";
import test from "node:test";
import {lacks, verdict} from "../../web/explanation.js";
import {move} from "../../web/grid.js";
import {isOpen, matches, meaningOf} from "../../web/matrix.js";
import {fill, owners} from "../../web/paths.js";
import {size} from "../../web/policy.js";

// A grid of 30 rows and 4 columns.
for (const [key, ctrlKey, from, to] of [
  ["ArrowUp", false, [5, 2], [4, 2]], ["ArrowUp", false, [0, 2], [0, 2]], ["ArrowDown", false, [5, 2], [6, 2]], ["ArrowDown", false, [29, 2], [29, 2]],
  ["ArrowLeft", false, [5, 2], [5, 1]], ["ArrowLeft", false, [5, 0], [5, 0]], ["ArrowRight", false, [5, 2], [5, 3]], ["ArrowRight", false, [5, 3], [5, 3]],
  ["Home", false, [5, 2], [5, 0]], ["End", false, [5, 2], [5, 3]], ["Home", true, [5, 2], [0, 0]], ["End", true, [5, 2], [29, 3]],
  ["PageDown", false, [5, 2], [15, 2]], ["PageDown", false, [25, 2], [29, 2]], ["PageUp", false, [15, 2], [5, 2]], ["PageUp", false, [5, 2], [0, 2]],
  ["Enter", false, [5, 2], null], ["a", false, [5, 2], null],
]) {
  test((ctrlKey ? "Control " : "") + key + " from " + from, () => assert.deepEqual(move({key, ctrlKey}, from, [30, 4]), to));
}

const row = {key: "GET /users/{id}", id: "getUser", cells: ["own {id}", "no"]};
for (const [text, wanted, mine, is] of [
  ["", "", 0, true], ["get users", "", 0, true], ["GETUSER", "", 0, true], ["post", "", 0, false], ["get post", "", 0, false],
  ["", "open", 0, true], ["", "closed", 0, false], ["", "open", 1, false], ["", "closed", 1, true], ["", "open", -1, true], ["post", "open", 0, false],
]) {
  test("row by " + JSON.stringify([text, wanted, mine]), () => assert.equal(matches(row, mine, text, wanted), is));
}

test("cells", () => {
  assert.deepEqual(["yes", "own {id}", "public", "no", "unreachable", "unknown"].map(isOpen), [true, true, true, false, false, false]);
  assert.equal(meaningOf("own {id}").tone, "ok");
  assert.equal(meaningOf("what nobody has heard of"), meaningOf("unknown"));
});

for (const [path, values, parameters, want] of [
  ["/users", {}, [], "/users"],
  ["/users/{id}", {}, [], "/users/1"],
  ["/users/{id}", {id: "a/b c"}, [], "/users/a%2Fb%20c"],
  ["/users/{id}", {}, [{in: "path", name: "id", example: 7}], "/users/7"],
  ["/users/{id}", {}, [{in: "query", name: "id", example: 7}], "/users/1"],
  ["/users/{id}", {id: "me"}, [{in: "path", name: "id", example: 7}], "/users/me"],
  ["/a/{b}/c/{d}", {d: "2"}, [], "/a/1/c/2"],
  ["/files/{rest+}", {rest: "a/b c"}, [], "/files/a/b%20c"],
  ["/users/{id}", {id: ""}, [], "/users/1"],
]) {
  test("fill " + path + " " + JSON.stringify(values), () => assert.equal(fill({path, parameters}, values), want));
}

test("owners are those of all alternatives, each once", () => {
  assert.deepEqual(owners({alternatives: [[{scheme: "bearer", scopes: ["r"], owner: ""}], [{scheme: "bearer", owner: "id"}], [{scheme: "apiKey", owner: "id"}]]}), ["id"]);
  assert.deepEqual(owners({}), []);
});

for (const [decision, text, want] of [
  ["allow", "allow", ["Allowed", ""]],
  ["deny", "deny (403)", ["Denied, 403", ""]],
  ["deny", "deny (401): there is no token", ["Denied, 401", "There is no token"]],
  ["allow", "allow: the gateway asks nobody", ["Allowed", "The gateway asks nobody"]],
  ["unknown", "NOT KNOWN: the keys are away", ["Cannot be told", "The keys are away"]],
  ["deny", "denying is what it does", ["Denied", "Denying is what it does"]],
  ["deny", undefined, ["Denied", ""]],
]) {
  test("verdict " + text, () => assert.deepEqual(verdict({decision, text}), want));
}

test("what a caller lacks", () => {
  assert.deepEqual(lacks({schemes: ["apiKey"], scopes: ["users/read"], owners: ["id", "$request.body.users"]}), [
    "it takes a credential of the scheme apiKey", "the scope users/read is missing", "{id} is not the caller's own id", "$request.body.users is not the caller's own id",
  ]);
  assert.deepEqual(lacks({}), []);
});

test("sizes", () => assert.deepEqual([0, 1023, 1024, 1536, 262144].map(size), ["0 bytes", "1023 bytes", "1 KB", "1.5 KB", "256 KB"]));
