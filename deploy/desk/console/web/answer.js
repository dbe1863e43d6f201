// An answer as people read it: its status in words, its headers, and its body as what it is.
import {button, chip, copier, h, pretty, put, table} from "./dom.js";
import {state} from "./store.js";

// An answer is {at, ms, request: {method, path, mode, as}, status, headers: [[name, value]], body: bytes}, or has a problem in the place of a
// status. One that is a redirect hides itself from pages.

const names = {
  200: "OK", 201: "Created", 202: "Accepted", 204: "No Content", 206: "Partial Content", 301: "Moved Permanently", 302: "Found", 303: "See Other", 304: "Not Modified", 307: "Temporary Redirect",
  308: "Permanent Redirect", 400: "Bad Request", 401: "Unauthorized", 403: "Forbidden", 404: "Not Found", 405: "Method Not Allowed", 406: "Not Acceptable", 408: "Request Timeout", 409: "Conflict",
  410: "Gone", 412: "Precondition Failed", 413: "Content Too Large", 415: "Unsupported Media Type", 422: "Unprocessable Content", 428: "Precondition Required", 429: "Too Many Requests",
  500: "Internal Server Error", 501: "Not Implemented", 502: "Bad Gateway", 503: "Service Unavailable", 504: "Gateway Timeout",
};

// statusText is a status with its name (RFC 9110, section 15).
export const statusText = status => status + (names[status] ? " " + names[status] : "");

// toneOf is how a status looks.
export const toneOf = status => status >= 500 || !status ? "bad" : status >= 400 ? "warn" : status >= 300 ? "accent" : "ok";

// sizeText is a number of bytes for people.
export const sizeText = bytes => bytes < 1000 ? bytes + (bytes === 1 ? " byte" : " bytes") : bytes < 1e6 ? (bytes / 1000).toFixed(1) + " kB" : (bytes / 1e6).toFixed(1) + " MB";

// timeText is a time in milliseconds for people.
export const timeText = ms => ms < 10 ? ms.toFixed(1) + " ms" : ms < 10_000 ? Math.round(ms) + " ms" : (ms / 1000).toFixed(1) + " s";

const mostShown = 512 * 1024; // bytes of a body, and of JSON that is told apart by colours

// kindOf is what a body is: "nothing", "json", "image", "text" or "bytes"; its text where it has one.
export function kindOf(type, bytes) {
  const media = type.split(";")[0].trim().toLowerCase();
  if (bytes.length === 0) return {kind: "nothing"};
  if (/^image\/(?!svg)/.test(media)) return {kind: "image"};
  let text;
  try { text = new TextDecoder("utf-8", {fatal: true}).decode(bytes); } catch { return {kind: "bytes"}; }
  if (/[\x00-\x08\x0e-\x1a\x1c-\x1f]/.test(text)) return {kind: "bytes"};
  try { return {kind: "json", text, value: JSON.parse(text)}; } catch { return {kind: "text", text}; }
}

// hex are bytes as hexdump -C writes them.
export function hex(bytes) {
  const lines = [];
  for (let at = 0; at < bytes.length; at += 16) {
    const row = [...bytes.subarray(at, at + 16)];
    lines.push(at.toString(16).padStart(8, "0") + "  " + row.map(byte => byte.toString(16).padStart(2, "0")).join(" ").padEnd(47) + "  " + row.map(byte => byte > 31 && byte < 127 ? String.fromCharCode(byte) : ".").join(""));
  }
  return lines.join("\n");
}

// headerOf is an answer's header; "": it has none.
export const headerOf = (answer, name) => answer.headers.find(([other]) => other.toLowerCase() === name)?.[1] || "";

// traceOf is the way that the request of an answer took, as the desk tells it in a header; null: it does not.
export function traceOf(answer) {
  try { return JSON.parse(headerOf(answer, "x-portcullis-trace")); } catch { return null; }
}

// lineOf is an answer in a line.
export const lineOf = answer => answer.problem || statusText(answer.status) + ", " + timeText(answer.ms) + ", " + sizeText(answer.body.length);

// answerView shows an answer.
export function answerView(answer) {
  const {request, status, problem} = answer;
  const from = h("small", {}, request.method + " " + request.path + " in " + request.mode + ", as " + request.as);
  if (problem) return h("div", {class: "stack tight"}, h("p", {class: "said", "data-tone": "bad"}, problem), from);
  const trace = traceOf(answer), type = headerOf(answer, "content-type");
  const rest = answer.headers.filter(([name]) => name.toLowerCase() !== "x-portcullis-trace");
  return h("div", {class: "stack tight"},
    h("div", {class: "row"}, h("span", {class: "chip status", "data-tone": toneOf(status)}, statusText(status)), h("span", {}, timeText(answer.ms)), h("span", {}, sizeText(answer.body.length)), type && h("span", {class: "muted"}, type)),
    from, whyOf(answer, trace), bodyView(answer, type),
    h("details", {}, h("summary", {}, "Headers (" + rest.length + ")"), table("Headers of the answer", ["Name", "Value"], rest.map(([name, value]) => [name, h("code", {}, value)]))));
}

// whyOf says why the gateway answered so, as soon as the desk has told it, and links to the way that the request took.
function whyOf({status}, trace) {
  if (!trace) return null;
  const call = state.calls.find(call => call.trace.requestId === trace.requestId), why = call?.why || trace.reason;
  return h("div", {class: "stack tight"},
    status >= 400 && why && h("p", {class: "said", "data-tone": toneOf(status)}, why, call?.change && [h("br"), h("span", {class: "muted"}, call.change)]),
    h("p", {class: "small"}, h("a", {href: "#/live?id=" + encodeURIComponent(trace.requestId)}, "Its way through the gateway"), " took ", timeText(trace.milliseconds), trace.authorizer?.cached ? ", with a cached policy" : "", "."));
}

function bodyView({body}, type) {
  const {kind, text, value} = kindOf(type, body);
  switch (kind) {
  case "nothing": return h("p", {class: "muted"}, "The answer has no body.");
  case "image": return picture(body, type);
  case "bytes": return [h("pre", {tabIndex: 0, "aria-label": "Body, in hexadecimal"}, hex(body.subarray(0, 4096))), body.length > 4096 && h("small", {}, "The first 4096 bytes of " + body.length + ".")];
  }
  const plain = h("pre", {tabIndex: 0}, text.slice(0, mostShown)), formatted = kind === "json" && body.length <= mostShown && pretty(value);
  for (const shown of [plain, formatted || plain]) {
    shown.setAttribute("role", "region");
    shown.setAttribute("aria-label", "Body of the answer");
  }
  const holder = h("div", {}, formatted && !isLossy(text) ? formatted : plain);
  const raw = formatted && button("As it came", () => {
    const on = raw.getAttribute("aria-pressed") === "false";
    raw.setAttribute("aria-pressed", String(on));
    put(holder, on ? plain : formatted);
  }, {class: "quiet small", "aria-pressed": String(holder.firstChild === plain)});
  return [holder, h("div", {class: "row tight"}, copier(() => text, "the body"), raw, body.length > mostShown && h("small", {}, "It is cut after " + sizeText(mostShown) + ".")), kind === "text" && /json/.test(type) && h("p", {class: "wrong small"}, "It says that it is JSON, and is none.")];
}

// isLossy tells whether a JSON text has a number that JavaScript would round.
export const isLossy = text => /\d{16}/.test(text.replace(/"(?:[^"\\]|\\.)*"/g, '""'));

// picture draws an image, of which no address is made: the page's policy loads none but the desk's.
function picture(body, type) {
  const canvas = h("canvas", {class: "picture", width: 1, height: 1, role: "img", "aria-label": "The image that came"}), said = h("small");
  createImageBitmap(new Blob([body], {type})).then(image => {
    Object.assign(canvas, {width: image.width, height: image.height});
    canvas.getContext("2d").drawImage(image, 0, 0);
    said.textContent = image.width + " × " + image.height;
  }, () => put(said, "It says that it is an image, and is none that can be drawn."));
  return [canvas, said];
}

// pastView lists answers, the last one first; show is called with one that is chosen.
export function pastView(answers, current, show) {
  return h("ol", {class: "past", "aria-label": "The last answers", role: "list"}, answers.toReversed().map(answer => h("li", {}, h("button", {type: "button", "aria-current": answer === current ? "true" : null, onclick: () => show(answer)},
    h("span", {class: "small muted"}, new Date(answer.at).toLocaleTimeString()), chip(answer.problem ? "none" : String(answer.status), toneOf(answer.status)),
    h("span", {}, answer.request.method + " " + answer.request.path), h("span", {class: "small muted"}, answer.request.mode + ", " + answer.request.as)))));
}
