// Names with values, as many as people add: of a query, or of headers.
import {button, h} from "./dom.js";

// pairs edits a list of {name, value} in place, and calls changed after each change. What is the name of one, such as "header".
export function pairs(what, list, changed) {
  const rows = h("div", {class: "pairs"});
  const row = pair => {
    const control = (member, label) => h("input", {value: pair[member], autocomplete: "off", spellcheck: "false", "aria-label": label, placeholder: label, oninput: event => { pair[member] = event.target.value; changed(); }});
    const element = h("div", {class: "pair"}, control("name", "Name of a " + what), control("value", "Value of a " + what), button("Remove", () => {
      list.splice(list.indexOf(pair), 1);
      element.remove();
      more.focus();
      changed();
    }, {class: "quiet", "aria-label": "Remove the " + what}));
    rows.append(element);
    return element;
  };
  const more = button("Add a " + what, () => {
    const pair = {name: "", value: ""};
    list.push(pair);
    row(pair).querySelector("input").focus();
  }, {class: "small"});
  list.forEach(row);
  return h("div", {class: "stack tight"}, rows, h("div", {}, more));
}
