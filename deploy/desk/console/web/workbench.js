// The workbench of bad tokens: every way to break the caller's token, and what comes of each at the desk's own gateway.
import {ask, askLines} from "./api.js";
import {button, chip, copier, field, h, put, select} from "./dom.js";
import {caller, chosenMode, credential, failure, fresh, latest, modeChoice, plural} from "./parts.js";
import {fill} from "./paths.js";
import {on, operationNamed, state} from "./store.js";
import {isWanted, summary, tones, verdictOf} from "./verdicts.js";
import {statusText, toneOf} from "./way.js";

export const title = "Workbench";

let view = null;

export function mount() {
  view = new Workbench();
  return view.element;
}

export const show = () => view.show();

// takes tells whether a mode can be tried with tokens.
const takes = mode => mode.takes.includes("token");

// connect is what is tried of a WebSocket API: nothing has a token that comes after.
const connect = "$connect";

class Workbench {
  constructor() {
    this.results = new Map(); // by the kinds' names
    this.filters = {part: "", verdict: "", text: ""};
    this.element = h("div", {class: "stack"}, h("p", {class: "empty"}, "Asking the desk."));
    this.asked = latest();
    this.show = fresh(this.element, "desk identity", () => this.load());
    on("mode operation path", () => this.operations?.isConnected && this.offer());
  }

  async load() {
    this.running?.abort();
    try {
      const answer = await this.asked(signal => ask("broken", undefined, signal));
      if (!answer) return;
      const hindered = !answer.available ? answer.why : !chosenMode(takes) ? "No mode that the desk serves takes tokens." : credential().kind !== "token" ? "Sign in with a token first, by the button at the top: the broken tokens are made of its claims." : "";
      this.kinds = answer.kinds || [];
      this.results.clear();
      this.fill(hindered);
    } catch (problem) {
      put(this.element, failure(problem, () => this.load()));
    }
  }

  fill(hindered) {
    this.all = button("Try all " + this.kinds.length, () => this.run([]), {class: "primary", disabled: !!hindered});
    this.cancel = button("Cancel", () => this.running?.abort(), {hidden: true});
    this.progress = h("progress", {max: this.kinds.length || 1, value: 0, hidden: true, "aria-label": "Kinds tried"});
    this.accepted = h("div", {role: "alert"});
    this.summary = h("p", {class: "small", role: "status"});
    this.count = h("p", {class: "small muted"});
    this.rows = new Map(this.kinds.map(kind => [kind.name, h("tr", {})]));
    for (const kind of this.kinds) this.draw(kind, hindered);
    put(this.element, hindered ? h("p", {class: "said", "data-tone": "warn"}, hindered) : h("p", {}, "The claims of " + caller() + ", broken one way at a time, and called with. A verifier refuses each of them."),
      this.target(), h("div", {class: "row"}, this.all, this.cancel, this.progress), this.accepted, this.summary, this.choice(), this.table(), this.count);
    this.filter();
  }

  // target is what is called with the tokens.
  target() {
    this.operations = h("select", {onchange: () => this.aim()});
    this.path = h("input", {class: "mono", spellcheck: "false", autocomplete: "off"});
    this.pathField = field("Path, as it is sent", this.path);
    this.offer();
    return h("div", {class: "row"}, field("Mode", modeChoice(takes)), field("Operation", this.operations), this.pathField);
  }

  // offer has the operations be those of the mode, without the ones that are open to everyone.
  offer() {
    const mode = chosenMode(takes), chosen = this.operations.value, isSocket = mode?.gateway === "WEBSOCKET";
    const fitting = isSocket ? [connect] : state.desk.operations.filter(one => !one.public && one.modes.includes(mode?.name)).map(({key}) => key);
    const first = [state.operation, chosen].find(key => fitting.includes(key));
    put(this.operations, fitting.map(key => h("option", {value: key, selected: key === first}, key)));
    this.pathField.hidden = isSocket;
    this.aim();
  }

  aim() {
    const operation = operationNamed(this.operations.value);
    this.path.value = !operation ? "" : operation.key === state.operation && state.path ? state.path : fill(operation);
  }

  choice() {
    const parts = [...new Set(this.kinds.map(kind => kind.part))];
    const want = changes => { Object.assign(this.filters, changes); this.filter(); };
    return h("div", {class: "row filters"},
      field("Part", select([["", "All parts"], ...parts], this.filters.part, part => want({part}))),
      field("Verdict", select([["", "All verdicts"], "refused", "accepted", "unknown", "not tried"], this.filters.verdict, verdict => want({verdict}))),
      field("Find", h("input", {type: "search", value: this.filters.text, placeholder: "name, reason, code", oninput: event => want({text: event.target.value.trim()})})));
  }

  table() {
    return h("div", {class: "scroll bench", role: "region", "aria-label": "Broken tokens", tabIndex: 0}, h("table", {}, h("caption", {class: "unseen"}, "Broken tokens and what came of them"),
      h("thead", {}, h("tr", {}, ["Kind", "Part", "What is wrong", "Verdict", "Gateway", "Code", "Do"].map(text => h("th", {scope: "col"}, text)))),
      h("tbody", {}, [...this.rows.values()])));
  }

  // draw writes the row of a kind.
  draw(kind, hindered) {
    const {name, part, why} = kind, result = this.results.get(name), verdict = verdictOf(result);
    const row = this.rows.get(name), focused = row.contains(document.activeElement);
    row.className = verdict === "accepted" ? "accepted" : "";
    const again = button("Try", () => this.run([name]), {class: "small", disabled: !!hindered, "aria-label": "Try " + name});
    put(row, h("th", {scope: "row"}, h("code", {}, name)), h("td", {}, part), h("td", {class: "wide"}, why, result?.skipped && h("small", {class: "block"}, result.skipped)),
      h("td", {}, verdict && chip(verdict, tones[verdict])), h("td", {}, result?.status ? chip(statusText(result.status), verdict === "accepted" ? "bad" : "") : ""),
      h("td", {}, result?.code && h("code", {}, result.code)),
      h("td", {}, h("span", {class: "row tight still"}, again, result?.token && copier(() => result.token, "the token of " + name))));
    if (focused) again.focus();
  }

  filter() {
    let shown = 0;
    for (const kind of this.kinds) {
      const row = this.rows.get(kind.name);
      row.hidden = !isWanted(kind, this.results.get(kind.name), this.filters);
      if (!row.hidden) shown++;
    }
    this.count.textContent = shown === this.kinds.length ? plural(shown, "kind") : shown + " of " + plural(this.kinds.length, "kind") + " shown";
  }

  // run tries kinds: those named, or all.
  async run(names) {
    this.running?.abort();
    const mine = this.running = new AbortController();
    const total = names.length || this.kinds.length, question = {credential: credential(), mode: chosenMode(takes).name, method: operationNamed(this.operations.value)?.method || connect, path: this.path.value, kinds: names};
    for (const name of names.length ? names : this.rows.keys()) this.results.delete(name);
    this.begin(total);
    let come = 0;
    try {
      for await (const result of askLines("broken", question, mine.signal)) {
        this.take(result);
        this.progress.value = ++come;
      }
    } catch (problem) {
      if (problem.name !== "AbortError") this.failed = problem;
    } finally {
      if (this.running === mine) this.end(come < total && come + " of " + total + " were tried. ");
    }
  }

  begin(total) {
    this.all.disabled = true;
    this.progress.max = total;
    this.progress.value = 0;
    this.progress.hidden = this.cancel.hidden = total === 1;
    this.failed = null;
    put(this.accepted);
    this.summary.textContent = "";
  }

  take(result) {
    const kind = this.kinds.find(one => one.name === result.name);
    if (!kind) return;
    this.results.set(kind.name, result);
    this.draw(kind);
    this.rows.get(kind.name).hidden = !isWanted(kind, result, this.filters);
  }

  // end says what came of it, and loudly what was accepted.
  end(before) {
    this.running = null;
    this.all.disabled = false;
    if (document.activeElement === this.cancel) this.all.focus();
    this.progress.hidden = this.cancel.hidden = true;
    const results = [...this.results.values()], accepted = results.filter(result => verdictOf(result) === "accepted");
    this.summary.textContent = (before || "") + (results.length ? summary(results) : "");
    if (this.failed) put(this.accepted, failure(this.failed));
    else if (accepted.length) put(this.accepted, h("p", {class: "alarm"}, h("strong", {}, plural(accepted.length, "broken token was", "broken tokens were") + " accepted: "), accepted.map(({name}, i) => [i ? ", " : "", h("code", {}, name)]),
      ". Whoever can make such a token calls as anyone."));
    this.filter();
  }
}
