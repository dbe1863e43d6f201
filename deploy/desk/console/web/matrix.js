// The access matrix: a row an operation, a column a kind of caller, each cell a button that is asked to explain itself. One cell takes part
// in the order of tabs, and the arrow keys move on from it.
import {h} from "./dom.js";
import {move} from "./grid.js";
import {plural} from "./parts.js";

// meaning is what a cell's word says, for the legend and as a tone.
export const meaning = {
  yes: {tone: "ok", mark: "✓", text: "may call it"},
  own: {tone: "ok", mark: "◐", text: "may call it where the path parameter is the caller's own id"},
  public: {tone: "accent", mark: "○", text: "open to everyone, without a credential"},
  no: {tone: "", mark: "–", text: "may not call it"},
  unreachable: {tone: "warn", mark: "!", text: "nothing leads to it: this mode does not serve it, or another route is in its way"},
  unknown: {tone: "warn", mark: "?", text: "cannot be told, as the credential could not be checked"},
};

// meaningOf is that of a cell, such as "yes" or "own {id}".
export const meaningOf = cell => meaning[cell.split(" ")[0]] || meaning.unknown;

// isOpen tells whether a cell says that the caller may call the operation, if only as an owner.
export const isOpen = cell => ["yes", "own", "public"].includes(cell.split(" ")[0]);

// matches tells whether a row has a text in its operation, and is among those that are wanted of the caller: "", open or closed.
export function matches(row, mine, text, wanted) {
  const named = (row.key + " " + (row.id || "")).toLowerCase();
  return text.toLowerCase().split(/\s+/).every(word => named.includes(word)) &&
    (!wanted || mine < 0 || isOpen(row.cells[mine]) === (wanted === "open"));
}

// Matrix shows what POST /_console/access tells. explain gets the indexes of a row and a column whose cell was pressed.
export class Matrix {
  constructor({columns, rows}, explain) {
    this.columns = columns;
    this.rows = rows;
    this.mine = columns.findIndex(column => column.caller);
    this.explain = explain;
    this.body = h("tbody", {onkeydown: event => this.#moved(event), onclick: event => this.#pressed(event), onfocusin: event => this.#focused(event)},
      rows.map((row, i) => this.#row(row, i)));
    this.element = h("div", {class: "scroll matrix", role: "region", "aria-label": "Access matrix"},
      h("table", {role: "grid", "aria-label": "Who may call what", "aria-rowcount": rows.length + 1, "aria-colcount": columns.length + 1},
        h("thead", {}, h("tr", {}, h("th", {scope: "col"}, "Operation"), columns.map(column => heading(column)))), this.body));
    this.shown = [...this.body.rows];
    this.#enter(this.shown[0]?.cells[Math.max(0, this.mine) + 1]?.firstChild);
  }

  #row(row, i) {
    return h("tr", {"aria-rowindex": i + 2}, h("th", {scope: "row"}, operation(row), row.id && h("small", {}, row.id)),
      row.cells.map((cell, j) => {
        const {tone, mark} = meaningOf(cell);
        return h("td", {class: j === this.mine ? "mine" : null},
          h("button", {type: "button", class: "cell", "data-tone": tone, tabIndex: -1}, h("span", {"aria-hidden": "true"}, mark + " "), cell));
      }));
  }

  // filter hides the rows that do not match, and tells how many are left.
  filter(text, wanted) {
    [...this.body.rows].forEach((element, i) => { element.hidden = !matches(this.rows[i], this.mine, text, wanted); });
    this.shown = [...this.body.rows].filter(row => !row.hidden);
    if (this.shown.length && this.entry?.closest("tr").hidden) this.#enter(this.shown[0].cells[Math.max(0, this.mine) + 1].firstChild);
    return this.shown.length;
  }

  // choose marks the cell that is explained.
  choose(row, column) {
    this.body.querySelector("[aria-current]")?.removeAttribute("aria-current");
    const cell = this.body.rows[row]?.cells[column + 1]?.firstChild;
    cell?.setAttribute("aria-current", "true");
    if (cell && !cell.closest("tr").hidden) this.#enter(cell);
  }

  #enter(cell) {
    if (!cell) return;
    if (this.entry) this.entry.tabIndex = -1;
    this.entry = cell;
    cell.tabIndex = 0;
  }

  #focused({target}) { this.#enter(target.closest("button")); }

  #pressed({target}) {
    const cell = target.closest("td");
    if (cell) this.explain(cell.parentElement.rowIndex - 1, cell.cellIndex - 1);
  }

  #moved(event) {
    const cell = event.target.closest("td");
    const to = move(event, [this.shown.indexOf(cell.parentElement), cell.cellIndex - 1], [this.shown.length, this.columns.length]);
    if (!to) return;
    event.preventDefault();
    const button = this.shown[to[0]].cells[to[1] + 1].firstChild;
    button.focus({preventScroll: true});
    button.scrollIntoView({block: "nearest", inline: "nearest"}); // which, other than focus, keeps clear of the heads
  }
}

const heading = ({caller, kind, name, label, scopes, like}) => h("th", {scope: "col", class: caller ? "mine" : null, title: scopes?.join(" ") || null},
  h("span", {}, label || name), h("small", {}, caller ? "the caller" + (like ? ", same as " + like : "") : kind === "group" ? "group, " + plural(scopes.length, "scope") : kind === "scopes" ? "scope" : ""));

// operation is the method and path of a row, or the key of a WebSocket route.
const operation = ({key, method, path}) => path ? h("span", {}, h("strong", {class: "mono"}, method), " ", h("code", {}, path)) : h("code", {}, key);

// legend says what the words mean that are in some cell.
export const legend = rows => h("ul", {class: "legend small", "aria-label": "What the cells say"}, Object.entries(meaning)
  .filter(([word]) => rows.some(row => row.cells.some(cell => cell.split(" ")[0] === word)))
  .map(([word, {tone, mark, text}]) => h("li", {}, h("span", {class: "chip", "data-tone": tone}, mark + " " + word), " " + text)));
