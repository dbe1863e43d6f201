// What the views make elements with. Everything that comes from outside goes into text nodes and attributes, never into markup.

// h makes an element. Properties that begin with "on" are listeners, "class" and those with a hyphen attributes, true is an empty attribute,
// and null or false leaves one out. Children are nodes, texts, lists of them, or null.
export function h(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (attributes.has(name) || name.includes("-")) element.setAttribute(name, value === true ? "" : value);
    else element[name] = value;
  }
  element.append(...flat(children));
  return element;
}

const attributes = new Set(["class", "for", "form", "list", "role", "spellcheck"]);

// put has an element hold these children and no others.
export function put(element, ...children) {
  element.replaceChildren(...flat(children));
  return element;
}

const flat = children => children.flat(Infinity).filter(child => child !== null && child !== undefined && child !== false);

let lastID = 0;

// field is an input, or another control, with its label. A hint is said of it too.
export function field(label, control, hint) {
  control.id ||= "field-" + ++lastID;
  const described = hint && h("small", {id: control.id + "-hint"}, hint);
  if (described) control.setAttribute("aria-describedby", described.id);
  return h("div", {class: "field"}, h("label", {for: control.id}, label), control, described);
}

// select is a choice among [value, text] pairs, or texts.
export function select(options, chosen, onchange) {
  const element = h("select", {onchange: () => onchange?.(element.value)},
    options.map(option => {
      const [value, text] = Array.isArray(option) ? option : [option, option];
      return h("option", {value, selected: value === chosen}, text);
    }));
  return element;
}

// button is one that does something, and says what keeps it from being done.
export function button(text, action, properties = {}) {
  return h("button", {type: "button", onclick: event => attempt(() => action(event)), ...properties}, text);
}

// attempt does something, and tells the status line what keeps it from being done.
export async function attempt(action) {
  try {
    return await action();
  } catch (problem) {
    say(problem.message || String(problem), "bad");
  }
}

let quiet = 0;

// say tells people in the status line, which screen readers read out. What is behind a dialog is neither seen nor read.
export function say(text, tone = "") {
  const status = document.getElementById("status"), place = document.querySelector("dialog:modal") || document.body;
  if (status.parentElement !== place) place.append(status);
  status.textContent = text;
  status.dataset.tone = tone;
  status.classList.add("shown");
  clearTimeout(quiet);
  quiet = setTimeout(() => status.classList.remove("shown"), 6000);
}

// chip is a short word that stands out: ok, bad, warn, or none of these.
export const chip = (text, tone = "") => h("span", {class: "chip", "data-tone": tone}, text);

// secret is a text that is shown on demand, and can be copied as it is.
export function secret(text, name) {
  const shown = h("code", {class: "secret"}, dots);
  const toggle = h("button", {type: "button", class: "quiet small", "aria-pressed": "false", "aria-label": "Show " + name, onclick: () => {
    const show = toggle.getAttribute("aria-pressed") === "false";
    toggle.setAttribute("aria-pressed", String(show));
    toggle.textContent = show ? "Hide" : "Show";
    toggle.setAttribute("aria-label", (show ? "Hide " : "Show ") + name);
    shown.textContent = show ? text : dots;
  }}, "Show");
  return h("span", {class: "row tight"}, shown, toggle, copier(() => text, name));
}

const dots = "••••••••••••";

// copier is a button that puts a text on the clipboard. Its label is Copy, or says by itself what, where several stand together.
export function copier(text, name, label) {
  return button(label || "Copy", async () => {
    if (!navigator.clipboard) throw new Error("A browser copies only for pages over https, or of this machine. Select the text, and copy it by hand.");
    await navigator.clipboard.writeText(await text());
    say("Copied " + name + ".", "ok");
  }, {class: "quiet small", "aria-label": label ? null : "Copy " + name});
}

// pretty is a JSON value, or a text that may be one, as lines with its kinds of values told apart. The value lit, which is an object or a list
// in it, stands out.
export function pretty(value, lit) {
  if (typeof value === "string") {
    try { value = JSON.parse(value); } catch { return h("pre", {tabIndex: 0}, value); }
  }
  return h("pre", {class: "json", tabIndex: 0}, lines(value, "", lit));
}

function lines(value, indent, lit) {
  if (lit && value === lit) return h("mark", {}, lines(value, indent));
  if (value === null || typeof value !== "object") return h("span", {class: "json-" + (value === null ? "null" : typeof value)}, JSON.stringify(value));
  const isList = Array.isArray(value), entries = Object.entries(value), [open, close] = isList ? "[]" : "{}";
  if (entries.length === 0) return open + close;
  const inner = indent + "  ";
  return [open, "\n", entries.map(([name, item], i) => [
    inner, isList ? null : [h("span", {class: "json-name"}, JSON.stringify(name)), ": "], lines(item, inner, lit), i < entries.length - 1 ? "," : null, "\n",
  ]), indent, close];
}

// table has a head of texts, and rows of cells, each a node, a text or a list; the first cell of a row heads it.
export function table(caption, head, rows) {
  return h("div", {class: "scroll", tabIndex: 0, role: "region", "aria-label": caption},
    h("table", {}, h("caption", {class: "unseen"}, caption),
      h("thead", {}, h("tr", {}, head.map(text => h("th", {scope: "col"}, text)))),
      h("tbody", {}, rows.map(cells => h("tr", {}, cells.map((cell, i) => i === 0 ? h("th", {scope: "row"}, cell) : h("td", {}, cell)))))));
}

// until is the time left to a moment in milliseconds since 1970, in words; what has passed is "ended … ago".
export function until(moment, now = Date.now()) {
  const seconds = Math.round(Math.abs(moment - now) / 1000);
  const text = seconds < 90 ? seconds + " s" : seconds < 5400 ? Math.round(seconds / 60) + " min" : seconds < 172800 ? Math.round(seconds / 3600) + " h" : Math.round(seconds / 86400) + " days";
  return moment < now ? "ended " + text + " ago" : text + " left";
}
