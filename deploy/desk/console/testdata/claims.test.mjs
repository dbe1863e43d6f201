import assert from "node:assert/strict";
import {test} from "node:test";
import {claimsOf, granted, named} from "../web/claims.js";

const token = claims => "h." + Buffer.from(JSON.stringify(claims)).toString("base64url") + ".s";

test("claims are read, whatever is pasted", () => {
  assert.deepEqual(claimsOf(token({sub: "ü<b>?"})), {sub: "ü<b>?"});
  for (const none of ["", "a", "a.b.c", "a.!.c", token([1]), token(null), token(1)]) assert.equal(claimsOf(none), null, none);
});

test("who it is, and what it has, in words", () => {
  assert.equal(named({username: "ada", sub: "1"}), "ada");
  assert.equal(named({sub: "1", username: 7}), "1");
  assert.equal(named(null), "");
  assert.equal(granted({"cognito:groups": ["admins"], scope: "a b"}), "group admins; scopes a b");
  assert.equal(granted({scp: ["a"], groups: "x"}), "group x; scope a");
  assert.equal(granted({groups: {}}), "");
});
