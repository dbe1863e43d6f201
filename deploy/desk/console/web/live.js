// The last calls as they come, each with its way through the gateway, and beside them what the gateway keeps from call to call.
import {attempt, button, chip, copier, field, h, pretty, put, select} from "./dom.js";
import {Keeps} from "./keeps.js";
import {details, plural, soon} from "./parts.js";
import {on, state} from "./store.js";
import {isWanted, statusText, steps, toneOf} from "./way.js";

export const title = "Live";

// unfiltered lets every call be seen.
const unfiltered = {from: "all", mode: "", status: "", text: ""};

let view = null;

export function mount() {
  view = new Live();
  return view.element;
}

// show brings a call into view where the address has its request's id: #/live?id=ID, as a link has it or as people paste it from a log. That
// of an HTTP API is in base64, whose + a query means for a space, which no id has.
export function show(query) {
  view.keeps.refresh();
  const id = query.get("id")?.replaceAll(" ", "+");
  if (id) view.reveal(id);
}

class Live {
  constructor() {
    this.items = new Map(); // by the calls, their elements
    this.cleared = new WeakSet(); // calls
    this.filters = {...unfiltered, from: ""};
    this.keeps = new Keeps();
    this.list = h("ol", {class: "calls", "aria-label": "Calls, the newest first"});
    this.told = h("p", {class: "small muted", role: "status"});
    this.pause = button("Pause", () => this.toggle(), {"aria-pressed": "false"});
    this.mode = select([], "", mode => this.want({mode}));
    const calls = h("div", {class: "stack tight"}, this.controls(), this.told, this.list);
    this.element = h("div", {class: "beside"}, calls, this.keeps.element);
    on("calls", soon(() => this.update(), 50));
    on("desk", () => this.modes());
    this.modes();
    this.update();
  }

  controls() {
    this.status = select([["", "All"], ["2", "2xx"], ["4", "4xx"], ["401", "401"], ["403", "403"], ["429", "429"], ["5", "5xx"]], "", status => this.want({status}));
    this.text = h("input", {type: "search", placeholder: "path, reason, id", oninput: () => this.want({text: this.text.value.trim()})});
    this.from = select([["", "Clients"], ["bench", "The workbench"], ["all", "All"]], "", from => this.want({from}));
    return h("div", {class: "row filters"}, field("Calls of", this.from), field("Mode", this.mode), field("Status", this.status), field("Find", this.text),
      h("div", {class: "row tight end"}, this.pause, button("Clear", () => this.clear())));
  }

  modes() {
    put(this.mode, h("option", {value: ""}, "All"), state.desk.modes.map(({name}) => h("option", {value: name, selected: name === this.filters.mode}, name)));
  }

  want(changes) {
    Object.assign(this.filters, changes);
    this.update();
  }

  get paused() { return this.pause.getAttribute("aria-pressed") === "true"; }

  toggle() {
    this.pause.setAttribute("aria-pressed", String(!this.paused));
    this.update();
  }

  clear() {
    for (const call of state.calls) this.cleared.add(call);
    this.update();
  }

  // update has the list hold what is kept and wanted. The elements of calls that were there stay, with what is open in them.
  update() {
    const kept = state.calls.filter(call => !this.cleared.has(call));
    const come = kept.filter(call => !this.items.has(call));
    if (!this.paused) {
      for (const call of come) this.items.set(call, this.item(call));
      this.list.prepend(...come.map(call => this.items.get(call)).reverse());
    }
    for (const [call, item] of this.items) {
      if (this.cleared.has(call) || !this.paused && !state.calls.includes(call)) {
        item.remove();
        this.items.delete(call);
      } else item.hidden = !isWanted(call, this.filters);
    }
    if (this.awaited) this.open();
    this.tell(come.length);
    this.keeps.soon();
  }

  tell(come) {
    const all = this.items.size, shown = [...this.items.values()].filter(item => !item.hidden).length;
    const text = this.awaited ? "The call " + this.awaited + " is not among the last ones that are kept." : all === 0 ? "No calls yet: what anyone calls here shows as it comes, from whatever client." : shown === all ? "" : shown + " of " + plural(all, "call") + " shown.";
    const waiting = this.paused ? " Paused" + (come ? ": more have come." : ".") : "";
    if (this.told.textContent !== text + waiting) this.told.textContent = text + waiting; // that it is paused is told once, not with each call
  }

  item(call) {
    const {mode, time, trace, why, bench} = call;
    const item = details([
      h("span", {class: "mono muted when"}, new Date(time).toLocaleTimeString()), " ",
      h("span", {class: "what"}, h("span", {class: "method"}, trace.eventType || trace.method), " ", h("code", {}, trace.path || trace.route)), " ",
      chip(statusText(trace.status), toneOf(trace.status)), " ",
      h("span", {class: "muted small"}, mode || "no mode"), " ", h("span", {class: "muted small"}, milliseconds(trace.milliseconds)), " ",
      trace.authorizer?.cached ? chip("cached", "accent") : null, trace.authorizer?.cached ? " " : null, bench ? [chip("workbench"), " "] : null,
      h("span", {class: "why small"}, why || trace.reason || ""),
    ], () => way(call));
    return h("li", {}, item);
  }

  // reveal takes away what may keep a call from being seen, and opens it as soon as it is there.
  reveal(id) {
    this.mode.value = this.status.value = this.text.value = "";
    this.from.value = unfiltered.from;
    this.filters = {...unfiltered};
    this.pause.setAttribute("aria-pressed", "false");
    this.awaited = id;
    this.update();
  }

  // open shows the way of the call that is awaited, if it is there.
  open() {
    const item = [...this.items].find(([{trace}]) => trace.requestId === this.awaited)?.[1];
    if (!item) return;
    this.awaited = "";
    item.firstChild.open = true;
    setTimeout(() => { // after the view's title, which has the focus when a view comes into view
      item.scrollIntoView({block: "start"});
      item.querySelector("summary").focus();
    });
  }
}

const milliseconds = n => n === undefined ? "" : (n < 10 ? n.toFixed(1) : Math.round(n)) + " ms";

// way is what a call came through, and what would change how it ended.
function way({trace, why, change}) {
  return h("div", {class: "stack way"},
    why && h("p", {class: "said", "data-tone": toneOf(trace.status)}, why),
    change && h("p", {}, h("strong", {}, "What would change it: "), change),
    h("ol", {class: "steps"}, steps(trace).map(step => h("li", {"data-tone": step.tone}, h("div", {class: "stack tight"},
      h("p", {}, h("strong", {}, step.name), step.tone === "bad" ? [" ", chip("stopped here", "bad")] : null, " ", step.text, step.milliseconds !== undefined && h("small", {}, " ", milliseconds(step.milliseconds))),
      step.data.map(([name, value]) => typeof value === "object" ? details(name, () => pretty(value)) : h("p", {class: "small"}, name + ": ", h("code", {}, String(value)))))))),
    h("p", {class: "row tight small muted"}, "Request ", h("code", {}, trace.requestId), copier(() => trace.requestId, "the request's id", "Copy id"),
      copier(() => JSON.stringify(trace, null, 2), "the whole trace", "Copy trace")));
}
