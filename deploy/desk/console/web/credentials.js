// The ways to an identity: signing in, a machine's client, an API key made on the spot, a key of a usage plan, a caller whose requests the
// desk signs, and any token that is pasted.
import {ask} from "./api.js";
import {button, field, h, put, secret, select} from "./dom.js";
import {state} from "./store.js";
import {claimsOf, granted, named} from "./claims.js";
import {askedFor, givenOf, localOf, machineToken, throughAPI, throughCognito} from "./signin.js";
import {tabs} from "./tabs.js";
import {totp} from "./totp.js";

// newIdentity are the ways, each in a tab. keep is called with what comes of one: an identity's members, or its tokens.
export function newIdentity(keep, way, given = {}) {
  return tabs("Ways to call", [
    ["sign-in", "Sign in", () => signInForm(keep, given)],
    ["machine", "Machine", () => machineForm(keep)],
    ["key", "API key", () => keyForm(keep)],
    ["usage", "Usage plan", () => usageForm(keep)],
    ["iam", "IAM", () => iamForm(keep)],
    ["paste", "Paste", () => pasteForm(keep)],
  ], way);
}

// waysIn are how one can sign in from here, by name, and why not by others.
function waysIn() {
  const {tokens, cognito, clientId, pool} = state.desk.signIn, ways = {}, reasons = [];
  const add = (name, address, way) => {
    if (!address) return;
    try { ways[name] = way(localOf(address)); } catch (problem) { reasons.push(problem.message); }
  };
  add("POST /tokens", tokens, throughAPI);
  add("Cognito's protocol", cognito, address => throughCognito(address, clientId, pool));
  return {ways, why: reasons.join(" ")};
}

// signIn begins a sign-in: it gives {identity} with tokens, or {step, way} where more is asked for.
export async function signIn({username, password, way = Object.values(waysIn().ways)[0], flow = "USER_PASSWORD_AUTH"}) {
  if (!way) throw new Error(waysIn().why || "Nobody can sign in here.");
  return concluded(await way.start({username, password, flow}), way, username);
}

const concluded = ({tokens, step}, way, username) => tokens ? {identity: {tokens, username, way}} : {step, way};

// form is one that says what is wrong in it, and what keeps its action from being done.
function form(action, text, ...content) {
  const problem = h("p", {class: "wrong", role: "alert"}), submit = h("button", {class: "primary"}, text);
  return h("form", {class: "stack tight", onsubmit: async event => {
    event.preventDefault();
    problem.textContent = "";
    submit.disabled = true;
    try { await action(); } catch (refused) { problem.textContent = refused.message; }
    submit.disabled = false;
  }}, content, problem, h("div", {class: "row tight"}, submit));
}

const input = (type, properties = {}) => h("input", {type, autocomplete: "off", spellcheck: "false", autocapitalize: "none", ...properties});

function signInForm(keep, given) {
  const {available, why, accounts = []} = state.desk.signIn || {};
  if (!available) return h("p", {class: "muted"}, why || "Nobody can sign in here.");
  const {ways, why: unreachable} = waysIn(), holder = h("div", {class: "stack tight"});
  if (!Object.keys(ways).length) return h("p", {class: "muted"}, unreachable || "Nobody can sign in here.");
  const go = ({identity, step, way}) => {
    if (identity) return keep(identity);
    put(holder, stepForm(step, way, go, begin));
    (holder.querySelector("input, select") || holder.querySelector("h4"))?.focus();
  };
  const begin = () => put(holder, passwordForm(ways, accounts, given.username, go));
  if (given.step) queueMicrotask(() => go(given));
  begin();
  return holder;
}

function passwordForm(ways, accounts, chosen, go) {
  const username = input("text", {required: true, value: chosen || ""}), password = input("password", {});
  const pick = account => {
    username.value = account?.username || "";
    password.value = account?.password || "";
  };
  const names = Object.keys(ways), way = select(names, names[0], () => offerFlows());
  const flow = select(throughCognito().flows, "USER_PASSWORD_AUTH");
  const offerFlows = () => {
    const offered = ways[way.value].flows.map(([name]) => name);
    for (const option of flow.options) option.hidden = option.disabled = !offered.includes(option.value);
    if (!offered.includes(flow.value)) flow.value = offered[0];
  };
  offerFlows();
  const account = select([["", "Another one"], ...accounts.map(a => [a.username, a.username + (a.groups?.length ? " (" + a.groups.join(", ") + ")" : "") + (a.asked ? ", asked for " + a.asked.replace(/ of the software token .*/, " of an app") : "")])],
    chosen ?? accounts[0]?.username, name => pick(accounts.find(a => a.username === name)));
  if (chosen === undefined) pick(accounts[0]);
  return form(async () => go(await signIn({username: username.value, password: password.value, way: ways[way.value], flow: flow.value})), "Sign in",
    accounts.length > 0 && field("Account", account), h("div", {class: "fields"}, field("Username", username), field("Password", password)),
    h("div", {class: "fields"}, names.length > 1 && field("Through", way), field("How to sign in", flow)));
}

// stepForm asks for what a sign-in asks for.
function stepForm(step, way, go, begin) {
  const {title, fields, why} = askedFor(step), head = h("h4", {tabIndex: -1}, title + ", for " + step.username);
  const again = button("Begin again", begin, {class: "quiet"});
  if (!fields.length) return [head, h("p", {class: "said", "data-tone": "warn"}, why), again];
  const controls = fields.map(({name, label, type, choices}) => ({name, label, control: choices ? select(choices, choices[0]?.[0], () => show()) : stepInput(name, type)}));
  const holders = controls.map(({label, control}) => field(label, control));
  const show = () => fields.forEach(({of}, i) => { if (of) holders[i].hidden = controls[0].control.value !== of; });
  show();
  const secretText = step.parameters.secret || (step.name === "SOFTWARE_TOKEN_MFA" && state.desk.signIn.accounts?.find(a => a.username === step.username)?.totpSecret);
  const fill = secretText && button("Fill in the current code", async () => { controls[0].control.value = await totp(secretText); }, {class: "small"});
  return form(async () => go(concluded(await way.reply(step, givenOf(Object.fromEntries(controls.map(({name, control}) => [name, control.value])))), way, step.username)), "Go on",
    head, step.parameters.secret && h("div", {class: "row tight"}, "Put this secret into an authenticator app: ", secret(step.parameters.secret, "secret of the software token")), holders, fill, again);
}

const stepInput = (name, type) => type === "code" ? input("text", {inputMode: "text", autocomplete: "one-time-code"}) : input(type, {required: name !== "password", autocomplete: type === "password" ? "new-password" : "off"});

// scopesField is a choice of scopes: what is offered, and any others.
function scopesField(offered, chosen) {
  const boxes = offered.map(scope => h("input", {type: "checkbox", value: scope, checked: chosen.includes(scope)})), others = input("text");
  return {
    element: [offered.length > 0 && h("fieldset", {}, h("legend", {}, "Scopes"), h("div", {class: "row"}, boxes.map(box => h("label", {class: "check"}, box, box.value)))), field("Other scopes", others, "With spaces between them.")],
    value: () => [...boxes.filter(box => box.checked).map(box => box.value), ...others.value.split(/\s+/).filter(Boolean)],
  };
}

function machineForm(keep) {
  const {machine} = state.desk;
  if (!machine) return h("p", {class: "muted"}, "No client of the user pool is a machine's.");
  const scopes = scopesField(machine.scopes || [], machine.scopes || []);
  return form(async () => keep({tokens: await machineToken(machine, scopes.value()), label: machine.clientId}), "Get a token",
    h("p", {class: "row tight small"}, "By the client ", h("code", {}, machine.clientId), ", whose secret is ", secret(machine.clientSecret, "secret of the machine's client")), scopes.element);
}

function keyForm(keep) {
  const {keys} = state.desk;
  if (!keys?.available) return h("p", {class: "muted"}, keys?.why || "No mode here takes API keys that are made.");
  const subject = input("text", {required: true, value: state.identity?.subject || "console"}), scopes = scopesField(keys.scopes || [], (keys.scopes || []).slice(0, 1));
  const {label, credential: {kind, token} = {}, until} = state.identity || {}, isToken = kind === "token" || kind === "both";
  const beside = h("input", {type: "checkbox"}), together = isToken && h("label", {class: "check"}, beside, "With the token of " + label + ", in one call");
  const modes = state.desk.modes.filter(mode => mode.takes.includes("key")).map(mode => mode.name), mode = select(modes, modes.includes(state.mode) ? state.mode : modes[0]);
  return form(async () => {
    const made = await ask("keys", {subject: subject.value, scopes: scopes.value(), mode: mode.value});
    const detail = (made.scopes || []).join(" ") || "without scopes", ends = momentOf(made.expires), {key} = made;
    if (!beside.checked) return keep({kind: "key", label: "Key of " + made.subject, detail, subject: made.subject, credential: {kind: "key", key}, until: ends});
    keep({kind: "both", label: label + " and a key", detail: "The key: " + detail, subject: state.identity.subject, credential: {kind: "both", token, key}, until: until && ends ? Math.min(until, ends) : until || ends});
  }, "Make a key", field("Owner", subject, "The id that the key's caller has, such as a user's."), modes.length > 1 && field("For", mode, "It is counted in this mode's usage plan, where that goes by the authorizer; other modes take it, too."), scopes.element, together);
}

// momentOf is a time of the desk's in milliseconds: it may be in seconds, or as RFC 3339 has it.
const momentOf = time => typeof time === "number" ? time * 1000 || undefined : Date.parse(time) || undefined;

function usageForm(keep) {
  const all = state.desk.modes.flatMap(mode => (mode.keys || []).map(key => ({...key, mode: mode.name})));
  if (!all.length) return h("p", {class: "muted"}, "No mode here has a usage plan with a key of the gateway's.");
  const choice = select(all.map((key, i) => [String(i), (key.name || key.id) + " of " + key.mode]), "0");
  return form(() => {
    const key = all[choice.value];
    keep({kind: "none", label: "Key " + (key.name || key.id), detail: "of the usage plan of " + key.mode, credential: {kind: "none"}, usageKey: key});
  }, "Take it", field("Key", choice, "It is sent in X-Api-Key, and says whose plan a request counts for."));
}

function iamForm(keep) {
  const callers = new Map(state.desk.modes.filter(mode => mode.takes.includes("iam")).flatMap(mode => mode.callers || []).map(caller => [caller.id, caller]));
  if (!callers.size) return h("p", {class: "muted"}, "No mode here takes signatures.");
  const choice = select([...callers.values()].map(({id, name, arn}) => [id, (name ? name + ", " : "") + arn]), callers.keys().next().value);
  return form(() => {
    const {id, name, arn} = callers.get(choice.value);
    keep({kind: "iam", label: "IAM " + (name || arn), detail: arn, credential: {kind: "iam", caller: id}});
  }, "Sign as this one", field("Caller", choice, "The desk signs each request with the caller's access key."));
}

function pasteForm(keep) {
  const text = h("textarea", {required: true, spellcheck: "false", autocapitalize: "none"}), name = input("text");
  return form(() => {
    const pasted = text.value.trim().replace(/^Bearer\s+/i, "");
    if (/^pk_/.test(pasted)) return keep({kind: "key", label: name.value || "Pasted key", detail: "as it was pasted", credential: {kind: "key", key: pasted}});
    const claims = claimsOf(pasted);
    keep({tokens: {accessToken: pasted}, label: name.value || named(claims) || "Pasted token", detail: granted(claims) || (claims ? "without groups or scopes" : "no JWT: calls show what becomes of it")});
  }, "Use it", field("Token or API key", text, "Good or broken, of any issuer. It stays in this tab."), field("Name, for you", name));
}
