// Who may call what: the access matrix, a cell's explanation beside it, and the policy that was compiled for the caller.
import {ask} from "./api.js";
import {attempt, button, field, h, put, select} from "./dom.js";
import {explanation} from "./explanation.js";
import {legend, Matrix} from "./matrix.js";
import {caller, chosenMode, credential, failure, fresh, latest, modeChoice, plural, soon} from "./parts.js";
import {fill, owners} from "./paths.js";
import {policyOf} from "./policy.js";
import {operationNamed, set, state} from "./store.js";

export const title = "Who may call what";

const narrow = matchMedia("(max-width: 64rem)");

let view = null;

export function mount() {
  view = new Access();
  return view.element;
}

// show brings an operation's cell of the caller into view: #/access?operation=KEY.
export function show(query) {
  view.wanted = query.get("operation") || view.wanted;
  view.show();
  if (query.has("operation")) view.explainWanted();
}

class Access {
  constructor() {
    this.text = h("input", {type: "search", placeholder: "such as get users", oninput: soon(() => this.filter(), 100)});
    this.open = select([["", "All operations"], ["open", "The caller may call"], ["closed", "The caller may not call"]], "", () => this.filter());
    this.count = h("p", {class: "small muted", role: "status"});
    this.grid = h("div", {class: "stack tight"}, h("p", {class: "empty"}, "Asking the desk."));
    this.aside = h("aside", {class: "card stack explained", "aria-label": "Explanation"});
    this.policy = h("section", {class: "card stack tight", "aria-labelledby": "policy-title"});
    this.sheet = h("dialog", {"aria-labelledby": "explained-title", onclose: () => this.place.append(this.aside)});
    this.place = h("div", {}, this.aside);
    this.element = h("div", {class: "stack"},
      h("div", {class: "row filters"}, field("Mode", modeChoice()), field("Find an operation", this.text), field("Show", this.open)),
      h("div", {class: "beside"}, h("div", {class: "stack tight"}, this.grid, this.count), this.place), this.policy, this.sheet);
    this.asked = latest();
    this.explained = latest();
    this.show = fresh(this.element, "desk identity mode", () => this.load());
    narrow.addEventListener("change", () => this.sheet.close());
  }

  async load() {
    try {
      const answer = await this.asked(signal => ask("access", {credential: credential(), mode: chosenMode()?.name || ""}, signal));
      if (answer) this.fill(answer);
    } catch (problem) {
      this.access = null;
      put(this.grid, failure(problem, () => this.load()));
    }
  }

  fill(access) {
    this.access = access = arranged(access, chosenMode());
    this.matrix = new Matrix(access, (row, column) => attempt(() => this.explain(row, column, true)));
    const told = access.status === "verified" || access.status === "none" ? null
      : h("p", {class: "said", "data-tone": access.status === "unknown" ? "warn" : "bad"}, "What ", caller(), " brings is ", access.status, access.code && [" (", h("code", {}, access.code), ")"], access.reason && ": " + access.reason);
    put(this.grid, told, this.matrix.element, legend(access.rows));
    this.filter();
    this.explainWanted();
  }

  filter() {
    if (!this.access) return;
    const shown = this.matrix.filter(this.text.value.trim(), this.open.value), all = this.access.rows.length;
    this.count.textContent = shown === all ? plural(all, "operation") : shown + " of " + plural(all, "operation");
  }

  // explainWanted explains what is chosen to be called, for the caller.
  explainWanted() {
    if (!this.access?.rows.length) return;
    const key = this.wanted || state.operation, row = Math.max(0, this.access.rows.findIndex(one => keyOf(one) === key));
    this.wanted = "";
    attempt(() => this.explain(row, Math.max(0, this.matrix.mine), false));
  }

  // explain tells why a cell says what it does. pressed: somebody asked, and is to see it where there is no room beside the matrix.
  explain(row, column, pressed) {
    this.cell = {row: this.access.rows[row], column: this.access.columns[column], cell: this.access.rows[row].cells[column]};
    this.matrix.choose(row, column);
    this.path = this.message = null;
    put(this.aside, this.head(), this.answer = h("div", {class: "stack", "aria-live": "polite"}));
    if (pressed && narrow.matches) {
      put(this.sheet, this.aside);
      this.sheet.showModal();
    }
    return this.why();
  }

  // head says what is explained, and lets the path be another.
  head() {
    const {row, column, cell} = this.cell;
    if (row.path) this.path = h("input", {class: "mono", value: this.example(), spellcheck: "false", autocomplete: "off"});
    else if (keyOf(row) !== "$connect") this.message = h("textarea", {value: exampleOf(row), spellcheck: "false"});
    const asked = event => { event.preventDefault(); attempt(() => this.why()); };
    return h("div", {class: "stack tight"},
      h("div", {class: "row apart"}, h("h2", {id: "explained-title"}, row.key), button("Close", () => this.sheet.close(), {class: "quiet small onsheet"})),
      h("p", {}, nameOf(column), " in ", chosenMode().name, ": ", h("strong", {}, cell)),
      (this.path || this.message) && h("form", {class: "row", onsubmit: asked}, this.path ? field("Path, as it is sent", this.path) : field("Message, as JSON", this.message), h("button", {type: "submit", class: "end"}, "Explain")),
      h("p", {}, h("a", {href: "#/call", onclick: () => this.call()}, "Call it")));
  }

  // example is a path of the operation: the chosen one, or with the caller's own id where that counts.
  example() {
    const {row, column} = this.cell, operation = operationNamed(row.key) || row;
    if (row.key === state.operation && state.path) return state.path.split("?")[0];
    return fill(operation, column.caller && column.name ? Object.fromEntries(owners(operation).map(name => [name, column.name])) : {});
  }

  // call has the view of calls show what is explained.
  call() {
    this.sheet.close();
    set({mode: chosenMode().name, operation: keyOf(this.cell.row), path: this.path?.value ?? ""});
  }

  async why() {
    try {
      const {column} = this.cell, answer = await this.explained(signal => ask("explain", this.question(), signal));
      if (!answer) return;
      put(this.answer, explanation(answer));
      put(this.policy, h("h2", {id: "policy-title"}, "The compiled policy of ", nameOf(column)), policyOf(answer));
    } catch (problem) {
      put(this.answer, failure(problem, () => this.why()));
    }
  }

  question() {
    const {row, column} = this.cell, mode = chosenMode(), key = column.caller && mode.takes.includes("usageKey") && state.identity?.usageKey?.value;
    return {
      ...column.caller ? {credential: credential()} : {column: {scopes: column.scopes || [], schemes: this.access.schemes || []}},
      mode: mode.name, method: row.method, path: this.path?.value ?? "", ...this.message?.value.trim() && {message: this.message.value}, ...key && {usageKey: key},
    };
  }
}

// arranged has the caller's column be the first, and no rows that are of another kind of API than the mode.
function arranged({columns, rows, ...others}, {gateway}) {
  const order = columns.map((column, i) => i).sort((a, b) => !!columns[b].caller - !!columns[a].caller);
  return {...others, columns: order.map(i => columns[i].caller ? {...columns[i], label: caller()} : columns[i]),
    rows: rows.filter(row => !row.path === (gateway === "WEBSOCKET")).map(row => ({...row, cells: order.map(i => row.cells[i])}))};
}

const nameOf = column => column.caller ? caller() : column.name;

// keyOf is the key of a row's operation or message, as the desk has it.
const keyOf = ({key}) => key.replace(/^message /, "");

// exampleOf is the example of a row's message; "": there is none.
function exampleOf(row) {
  const example = state.desk.messages?.find(one => one.key === keyOf(row))?.example;
  return example === undefined || example === null ? "" : JSON.stringify(example, null, 2);
}
