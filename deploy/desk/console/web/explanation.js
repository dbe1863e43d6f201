// Why one call is allowed or denied, in words.
import {chip, h, pretty} from "./dom.js";
import {details, facts, sentence} from "./parts.js";

// tones of decisions.
const tones = {allow: "ok", deny: "bad", unknown: "warn"};

// words are the decisions for people.
const words = {allow: "Allowed", deny: "Denied", unknown: "Cannot be told"};

// deciders say what of a gateway decides.
const deciders = {
  authorizer: "the policy of the Lambda authorizer", scopes: "the gateway's own authorizer, by the token's scopes",
  signature: "the gateway, by the signature and the IAM policy of who signs", key: "the gateway, by the API key of a usage plan",
  nothing: "nothing: everybody may call",
};

// verdict is a decision with its status, and the rest of what is told of it.
export function verdict({decision, text = ""}) {
  const [found, , status] = text.match(/^(?:allow|deny|NOT KNOWN)( \((\d+)\))?(?:: |$)/) || [""];
  return [(words[decision] || decision) + (status ? ", " + status : ""), sentence(text.slice(found.length))];
}

// lacks says what a caller lacks for an alternative.
export function lacks({schemes = [], scopes = [], owners = []}) {
  return [
    ...schemes.map(scheme => "it takes a credential of the scheme " + scheme),
    ...scopes.map(scope => "the scope " + scope + " is missing"),
    ...owners.map(owner => (owner.startsWith("$") ? owner : "{" + owner + "}") + " is not the caller's own id"),
  ];
}

// explanation is what POST /_console/explain tells.
export function explanation(answer) {
  const {decision, route, rules, evaluated, document: policy, conflict, resourcePolicy, message, key, caller} = answer, [word, text] = verdict(answer);
  const deciding = policy?.Statement[evaluated?.statement];
  return h("div", {class: "stack"},
    h("div", {class: "said", "data-tone": tones[decision]}, h("p", {}, chip(word, tones[decision]), " ", text)),
    facts([["Operation", route === null ? "none serves this path" : named(route)], ["Decided by", deciders[answer.by]], ["Invokes", answer.arn && h("code", {}, answer.arn)],
      ["Known of who calls", caller?.notes?.join("; ")], ["Scopes, any of", answer.wanted?.length ? h("code", {}, answer.wanted.join(" ")) : null],
      ["Connecting", message && sentence(message.connect.text)], ["Message of", message?.owner && message.owner.member + " is " + (message.owner.id || "nobody's")],
      ["Usage plan", key && (key.refused || "counted by " + key.plan)]]),
    rules && section("What the rules say", h("p", {}, sentence(rules.text)), alternatives(rules)),
    evaluated && section("What the policy says", h("p", {}, sentence(evaluated.text)), deciding && pretty(deciding)),
    conflict && h("div", {class: "said stack tight", "data-tone": "warn"}, h("p", {}, conflict.text || "The policy does not say what the rules say."), h("ul", {}, (conflict.of || []).map(one => h("li", {}, one)))),
    resourcePolicy && section("What the API's resource policy says", h("p", {}, sentence(resourcePolicy.decision + ": " + resourcePolicy.reason)),
      resourcePolicy.statement && details("The statement", () => pretty(resourcePolicy.statement))));
}

const section = (title, ...children) => h("section", {class: "stack tight"}, h("h3", {}, title), children);

const named = route => typeof route === "string" ? route : route.method + " " + route.path;

// alternatives lists who may call, with what is missing of each.
function alternatives({holds, alternatives: all = []}) {
  return all.length === 0 ? null : h("ol", {class: "alternatives"}, all.map((one, i) => h("li", {},
    h("span", {}, one.for, " "), i === holds ? chip("holds", "ok") : !one.missing ? h("small", {}, "not needed, as another holds") : null,
    one.missing && h("ul", {class: "lacks"}, lacks(one.missing).map(text => h("li", {}, text))))));
}
