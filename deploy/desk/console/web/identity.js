// Who calls: the button in the bar, and the dialog behind it, in which identities are chosen, renewed and given up. They are kept in the
// tab's memory alone. How new ones come about is credentials.js's.
import {attempt, button, chip, h, put, say, secret, until} from "./dom.js";
import {on, set, state} from "./store.js";
import {claimsOf, granted, named} from "./claims.js";
import {newIdentity, signIn} from "./credentials.js";

const nobody = {id: "nobody", kind: "none", label: "Nobody", detail: "Calls are sent without a credential", credential: {kind: "none"}};

const opener = () => document.getElementById("identity");

let dialog, people, adding; // what mount makes

// mount makes the dialog, and has the button open it.
export function mount(element) {
  people = h("ul", {class: "people", "aria-label": "Identities"});
  adding = h("section", {class: "stack tight", "aria-labelledby": "identity-new"});
  document.body.append(dialog = h("dialog", {"aria-labelledby": "identity-title"}, h("div", {class: "stack"},
    h("div", {class: "row apart"}, h("h2", {id: "identity-title", tabIndex: -1}, "Who calls"), button("Close", () => dialog.close(), {class: "quiet"})),
    people, h("h3", {id: "identity-new"}, "Another one"), adding)));
  set({identities: [nobody], identity: nobody});
  element.onclick = () => open();
  on("identities identity", render);
  on("desk", offer);
  offer();
  render();
  setInterval(tick, 1000);
}

// open shows the dialog, with a way of getting an identity chosen where one is named.
export function open(way, given) {
  if (way) offer(way, given);
  if (!dialog.open) dialog.showModal();
  if (!way) document.getElementById("identity-title").focus();
}

// signInAs signs in as an account of the desk; nobody, or no name, does nothing. Where more is asked for, the dialog asks.
export async function signInAs(name) {
  if (!name || name === "nobody") return;
  const account = state.desk.signIn?.accounts?.find(account => account.username === name);
  if (!account) return open("sign-in", {username: name});
  await attempt(async () => {
    const {identity, step, way} = await signIn({username: name, password: account.password});
    if (identity) keep(made(identity));
    else open("sign-in", {username: name, step, way});
  });
}

// renew gets new tokens for an identity.
export async function renew(identity) {
  const tokens = await identity.way.refresh(identity);
  const claims = claimsOf(tokens.accessToken);
  replace(identity, {
    credential: {kind: "token", token: tokens.accessToken}, idToken: tokens.idToken || identity.idToken, refreshToken: tokens.refreshToken || identity.refreshToken,
    until: endOf(claims, tokens.expiresIn), detail: granted(claims) || identity.detail,
  });
  say("New tokens for " + identity.label + ".", "ok");
}

// keep takes an identity among the others, and has it call.
function keep(identity) {
  set({identities: [...state.identities, identity], identity});
  if (dialog.open) dialog.close();
  offer();
  say("Calls are sent as " + identity.label + ".", "ok");
}

function replace(identity, changes) {
  const changed = {...identity, ...changes};
  set({identities: state.identities.map(other => other === identity ? changed : other), ...state.identity === identity && {identity: changed}});
}

function forget(identity) {
  set({identities: state.identities.filter(other => other !== identity), ...state.identity === identity && {identity: nobody}});
  document.getElementById("identity-title").focus();
}

let lastID = 0;

// made gives what a way of credentials.js gives the members that every identity has.
function made({tokens, ...identity}) {
  const id = "identity-" + ++lastID;
  if (!tokens) return {id, ...identity};
  const claims = claimsOf(tokens.accessToken);
  return {
    id, kind: "token", label: identity.username || named(claims) || "A token", detail: granted(claims), subject: claims?.sub, ...identity, credential: {kind: "token", token: tokens.accessToken},
    idToken: tokens.idToken, refreshToken: tokens.refreshToken, clientId: claims?.client_id, until: endOf(claims, tokens.expiresIn),
  };
}

const endOf = (claims, seconds) => typeof claims?.exp === "number" ? claims.exp * 1000 : seconds ? Date.now() + seconds * 1000 : undefined;

function offer(way, given) {
  put(adding, newIdentity(identity => keep(made(identity)), typeof way === "string" ? way : undefined, given));
}

function render() {
  const {identity} = state, focused = document.activeElement?.dataset?.action;
  put(opener(), identity === nobody ? "Nobody is signed in" : identity.label, " ", identity.until && h("span", {class: "small", "data-until": identity.until}));
  opener().title = identity.detail || "";
  put(people, state.identities.map(person));
  tick();
  if (focused) people.querySelector("[data-action=" + CSS.escape(focused) + "]")?.focus();
}

function person(identity) {
  const current = identity === state.identity;
  const use = button([h("strong", {}, identity.label), current && chip("calls now", "accent"), identity.until && h("span", {class: "chip", "data-until": identity.until})],
    () => { set({identity}); say("Calls are sent as " + identity.label + "."); }, {class: "choose", "aria-pressed": String(current), "data-action": "use-" + identity.id});
  return h("li", {class: "person", "data-current": current},
    use,
    h("div", {class: "row tight"},
      identity.refreshToken && button("Refresh", () => renew(identity), {class: "small", "aria-label": "Refresh " + identity.label, "data-action": "refresh-" + identity.id}),
      identity !== nobody && button("Remove", () => forget(identity), {class: "small quiet", "aria-label": "Remove " + identity.label})),
    identity.detail && h("small", {}, identity.detail),
    identity !== nobody && h("details", {}, h("summary", {}, "Secrets", identity.way && " and signing out", h("span", {class: "unseen"}, " of " + identity.label)), h("div", {class: "stack tight"}, secretsOf(identity), exitsOf(identity))));
}

function secretsOf({label, credential, idToken, refreshToken, usageKey}) {
  const all = [["Access token", credential.token], ["API key", credential.key], ["Key of the usage plan", usageKey?.value], ["ID token", idToken], ["Refresh token", refreshToken]];
  const rows = all.filter(([, text]) => text).map(([name, text]) => h("div", {class: "row tight"}, h("span", {class: "small"}, name), secret(text, name.toLowerCase() + " of " + label)));
  return rows.length ? rows : h("small", {}, "The desk signs; it keeps the secret key to itself.");
}

// exitsOf forget nothing, so that calls show what becomes of tokens that were given up.
function exitsOf(identity) {
  if (!identity.way) return null;
  const leave = (name, action, said) => button(name, async () => { await action(identity); say(said + " Calls still send the token, to show what becomes of it."); }, {class: "small", "aria-label": name + ": " + identity.label});
  return h("div", {class: "row tight"},
    identity.refreshToken && leave("Revoke this sign-in", identity.way.revoke, "Revoked."),
    leave("Sign out everywhere", identity.way.signOut, "Signed out everywhere."));
}

const told = new Set(); // whose end was told

// tick counts the time that is left.
function tick() {
  const now = Date.now();
  for (const element of document.querySelectorAll("[data-until]")) {
    const end = Number(element.dataset.until);
    element.textContent = until(end, now);
    element.dataset.tone = end <= now ? "bad" : end - now < 60_000 ? "warn" : "";
  }
  for (const {id, label, until: end, refreshToken} of state.identities) {
    if (!end || end > now || told.has(id + end)) continue;
    told.add(id + end);
    say("What " + label + " calls with has ended." + (refreshToken ? " It can be refreshed." : ""), "warn");
    if (id === state.identity.id) set({identity: state.identity}); // who shows it says so
  }
}
