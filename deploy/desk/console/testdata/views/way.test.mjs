import assert from "node:assert/strict";
import test from "node:test";
import {isWanted, lastOf, statusText, steps, toneOf} from "../../web/way.js";

const trace = {
  requestId: "r1", method: "GET", path: "/users/7", route: "GET /users/{id}", parameters: {id: "7"}, status: 200, milliseconds: 5,
  authorizer: {type: "TOKEN", function: "token", cached: false, event: {type: "TOKEN"}, answer: {principalId: "7"}, milliseconds: 2},
  policy: {arn: "arn:x", decision: "allow", reason: "statement 1 allows it", statement: {Effect: "Allow"}},
  integration: {function: "users", milliseconds: 3},
};
const names = trace => steps(trace).map(step => step.name);
const stepOf = (name, trace) => steps(trace).find(step => step.name === name);

test("a call that is answered goes all the way", () => {
  assert.deepEqual(names(trace), ["Route", "Policy cache", "Authorizer", "Policy", "Function", "Answer"]);
  assert.ok(steps(trace).every(step => step.tone !== "bad"));
});

// What stops a call is the step that is bad, and only that one beside the answer.
for (const [why, changes, stopped, status] of [
  ["no route", {route: ""}, "Route", 403],
  ["a bad token", {authorizer: {type: "TOKEN", function: "token", error: "Unauthorized", reason: "token-expired"}}, "Authorizer", 401],
  ["a policy that denies", {policy: {arn: "a", decision: "deny", reason: "no statement allows it"}}, "Policy", 403],
  ["a resource policy that denies", {resourcePolicy: {arn: "a", decision: "deny", reason: "statement 1 denies it", index: 0}}, "Resource policy", 403],
  ["no key", {key: {refused: "there is no key"}}, "Key and plan", 403],
  ["a signature that is wrong", {signature: {error: "it is of another request"}}, "Signature", 403],
  ["a throttle", {throttle: "more than 10 a second"}, "Throttle", 429],
  ["a body that does not fit", {validation: "name is missing"}, "Validation", 400],
  ["a function that fails", {integration: {function: "users", error: "timed out"}}, "Function", 504],
]) {
  test("stopped by " + why, () => {
    const bad = steps({...trace, ...changes, status}).filter(step => step.tone === "bad" && step.name !== "Answer");
    assert.deepEqual(bad.map(step => step.name), [stopped]);
  });
}

test("a cached policy takes no time of the authorizer's", () => {
  const cached = {...trace, authorizer: {...trace.authorizer, cached: true}};
  assert.match(stepOf("Policy cache", cached).text, /^Hit/);
  assert.equal(stepOf("Authorizer", cached).milliseconds, undefined);
  assert.equal(stepOf("Authorizer", trace).milliseconds, 2);
});

test("an authorizer of the gateway's own has no cache of policies", () => {
  assert.deepEqual(names({...trace, authorizer: {type: "JWT", cached: false}, policy: undefined}), ["Route", "Authorizer", "Function", "Answer"]);
});

test("what there is nothing of is left out", () => {
  assert.deepEqual(stepOf("Authorizer", trace).data.map(([name]) => name), ["Type", "Function", "Event", "Answer"]);
});

test("tones and words of statuses", () => {
  assert.deepEqual([101, 200, 204, 304, 400, 403, 429, 500, 504, 0].map(toneOf), ["accent", "ok", "ok", "accent", "warn", "warn", "warn", "bad", "bad", "bad"]);
  assert.deepEqual([401, 299, 0].map(statusText), ["401 Unauthorized", "299", "no answer"]);
});

for (const [wanted, is] of [
  [{}, true], [{mode: "rest-token"}, true], [{mode: "http-jwt"}, false], [{status: "2"}, true], [{status: "200"}, true], [{status: "4"}, false], [{status: "201"}, false],
  [{text: "USERS get"}, true], [{text: "users post"}, false], [{text: "r1"}, true], [{text: "ended"}, true], [{mode: "rest-token", status: "2", text: "nothing"}, false],
]) {
  test("wanted by " + JSON.stringify(wanted), () => {
    assert.equal(isWanted({mode: "rest-token", trace, why: "the token ended", bench: true}, {from: "bench", mode: "", status: "", text: "", ...wanted}), is);
    assert.equal(isWanted({mode: "rest-token", trace, why: "the token ended"}, {mode: "", status: "", text: "", ...wanted}), is);
  });
}

test("those of the workbench are seen where they are asked for", () => {
  for (const [from, bench, is] of [["", false, true], ["", true, false], ["bench", false, false], ["bench", true, true], ["all", false, true], ["all", true, true]]) {
    assert.equal(isWanted({mode: "m", trace, bench}, {from, mode: "", status: "", text: ""}), is, from + " " + bench);
  }
});

test("neither clients nor the workbench push the other's calls out", () => {
  let calls = [];
  for (let i = 0; i < 1000; i++) calls = lastOf([...calls, {seq: i, bench: i % 3 > 0}]);
  const [clients, bench] = [calls.filter(call => !call.bench), calls.filter(call => call.bench)];
  assert.deepEqual([clients.length, bench.length], [200, 50]);
  assert.deepEqual([clients.at(-1).seq, bench.at(-1).seq, clients[0].seq], [999, 998, 402]);
});
