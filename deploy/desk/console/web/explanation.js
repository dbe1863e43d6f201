// Why one call is allowed or denied, in words.
import {chip, h, pretty} from "./dom.js";
import {details, facts} from "./parts.js";

// tones of decisions.
const tones = {allow: "ok", deny: "bad", unknown: "warn"};

// words are the decisions for people.
const words = {allow: "Allowed", deny: "Denied", unknown: "Cannot be told"};

// deciders say what of a gateway decides.
const deciders = {
  authorizer: "the policy of the Lambda authorizer", scopes: "the gateway's own authorizer, by the token's scopes",
  signature: "the gateway, by the signature and the IAM policy of who signs", key: "the gateway, by the API key of a usage plan",
};

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
  const {decision, text, route, rules, evaluated, document: policy, conflict, resourcePolicy} = answer;
  const deciding = policy?.Statement[evaluated?.statement];
  return h("div", {class: "stack"},
    h("div", {class: "said", "data-tone": tones[decision]}, h("p", {}, chip(words[decision] || decision, tones[decision]), " ", text === decision ? "" : text)),
    facts([["Operation", route === null ? "none serves this path" : named(route)], ["Decided by", deciders[answer.by]], ["Invokes", answer.arn && h("code", {}, answer.arn)]]),
    rules && section("What the rules say", h("p", {}, sentence(rules.text)), alternatives(rules)),
    evaluated && section("What the policy says", h("p", {}, sentence(evaluated.text)), deciding && pretty(deciding)),
    conflict && h("div", {class: "said stack tight", "data-tone": "warn"}, h("p", {}, conflict.text || "The policy does not say what the rules say."), h("ul", {}, (conflict.of || []).map(one => h("li", {}, one)))),
    resourcePolicy && section("What the API's resource policy says", h("p", {}, resourcePolicy.text || resourcePolicy.reason), details("The statement", () => pretty(resourcePolicy.statement ?? resourcePolicy))));
}

const section = (title, ...children) => h("section", {class: "stack tight"}, h("h3", {}, title), children);

// sentence begins with a capital letter.
const sentence = text => text.charAt(0).toUpperCase() + text.slice(1);

const named = route => typeof route === "string" ? route : route.method + " " + route.path;

// alternatives lists who may call, with what is missing of each.
function alternatives({holds, alternatives: all = []}) {
  return all.length === 0 ? null : h("ol", {class: "alternatives"}, all.map((one, i) => h("li", {},
    h("span", {}, one.for, " "), i === holds ? chip("holds", "ok") : !one.missing ? h("small", {}, "not needed, as another holds") : null,
    one.missing && h("ul", {class: "lacks"}, lacks(one.missing).map(text => h("li", {}, text))))));
}
