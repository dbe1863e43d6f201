// A call before it is sent: its address, its headers, and what is to be said of it. Nothing here touches the page.

// pathOf is a route's path with values for its parameters. A greedy parameter, {proxy+}, keeps its slashes.
export function pathOf(template, values) {
  return template.replace(/\{([^{}+]+)(\+?)\}/g, (_, name, greedy) => {
    const value = values[name] ?? "";
    return greedy ? value.split("/").map(encodeURIComponent).join("/") : encodeURIComponent(value);
  });
}

// parametersOf are the names of a route's path parameters, in order.
export const parametersOf = template => [...template.matchAll(/\{([^{}+]+)\+?\}/g)].map(match => match[1]);

// queryOf is a query string of [name, value] pairs, with its question mark; "" where there are none.
export function queryOf(pairs) {
  const text = pairs.map(([name, value]) => encodeURIComponent(name) + "=" + encodeURIComponent(value)).join("&");
  return text && "?" + text;
}

// addressOf is where a page sends the request for a path of a mode: to its own origin, below the mode's stage. Only what comes of resolving
// it can be sent. What no address can hold, such as spaces and letters of other scripts, is encoded.
export function addressOf(mode, path, origin) {
  const stage = new URL(mode.url).pathname.replace(/\/$/, "");
  return origin + stage + (path.startsWith("/") ? path : "/" + path).toWellFormed().replace(/[^\x21-\x7e]+/g, encodeURIComponent);
}

// resolved is what a browser makes of an address: it takes dot segments out, and turns backslashes.
export function resolved(address) {
  const {origin, pathname, search} = new URL(address);
  return origin + pathname + search;
}

// credentialOf are the headers that an identity's credential adds to a request, each {name, value, before, variable}: the value is before and
// the secret, for which a snippet may name a variable. A signature is made by the desk, and not here.
export function credentialOf(identity, usageKey) {
  const {kind, token, key} = identity.credential, headers = [];
  if (kind === "token" || kind === "both") headers.push({name: "Authorization", value: "Bearer " + token, before: "Bearer ", variable: "TOKEN"});
  if (kind === "key" || kind === "both") headers.push({name: "X-Api-Key", value: key, before: "", variable: "KEY"});
  if (usageKey && !key) headers.push({name: "X-Api-Key", value: usageKey, before: "", variable: "USAGE_KEY"});
  return headers;
}

// headersOf are a request's headers: what people typed, and the credential's, but for those that they typed themselves.
export function headersOf(typed, credential) {
  const own = new Set(typed.map(({name}) => name.toLowerCase()));
  return [...credential.filter(({name}) => !own.has(name.toLowerCase())), ...typed];
}

const kinds = {token: "a token", key: "an API key", both: "a token and an API key", usageKey: "a key of its usage plan", iam: "a signature"};

// wants says what a mode takes, in words.
export const wants = mode => mode.takes.map(kind => kinds[kind] || kind).join(", or ");

// remarks are what is to be said of a call before it is sent, each {text, fix}, where fix names what would help: "identity", "usageKey",
// "refresh", or "". A call with remarks can be sent all the same.
export function remarks({mode, operation, identity, usageKey, method, body, headers, path, now}) {
  return [
    ...ofCredential(mode, operation, identity, usageKey, now),
    operation && !operation.modes.includes(mode.name) && {text: mode.name + " does not serve this operation: expect a 403 or 404.", fix: ""},
    ["GET", "HEAD"].includes(method.toUpperCase()) && body && {text: "A browser sends no body with " + method + "; curl does.", fix: ""},
    forbiddenMethods.has(method.toUpperCase()) && {text: "A browser does not send " + method + "; curl does.", fix: ""},
    ...headers.filter(({name}) => forbidden(name)).map(({name}) => ({text: "A browser sends no header " + name + " that a page sets; curl does.", fix: ""})),
    ...headers.filter(({name}) => name && !isToken(name)).map(({name}) => ({text: JSON.stringify(name) + " is no name of a header; such a request is not sent.", fix: ""})),
    path.includes("#") && {text: "What follows # is not sent.", fix: ""},
  ].filter(Boolean);
}

// isTaken tells whether a kind of credential is among those that a mode takes: who brings both brings each.
export const isTaken = (kind, taken) => taken.includes(kind) || kind === "both" && (taken.includes("token") || taken.includes("key"));

function ofCredential(mode, operation, identity, usageKey, now) {
  const {kind} = identity.credential, all = [], callers = mode.takes.filter(taken => taken !== "usageKey");
  if (!operation?.public) {
    if (callers.length && kind === "none") all.push({text: mode.name + " takes " + wants({takes: callers}) + ", and nobody is signed in.", fix: "identity"});
    if (callers.length && kind !== "none" && !isTaken(kind, callers)) all.push({text: mode.name + " takes " + wants({takes: callers}) + ", not " + kinds[kind] + ".", fix: "identity"});
    if (mode.takes.includes("usageKey") && !usageKey && !(identity.credential.key && !callers.includes("key"))) all.push({text: mode.name + (callers.length ? " also" : "") + " wants a key of its usage plan.", fix: "usageKey"});
  }
  if (kind === "iam" && mode.takes.includes("iam") && !mode.callers?.some(caller => caller.id === identity.credential.caller)) all.push({text: mode.name + " does not know " + identity.label + ".", fix: "identity"});
  if (identity.until && identity.until <= now) all.push({text: "What " + identity.label + " calls with has ended.", fix: identity.refreshToken ? "refresh" : "identity"});
  return all;
}

// What the Fetch standard forbids pages to send (https://fetch.spec.whatwg.org/#forbidden-request-header).
const forbiddenMethods = new Set(["CONNECT", "TRACE", "TRACK"]);
const forbiddenNames = new Set(["accept-charset", "accept-encoding", "access-control-request-headers", "access-control-request-method", "connection",
  "content-length", "cookie", "cookie2", "date", "dnt", "expect", "host", "keep-alive", "origin", "referer", "set-cookie", "te", "trailer",
  "transfer-encoding", "upgrade", "via"]);
const forbidden = name => forbiddenNames.has(name.toLowerCase()) || /^(proxy|sec)-/i.test(name);

// isToken tells whether a text may be a method or a header's name (RFC 9110, section 5.6.2).
export const isToken = text => /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(text);
