// The form of a request: what an operation takes, in which mode and as whom, what is to be said of it before it is sent, and its code for
// other places. What was filled in for an operation is there again when it is chosen again.
import {ask} from "./api.js";
import {button, chip, copier, field, h, put, select} from "./dom.js";
import {modeNamed, set, state} from "./store.js";
import {lineOf, timeText} from "./answer.js";
import {bodyEditor} from "./body.js";
import {open, renew} from "./identity.js";
import {pairs} from "./pairs.js";
import {addressOf, credentialOf, headersOf, isToken, parametersOf, pathOf, queryOf, remarks, resolved} from "./request.js";
import {hintOf, textOf} from "./schema.js";
import {send} from "./send.js";
import {languages, snippet} from "./snippets.js";
import {tabs} from "./tabs.js";

const drafts = new Map();    // by operations' keys
const usageKeys = new Map(); // that were chosen, by modes' names: a key's id, or ""

// requestForm makes the form of an operation, or of a method and a path of one's own where there is none; keep is called with each answer. Its
// refresh is for when the mode or the identity is another one.
export function requestForm(operation, keep) {
  const draft = draftOf(operation), notes = h("div", {class: "stack tight", role: "status"}), modes = h("div", {class: "fields"}), code = codePanel(() => built(operation, draft));
  const progress = h("span", {class: "muted", "aria-hidden": "true"}), told = h("span", {class: "unseen", role: "status"}), sender = h("button", {class: "primary"}, "Send"), cancel = button("Cancel", () => sending?.abort(), {hidden: true});
  const address = h("code", {});
  let sending = null;

  const changed = () => {
    const {url, path} = built(operation, draft);
    address.textContent = path;
    if (state.path !== path) set({path});
    put(notes, notesOf(operation, draft, url));
    code.refresh();
  };
  const refresh = () => {
    put(modes, modeField(operation), usageField(changed), field("As", button(state.identity.label, () => open())));
    changed();
  };
  const submit = async event => {
    event.preventDefault();
    if (sending) return;
    sending = new AbortController();
    const {signal} = sending, started = performance.now();
    sender.disabled = true;
    cancel.hidden = false;
    told.textContent = "Waiting for the answer.";
    const clock = setInterval(() => { progress.textContent = timeText(performance.now() - started); }, 100);
    const answer = await send(built(operation, draft), signal);
    clearInterval(clock);
    const focused = document.activeElement === cancel;
    progress.textContent = "";
    sender.disabled = false;
    cancel.hidden = true;
    sending = null;
    if (focused) sender.focus();
    told.textContent = lineOf(answer);
    keep(answer);
    changed();
  };
  const element = h("form", {class: "stack", onsubmit: submit, onkeydown: event => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) event.currentTarget.requestSubmit();
  }},
  headOf(operation), modes, operation ? null : ownFields(draft, changed), pathFields(operation, draft, changed), queryFields(operation, draft, changed), headerFields(operation, draft, changed), bodyFields(operation, draft, changed),
  h("p", {class: "small"}, "Sends ", address), notes, h("div", {class: "row"}, sender, cancel, progress, told, h("small", {}, "Ctrl+Enter sends, too.")), code.element);
  refresh();
  return {element, refresh};
}

// draftOf is what was filled in for an operation, or its examples.
function draftOf(operation) {
  const key = operation?.key ?? "", {parameters = [], body} = operation || {};
  if (!drafts.has(key)) {
    const values = place => Object.fromEntries(parameters.filter(parameter => parameter.in === place && (place === "path" || parameter.required)).map(parameter => [parameter.name, exampleOf(parameter)]));
    drafts.set(key, {
      method: operation?.method === "ANY" ? "GET" : operation?.method || "GET", path: "/", values: values("path"), query: values("query"), moreQuery: [], headers: values("header"), moreHeaders: [],
      contentType: body?.contentType || "application/json", body: body?.example === undefined || body.example === null ? "" : JSON.stringify(body.example, null, 2),
    });
  }
  return drafts.get(key);
}

// exampleOf is a parameter's example as it is typed: a list has commas.
const exampleOf = ({example}) => Array.isArray(example) ? example.map(textOf).join(",") : textOf(example ?? undefined);

// usageKeyOf is the key of a mode's usage plan that is sent, or undefined: the chosen one, or the identity's.
function usageKeyOf(mode) {
  const chosen = usageKeys.get(mode.name) ?? (state.identity.usageKey?.mode === mode.name ? state.identity.usageKey.id : "");
  return mode.keys?.find(key => key.id === chosen)?.value ?? (usageKeys.has(mode.name) ? undefined : state.identity.usageKey?.value);
}

// built is the request as it stands: {method, url, path, typed, headers, body, mode, identity}.
function built(operation, draft) {
  const mode = modeNamed(state.mode), {identity} = state;
  const query = [...Object.entries(draft.query).flatMap(([name, value]) => split(operation, name, value).map(one => [name, one])), ...draft.moreQuery.filter(({name, value}) => name || value).map(({name, value}) => [name, value])];
  const path = (operation ? pathOf(operation.path, draft.values) : draft.path) + queryOf(query).replace("?", !operation && draft.path.includes("?") ? "&" : "?");
  const typed = [...Object.entries(draft.headers).filter(([, value]) => value !== "").map(([name, value]) => ({name, value})), ...draft.moreHeaders.filter(({name}) => name)];
  if (draft.body && draft.contentType && !typed.some(({name}) => name.toLowerCase() === "content-type")) typed.push({name: "Content-Type", value: draft.contentType});
  return {method: draft.method, url: addressOf(mode, path, location.origin), path, typed, headers: headersOf(typed, credentialOf(identity, usageKeyOf(mode))), body: draft.body || null, mode, identity};
}

// split are the values of a query parameter: several of a list, with commas between them, and none where it is left empty.
function split(operation, name, value) {
  if (value === "") return [];
  const isList = [operation?.parameters.find(parameter => parameter.in === "query" && parameter.name === name)?.schema?.type].flat().includes("array");
  return isList ? value.split(",").map(one => one.trim()) : [value];
}

function notesOf(operation, draft, url) {
  const mode = modeNamed(state.mode), {identity} = state, {typed, path, body} = built(operation, draft);
  const fixes = {
    identity: () => button("Choose who calls", () => open(), {class: "small"}),
    refresh: () => button("Refresh", () => renew(identity), {class: "small"}),
    usageKey: () => mode.keys?.[0] && button("Take the key " + (mode.keys[0].name || mode.keys[0].id), () => { usageKeys.set(mode.name, mode.keys[0].id); set({mode: mode.name}); }, {class: "small"}),
  };
  const all = remarks({mode, operation, identity, usageKey: usageKeyOf(mode), method: draft.method, body, headers: typed, path, now: Date.now()});
  if (!isToken(draft.method)) all.push({text: JSON.stringify(draft.method) + " is no method; such a request is not sent."});
  if (resolved(url) !== url.split("#")[0]) all.push({text: "A browser sends " + resolved(url).slice(location.origin.length) + " for it; curl sends it as it stands."});
  return all.map(({text, fix}) => h("div", {class: "note"}, h("span", {}, text), fixes[fix]?.()));
}

function headOf(operation) {
  if (!operation) return h("h2", {}, "A method and a path of your own");
  const {method, path, summary, description, who, public: isOpen, function: name} = operation;
  return h("div", {class: "stack tight"},
    h("h2", {class: "address"}, chip(method, "accent"), h("span", {}, path)), summary && h("p", {}, summary), description && description !== summary && h("p", {class: "muted small"}, description),
    h("p", {class: "small"}, chip(isOpen ? "public" : "guarded", isOpen ? "ok" : ""), " ", who ? "Who may: " + who + "." : "", name ? " Function: " + name + "." : ""));
}

function modeField(operation) {
  const modes = state.desk.modes.filter(mode => mode.gateway !== "WEBSOCKET");
  const mode = modeNamed(state.mode), wanted = [mode.authorizer || mode.authorization, mode.ttl ? "its answer is cached for " + mode.ttl + " s" : ""].filter(Boolean).join("; ");
  return field("Mode", select(modes.map(({name, gateway}) => [name, name + ", " + gateway + (operation && !operation.modes.includes(name) ? " (does not serve it)" : "")]), state.mode, name => {
    set({mode: name});
    document.getElementById("call-mode")?.focus();
  }), wanted);
}

function usageField(changed) {
  const mode = modeNamed(state.mode);
  if (!mode.keys?.length) return null;
  const chosen = mode.keys.find(key => key.value === usageKeyOf(mode))?.id ?? "";
  return field("Key of the usage plan", select([["", "none"], ...mode.keys.map(({id, name}) => [id, name || id])], chosen, id => { usageKeys.set(mode.name, id); changed(); }));
}

function ownFields(draft, changed) {
  const method = h("input", {value: draft.method, autocomplete: "off", spellcheck: "false", list: "call-methods", oninput: () => { draft.method = method.value; changed(); }});
  const path = h("input", {value: draft.path, autocomplete: "off", spellcheck: "false", oninput: () => { draft.path = path.value; changed(); }});
  return h("div", {class: "fields"}, field("Method", method), field("Path", path, "Without the stage; it is sent as you type it, nonsense too."),
    h("datalist", {id: "call-methods"}, ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"].map(value => h("option", {value}))));
}

// pathFields has those of the path; one that names an owner can be filled with the caller's own id.
function pathFields(operation, draft, changed) {
  const names = operation ? parametersOf(operation.path) : [];
  if (!names.length) return null;
  const owners = new Set((operation.alternatives || []).flat().map(one => one.owner).filter(Boolean));
  return h("div", {class: "fields"}, names.map(name => {
    const parameter = operation.parameters.find(parameter => parameter.in === "path" && parameter.name === name);
    const control = valueInput(draft.values, name, changed);
    const mine = owners.has(name) && button("My own id", () => {
      if (!state.identity.subject) throw new Error("Who calls has no id that is known here.");
      control.value = draft.values[name] = state.identity.subject;
      changed();
    }, {class: "small"});
    return h("div", {class: "stack tight"}, field(name + " (path)", control, hintOf({...parameter?.schema, description: parameter?.description || parameter?.schema?.description})), mine && h("div", {}, mine));
  }));
}

function valueInput(values, name, changed, choices) {
  if (choices) return select([["", "left out"], ...choices.map(choice => [String(choice), String(choice)])], values[name] ?? "", value => { values[name] = value; changed(); });
  const control = h("input", {value: values[name] ?? "", autocomplete: "off", spellcheck: "false", oninput: () => { values[name] = control.value; changed(); }});
  return control;
}

const queryFields = (operation, draft, changed) => partFields("Query", "query", operation, draft.query, "query parameter", draft.moreQuery, changed);
const headerFields = (operation, draft, changed) => partFields("Headers", "header", operation, draft.headers, "header", draft.moreHeaders, changed);

// partFields are the parameters of a place that the contract names, and any others.
function partFields(name, place, operation, values, what, more, changed) {
  const named = (operation?.parameters || []).filter(parameter => parameter.in === place);
  const fields = named.map(({name, required, description, schema, example}) => {
    const isList = [schema?.type].flat().includes("array"), facts = [hintOf({...schema, description: description || schema?.description}), isList && "Several with commas between them.", example !== undefined && example !== null && "Such as " + exampleOf({example}) + "."];
    return field(name + (required ? " (required)" : ""), valueInput(values, name, changed, Array.isArray(schema?.enum) && !isList ? schema.enum : null), facts.filter(Boolean).join(" "));
  });
  return h("details", {open: named.length > 0 || more.length > 0}, h("summary", {}, name), h("div", {class: "stack tight"}, fields.length > 0 && h("div", {class: "fields"}, fields), pairs(what, more, changed)));
}

function bodyFields(operation, draft, changed) {
  return h("details", {open: Boolean(operation?.body) || Boolean(draft.body)}, h("summary", {}, "Body"), bodyEditor(operation?.body || {schema: null, example: null, required: false}, draft, changed));
}

// codePanel shows a request as code. A credential is in it only where that is asked for.
function codePanel(request) {
  let language = languages[0][0], element = null;
  const box = h("input", {type: "checkbox", onchange: () => refresh()}), text = h("pre", {tabIndex: 0, role: "region", "aria-label": "The call as code"});
  const make = async () => snippet(language, await portable(request(), box.checked));
  const refresh = async () => { if (element?.open) text.textContent = await make().catch(problem => problem.message); };
  const choice = tabs("Languages", languages.map(([name, title]) => [name, title, () => { language = name; refresh(); return text; }]));
  element = h("details", {ontoggle: () => refresh()}, h("summary", {}, "Copy as code"), h("div", {class: "stack tight"},
    choice, h("div", {class: "row"}, copier(make, "the call as code"), h("label", {class: "check"}, box, "with the credential"))));
  return {element, refresh};
}

// portable is a request for other places: with the secrets' variables, or with the secrets; a signature is made now.
async function portable({method, url, headers, body, mode, identity}, withCredential) {
  const isSigned = identity.kind === "iam", plain = withCredential ? headers.map(({name, value}) => ({name, value})) : headers;
  if (!isSigned) return {method, url, headers: plain, body, note: "", sign: ""};
  if (!withCredential) return {method, url, headers: plain, body, note: "", sign: state.desk.region};
  const signed = await ask("sign", {mode: mode.name, caller: identity.credential.caller, method, url, headers: Object.fromEntries(headers.map(({name, value}) => [name, value])), body: body || ""});
  return {method, url, headers: headersOf(plain, Object.entries(signed.headers).filter(([name]) => name.toLowerCase() !== "host").map(([name, value]) => ({name, value}))), body, note: "The signature is good for five minutes.", sign: ""};
}
