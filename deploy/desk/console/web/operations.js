// The list of what can be called: operations by their tags or first segments, and messages of WebSocket APIs. It is one list box: arrow keys
// and typed letters move in it, Enter chooses.
import {field, h, put} from "./dom.js";
import {state} from "./store.js";

// own stands for a method and a path of one's own.
export const own = "";

const tones = {GET: "ok", DELETE: "bad", PUT: "warn", PATCH: "warn"};

// operationList makes the list; choose is called with an operation's key. It has fill, for when the desk serves something else, and mark, which
// shows what is chosen.
export function operationList(choose) {
  const filter = h("input", {type: "search", autocomplete: "off", spellcheck: "false", oninput: () => sift(), onkeydown: event => {
    if (event.key !== "ArrowDown") return;
    event.preventDefault();
    shown()[0]?.focus();
  }});
  const list = h("div", {role: "listbox", class: "operations", "aria-label": "Operations", onkeydown: event => move(event)});
  const count = h("small", {role: "status"});
  const slash = h("input", {type: "checkbox", checked: true});
  let options = [];

  const shown = () => options.filter(option => !option.hidden);
  const sift = () => {
    const words = filter.value.toLowerCase().split(/\s+/).filter(Boolean);
    for (const option of options) option.hidden = !words.every(word => option.dataset.text.includes(word));
    for (const group of list.children) group.hidden = ![...group.children].some(child => child.matches("[role=option]:not([hidden])"));
    const there = shown();
    count.textContent = words.length ? there.length + " of " + options.length : "";
    stop(there.find(option => option.tabIndex === 0) || there[0]);
  };
  // stop has one option in the order of the Tab key.
  const stop = one => options.forEach(option => { option.tabIndex = option === one ? 0 : -1; });
  const go = option => {
    if (!option) return;
    stop(option);
    option.focus();
  };
  let typed = "", quiet = 0;
  const move = event => {
    const there = shown(), at = there.indexOf(event.target), page = 10;
    const to = {ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: there.length - 1, PageDown: at + page, PageUp: at - page}[event.key];
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (to !== undefined) go(there[Math.max(0, Math.min(there.length - 1, to))]);
    else if (event.key === "Enter" || event.key === " ") event.target.click();
    else if (event.key.length === 1 && event.key !== "/") {
      clearTimeout(quiet);
      quiet = setTimeout(() => { typed = ""; }, 800);
      typed += event.key.toLowerCase();
      go([...there.slice(at + (typed.length === 1 ? 1 : 0)), ...there].find(option => option.dataset.start.includes(" " + typed) || option.dataset.start.includes("/" + typed)));
    } else return;
    event.preventDefault();
  };
  const fill = () => {
    put(list, groupsOf(state.desk).map(([name, entries], i) => h("div", {role: "group", "aria-labelledby": "operations-" + i},
      h("div", {id: "operations-" + i, role: "presentation"}, name), entries.map(entry => option(entry, choose)))));
    options = [...list.querySelectorAll("[role=option]")];
    sift();
    mark(state.operation);
  };
  const mark = key => {
    for (const option of options) option.setAttribute("aria-selected", String(option.dataset.key === key));
    const chosen = options.find(option => option.dataset.key === key && !option.hidden);
    if (chosen) stop(chosen);
  };
  addEventListener("keydown", event => {
    if (event.key !== "/" || !slash.checked || event.ctrlKey || event.metaKey || event.altKey || !list.checkVisibility() || document.querySelector("dialog:modal")) return;
    if (event.target.closest?.("input, textarea, select, [contenteditable]")) return;
    event.preventDefault();
    filter.focus();
  });
  fill();
  const element = h("div", {class: "card stack tight"}, field("Find an operation", filter), h("div", {class: "row apart"}, h("label", {class: "check small"}, slash, "/ jumps here"), count), list);
  return {element, fill, mark};
}

function option({key, method, path, text, note, open}, choose) {
  return h("div", {
    role: "option", class: "operation", tabIndex: -1, "data-key": key, "data-text": [key, text, note].join(" ").toLowerCase(), "data-start": (" " + method + " " + path).toLowerCase(),
    "aria-selected": "false", onclick: () => choose(key), title: note || null,
  },
  h("span", {class: "verb", "data-tone": tones[method]}, method), h("span", {}, path || text),
  key === own ? null : open ? h("span", {class: "small"}, "public") : h("img", {src: "/_console/web/lock.svg", alt: "needs a credential", width: 14, height: 14}),
  path && text && h("small", {}, text));
}

// groupsOf are [name, entries] of a desk.
function groupsOf({operations, messages = []}) {
  const groups = new Map();
  for (const {key, method, path, id, summary, tags, public: open, who} of operations) {
    const name = tags?.[0] || "/" + (path.split("/")[1] || "");
    groups.set(name, [...groups.get(name) || [], {key, method, path, text: summary || id || "", note: who, open}]);
  }
  const sent = messages.map(({key, who, public: open}) => ({key, method: key === "$connect" ? "OPEN" : "SEND", path: key, text: "", note: who, open}));
  return [...groups, ...sent.length ? [["WebSocket", sent]] : [], ["Anything else", [{key: own, method: "ANY", path: "", text: "A method and a path of your own", note: "also nonsense", open: true}]]];
}
