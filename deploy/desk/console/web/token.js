// What the caller brings: its header and claims with what each one did, the principal that came of it, and what functions are told.
import {ask} from "./api.js";
import {attempt, button, chip, copier, field, h, pretty, put, secret, table} from "./dom.js";
import {caller, countdown, credential, details, facts, failure, fresh, latest, sentence} from "./parts.js";

export const title = "Token";

// verdicts are the outcomes of a verification, in words.
const verdicts = {
  verified: {tone: "ok", text: "Verified"}, refused: {tone: "bad", text: "Refused"}, unknown: {tone: "warn", text: "Cannot be told"},
  unreadable: {tone: "bad", text: "Unreadable"}, none: {tone: "", text: "No credential"},
};

let view = null;

export function mount() {
  view = new Token();
  return view.element;
}

export const show = () => view.show();

class Token {
  constructor() {
    this.pasted = "";
    this.box = h("textarea", {spellcheck: "false", autocomplete: "off", placeholder: "eyJ…"});
    this.shown = h("div", {class: "stack"}, h("p", {class: "empty"}, "Asking the desk."));
    this.element = h("div", {class: "stack"}, this.shown, h("form", {class: "card stack tight", onsubmit: event => { event.preventDefault(); this.look(this.box.value.trim()); }},
      h("h2", {}, "Look at any token"),
      field("A token to look at", this.box, "It is verified as a call's would be. Nobody is signed in by it, and it is not kept."),
      h("div", {class: "row"}, h("button", {type: "submit", class: "primary"}, "Look at it"), button("Back to the caller's", () => { this.box.value = ""; this.look(""); }))));
    this.asked = latest();
    this.show = fresh(this.element, "desk identity", () => this.load());
  }

  look(text) {
    this.pasted = text.replace(/^Bearer\s+/i, "");
    return attempt(() => this.load());
  }

  async load() {
    const brings = this.pasted ? {kind: "token", token: this.pasted} : credential();
    try {
      const answer = await this.asked(signal => ask("credential", {credential: brings}, signal));
      if (answer) put(this.shown, this.verdict(brings, answer), sections(answer));
    } catch (problem) {
      put(this.shown, failure(problem, () => this.load()));
    }
  }

  // verdict says whose it is, and what came of it.
  verdict(brings, {status, code, reason, principal}) {
    const {tone, text} = verdicts[status] || verdicts.unknown, kept = [["The token", brings.token], ["The key", brings.key]].filter(([, text]) => text);
    return h("div", {class: "card stack tight"},
      h("h2", {}, this.pasted ? "The token that was pasted" : "What " + caller() + " brings"),
      h("div", {class: "said stack tight", "data-tone": tone, role: "status"},
        h("p", {}, chip(text, tone), " ", code && h("code", {}, code), code && " ", sentence(reason))),
      status === "none" && h("p", {}, "Sign in by the button at the top, or paste a token below, and see what each part of it does."),
      principal?.expires && h("p", {}, "Time: ", countdown(principal.expires * 1000)),
      kept.map(([name, text]) => h("p", {class: "row tight"}, h("span", {class: "muted"}, name), secret(text, name.toLowerCase()))));
  }
}

const sections = ({header, claims, principal, context, issuer, policy}) => [
  header?.length || claims?.length ? h("div", {class: "halves"}, members("Header", header), members("Claims", claims)) : null,
  h("div", {class: "halves"}, principal && principalOf(principal), context && Object.keys(context).length > 0 && contextOf(context)),
  policy && card("The IAM policy of who signs", pretty(policy)),
  issuer && h("div", {class: "card"}, details("The entry of the issuer, as the authorizers have it", () => pretty(issuer))),
];

const card = (title, ...children) => h("section", {class: "card stack tight"}, h("h2", {}, title), children);

// members are the header's or the claims, with what each did.
const members = (title, all = []) => all.length === 0 ? null : card(title,
  table(title, ["Name", "Value", "What it did"], all.map(({name, value, effect, kind}) => [
    h("code", {}, name), valueOf(name, value), [effect, kind ? [" ", chip(kind, tones[kind])] : null]])));

// tones of what claims did.
const tones = {required: "warn", ignored: "", scopes: "ok", groups: "ok"};

// times are the claims that are seconds since 1970.
const times = new Set(["exp", "iat", "nbf", "auth_time", "updated_at"]);

// valueOf is a claim's value; of a time also when that is.
function valueOf(name, value) {
  const text = h("code", {}, typeof value === "string" ? value : JSON.stringify(value));
  return times.has(name) && typeof value === "number" ? [text, h("small", {class: "block"}, clock(value))] : text;
}

// clock is a time in seconds since 1970, as people here write it.
export function clock(seconds) {
  const moment = new Date(seconds * 1000);
  return isNaN(moment) ? "no time that there is" : moment.toLocaleString(undefined, {dateStyle: "medium", timeStyle: "medium"});
}

function principalOf({id, ownsNothing, schemes, scopes, groups, expires, issuedAt, networks, usageKey}) {
  return card("The principal that came of it",
    facts([["Id", id && h("code", {}, id)], ["Owns", ownsNothing ? "nothing: the issuer's ids own nothing here" : id && "what has its id"],
      ["Schemes", schemes?.join(", ")], ["Issued", issuedAt && clock(issuedAt)], ["Ends", expires && clock(expires)],
      ["From networks", networks?.join(", ")], ["Usage plan's key", usageKey]]),
    scopes?.length ? table("Scopes", ["Scope", "Where it is from"], scopes.map(({scope, from}) => [h("code", {}, scope), (from || []).join("; ")])) : h("p", {class: "muted"}, "It has no scopes: it may call what is public, and what takes a credential whatever its scopes."),
    groups?.length ? table("Groups", ["Group", "Scopes that it gives"], groups.map(({name, scopes: given}) => [name, given?.length ? given.map(scope => [h("code", {}, scope), " "]) : "none"])) : null);
}

const contextOf = context => card("What functions are told", h("p", {class: "small muted"}, "The context of the authorizer, beside the request."),
  table("The context of the authorizer", ["Name", "Value"], Object.entries(context).map(([name, value]) => [h("code", {}, name), h("code", {}, String(value))])),
  h("p", {}, copier(() => JSON.stringify(context, null, 2), "the context")));
