// The policy that an authorizer answers for the caller, with the statement that decides.
import {copier, h, pretty} from "./dom.js";
import {gauge, plural} from "./parts.js";

// by says what decides in modes whose gateway asks no Lambda authorizer.
const by = {
  scopes: "No policy is compiled in this mode: the gateway's own authorizer verifies the token, and compares its scopes with those of the operation.",
  signature: "No policy is compiled in this mode: the gateway checks the signature, and what decides is the IAM policy of who signs.",
  key: "No policy is compiled in this mode: the gateway looks the API key up in its usage plan, and that is all.",
  nothing: "No policy is compiled in this mode: nobody is asked who calls.",
};

// size is bytes in words.
export const size = bytes => bytes < 1024 ? bytes + " bytes" : +(bytes / 1024).toFixed(1) + " KB";

// policyOf is the card of an explanation's policy.
export function policyOf(answer) {
  const {document: policy, evaluated, size: bytes, limit} = answer;
  if (!policy) return h("p", {class: "muted"}, by[answer.by] || "No policy is compiled here: no authorizer is asked.");
  const deciding = policy.Statement[evaluated?.statement];
  return h("div", {class: "stack tight"},
    h("div", {class: "row apart"},
      bytes && limit ? gauge("Size of the policy", bytes, limit, size(bytes) + " of " + size(limit) + " that an answer may have") : h("span"),
      copier(() => JSON.stringify(policy, null, 2), "the policy")),
    h("p", {class: "small muted"}, deciding ? "The statement that decides the explained call is marked, of " + plural(policy.Statement.length, "statement") + "."
      : "No statement decides the explained call: what none allows is denied."),
    pretty(policy, deciding));
}
