// WebSocket APIs: connecting as who calls, sending messages, and all that comes and goes.
import {ask} from "./api.js";
import {button, chip, copier, field, h, pretty, put, say, select} from "./dom.js";
import {modeNamed, on, set, state} from "./store.js";
import {hex, kindOf, sizeText} from "./answer.js";
import {bodyEditor} from "./body.js";
import {open} from "./identity.js";
import {isTaken, isToken, wants} from "./request.js";

const mostFrames = 200;

// addressOf is where a page connects to a mode.
export const addressOf = mode => (location.protocol === "https:" ? "wss://" : "ws://") + location.host + new URL(mode.url).pathname;

// whyNot says why a page cannot connect to a mode as an identity; "": it can try.
export function whyNot(mode, identity, protocol) {
  if (mode.fromPages === false) return mode.why || "A page cannot connect to " + mode.name + ".";
  if (identity.kind === "key" || identity.kind === "both") return "A page sends no header with a connection, and so no API key. portcullis ws does.";
  if (identity.kind === "token" && !protocol) return "A page sends no header with a connection, and this desk's authorizers take no token behind a subprotocol. portcullis ws sends headers.";
  if (identity.kind === "token" && !isToken(identity.credential.token)) return "Such a text cannot stand behind a subprotocol, and a page sends no header with a connection. portcullis ws does.";
  return "";
}

// dial opens a connection. A page sends no header: a token stands behind a subprotocol, which the API names in its answer, and a signature
// in the address.
export async function dial(mode, identity) {
  const why = whyNot(mode, identity, state.desk.protocol);
  if (why) throw new Error(why);
  let address = addressOf(mode);
  if (identity.kind === "iam") address = (await ask("sign", {mode: mode.name, caller: identity.credential.caller, method: "GET", url: address, headers: {}, body: ""})).url;
  const socket = new WebSocket(address, identity.kind === "token" ? [state.desk.protocol, identity.credential.token] : []);
  socket.binaryType = "arraybuffer";
  return socket;
}

const closings = {
  1000: "It was closed as it should be: by you, or because the credential has ended or was revoked.",
  1001: "The gateway closed it: nothing was sent for ten minutes, two hours are over, or it stops.",
  1002: "The protocol was broken.", 1003: "It carried what is not taken, such as binary frames.", 1005: "It was closed without a reason.",
  1006: "The connection broke: the desk or the network is gone.", 1007: "A text was no UTF-8.", 1008: "A rule was broken.", 1009: "A message was larger than API Gateway takes: 128 KB, and 32 KB a frame.",
  1011: "The server failed.", 1012: "The server starts again.",
};

// closingText is what the code of a close means (RFC 6455, section 7.4.1, and API Gateway's limits).
export const closingText = (code, reason) => "Closed with " + code + (reason ? " “" + reason + "”" : "") + ". " + (closings[code] || "");

// commandOf connects from a shell. Only what a shell takes as it stands is outside of quotes.
export function commandOf(command, mode, identity, message) {
  const quoted = text => "'" + text.replaceAll("'", "'\\''") + "'";
  const header = {token: ' --header "Authorization: Bearer $TOKEN"', key: ' --header "X-Api-Key: $KEY"', both: ' --header "Authorization: Bearer $TOKEN" --header "X-Api-Key: $KEY"'}[identity.kind] || "";
  return command + " ws " + quoted(mode.url) + header + (message ? " --send " + quoted(message) : "");
}

// socketPanel is the panel of WebSocket APIs. Its show brings it into view for a message of the contract, or takes it out where there is none; a
// connection stays open meanwhile.
export function socketPanel() {
  const drafts = new Map(), head = h("div", {class: "stack tight"}), modes = h("div", {class: "fields"}), note = h("div", {role: "status"}), editor = h("div"), told = h("p", {class: "small", role: "status"});
  const frames = h("div", {class: "frames", role: "log", "aria-label": "Frames", tabIndex: 0});
  const connector = button("Connect", () => connect(), {class: "primary"}), closer = button("Close", () => socket?.close(1000), {disabled: true});
  const sender = button("Send", () => sendDraft(), {disabled: true});
  let socket = null, message = null, refused = null;

  const add = (tone, kind, ...content) => {
    frames.append(h("div", {class: "frame", "data-tone": tone}, h("span", {class: "small muted"}, new Date().toLocaleTimeString()), chip(kind, tone), content));
    if (frames.childElementCount > mostFrames) frames.firstChild.remove();
    frames.scrollTop = frames.scrollHeight;
  };
  const frame = (tone, kind, data) => {
    const bytes = typeof data === "string" ? new TextEncoder().encode(data) : new Uint8Array(data), {kind: form, value} = kindOf("", bytes);
    add(tone, kind, h("span", {class: "small muted"}, sizeText(bytes.length)), form === "json" ? pretty(value) : h("pre", {tabIndex: 0}, form === "bytes" ? hex(bytes) : String(data)));
  };
  const ready = text => {
    const isOpen = socket?.readyState === WebSocket.OPEN;
    connector.disabled = socket !== null;
    closer.disabled = !isOpen;
    sender.disabled = !isOpen;
    told.textContent = text;
  };
  const connect = async () => {
    const mode = modeNamed(state.mode), {identity} = state;
    refused = null;
    socket = await dial(mode, identity);
    const mine = socket, started = Date.now();
    let opened = false;
    ready("Connecting to " + mode.name + " as " + identity.label + ".");
    mine.onopen = () => {
      opened = true;
      add("ok", "open", h("span", {}, mode.name + ", as " + identity.label + (mine.protocol ? ", by the subprotocol " + mine.protocol : "")));
      ready("Connected to " + mode.name + " as " + identity.label + ".");
      sender.focus();
    };
    mine.onmessage = event => frame("ok", "received", event.data);
    mine.onclose = ({code, reason}) => {
      socket = null;
      if (!opened) refused = {mode: mode.name, started};
      add(opened && code === 1000 ? "" : "bad", opened ? "closed" : "refused", h("span", {}, opened ? closingText(code, reason) : "A browser does not tell a page why; what the desk says of it follows."));
      ready(opened ? "Closed." : "Refused.");
      connector.focus();
      explain();
    };
  };
  // explain tells why a connection was refused, as soon as the desk has told it.
  const explain = () => {
    const call = refused && state.calls.findLast(call => !call.bench && call.mode === refused.mode && Date.parse(call.time) >= refused.started - 5000 && (call.trace.eventType === "CONNECT" || call.trace.route === "$connect"));
    if (!call) return;
    refused = null;
    add("bad", String(call.trace.status), h("span", {}, call.why, call.change ? " " + call.change : ""), " ", h("a", {href: "#/live?id=" + encodeURIComponent(call.trace.requestId)}, "Its way"));
  };
  const sendDraft = () => {
    const {body} = drafts.get(message.key);
    socket.send(body);
    frame("accent", "sent", body);
    say("Sent.");
  };
  const notes = () => {
    const mode = modeNamed(state.mode);
    if (!mode) return put(note);
    const why = whyNot(mode, state.identity, state.desk.protocol), callers = mode.takes.filter(kind => kind !== "usageKey");
    const text = why || (state.identity.kind === "none" && callers.length ? mode.name + " takes " + wants({takes: callers}) + ", and nobody is signed in." : callers.length && state.identity.kind !== "none" && !isTaken(state.identity.kind, callers) ? mode.name + " takes " + wants({takes: callers}) + "." : "");
    put(note, text && h("div", {class: "note"}, h("span", {}, text), button("Choose who calls", () => open(), {class: "small"})));
  };
  const refresh = () => {
    if (!message) return;
    put(modes, field("Mode", select(state.desk.modes.filter(mode => mode.gateway === "WEBSOCKET").map(mode => mode.name), state.mode, mode => set({mode}))), field("As", button(state.identity.label, () => open())));
    notes();
  };
  const show = shown => {
    message = shown;
    element.hidden = !message;
    if (!message) return;
    const isConnect = message.key === "$connect", {example, schema} = message;
    if (!drafts.has(message.key)) drafts.set(message.key, {body: isConnect ? "{}" : example === null || example === undefined ? "{}" : JSON.stringify(example, null, 2)});
    put(head, h("h2", {class: "address"}, chip("WebSocket", "accent"), h("span", {}, isConnect ? "Connect" : message.key)), h("p", {class: "small"}, message.who && "Who may: " + message.who + "."));
    put(editor, isConnect ? h("p", {class: "muted small"}, "What is connected sends messages: choose one from the list.") : bodyEditor({schema, example, required: false}, drafts.get(message.key), () => {}));
    sender.hidden = isConnect;
    refresh();
  };
  on("mode identity", refresh);
  on("calls", explain);
  const element = h("section", {class: "card stack", "aria-label": "WebSocket", hidden: true},
    head, modes, note, h("div", {class: "row"}, connector, closer, told), editor, h("div", {class: "row tight"}, sender, h("small", {}, "As a command:"), copier(() => commandOf(state.desk.command, modeNamed(state.mode), state.identity, message.key === "$connect" ? "" : drafts.get(message.key).body), "the command")),
    h("h3", {}, "Frames"), frames);
  return {element, show};
}
