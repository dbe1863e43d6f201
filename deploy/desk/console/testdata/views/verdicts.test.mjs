import assert from "node:assert/strict";
import test from "node:test";
import {isWanted, summary, verdictOf} from "../../web/verdicts.js";

const refused = {verdict: "refused", status: 401, code: "token-expired"}, accepted = {verdict: "accepted", status: 200};
const unknown = {verdict: "unknown", status: 500}, skipped = {verdict: "unknown", skipped: "it is for ES256."}, other = {verdict: "unknown", skipped: "it is for aud"};

for (const [name, result, want] of [
  ["not asked", undefined, ""], ["refused", refused, "refused"], ["accepted", accepted, "accepted"], ["cannot be told", unknown, "unknown"], ["not tried", skipped, "not tried"],
  ["refused by the verifier alone", {verdict: "refused", status: 0, skipped: "the verifier alone was asked"}, "refused"],
  ["accepted by the verifier alone", {verdict: "accepted", status: 0, skipped: "the verifier alone was asked"}, "accepted"],
  ["what nobody has heard of", {verdict: "perhaps"}, "unknown"],
]) {
  test("verdict: " + name, () => assert.equal(verdictOf(result), want));
}

for (const [results, want] of [
  [[refused], "1 kind: 1 refused, 0 accepted."],
  [[refused, accepted, unknown], "3 kinds: 1 refused, 1 accepted, 1 cannot be told."],
  [[refused, skipped], "2 kinds: 1 refused, 0 accepted, 1 not tried, because it is for ES256."],
  [[other, skipped, skipped], "3 kinds: 0 refused, 0 accepted, 3 not tried, because it is for ES256 (2); it is for aud (1)."],
  [["a", "b", "c", "d", "e"].map(skipped => ({verdict: "unknown", skipped})), "5 kinds: 0 refused, 0 accepted, 5 not tried, because a (1); b (1); c (1); and for 2 other reasons."],
]) {
  test(want, () => assert.equal(summary(results), want));
}

const kind = {name: "alg-none", part: "header", why: "There is no signature"};
for (const [result, wanted, is] of [
  [undefined, {}, true], [undefined, {part: "header"}, true], [undefined, {part: "claims"}, false], [undefined, {verdict: "refused"}, false], [refused, {verdict: "refused"}, true],
  [accepted, {verdict: "refused"}, false], [undefined, {text: "NONE signature"}, true], [undefined, {text: "none expired"}, false], [refused, {text: "expired 401"}, true],
]) {
  test("wanted by " + JSON.stringify([wanted, verdictOf(result)]), () => assert.equal(isWanted(kind, result, {part: "", verdict: "", text: "", ...wanted}), is));
}
