// Tabs, as the ARIA Authoring Practices have them: one of them is in the order of the Tab key, and the arrow keys choose among them.
import {h, put} from "./dom.js";

let last = 0;

// tabs is a row of tabs with the panel of the chosen one. Entries are [name, title, content], where content gives the panel's children each
// time that the tab is chosen.
export function tabs(label, entries, chosen = entries[0]?.[0]) {
  const id = "tabs-" + ++last, panel = h("div", {id: id + "-panel", role: "tabpanel", class: "stack"});
  const choose = name => {
    entries.forEach(([other], i) => {
      buttons[i].setAttribute("aria-selected", String(other === name));
      buttons[i].tabIndex = other === name ? 0 : -1;
    });
    panel.setAttribute("aria-labelledby", id + "-" + name);
    put(panel, entries.find(([other]) => other === name)[2]());
  };
  const move = event => {
    const step = {ArrowRight: 1, ArrowLeft: -1}[event.key], at = buttons.indexOf(event.currentTarget);
    const to = event.key === "Home" ? 0 : event.key === "End" ? buttons.length - 1 : step ? (at + step + buttons.length) % buttons.length : -1;
    if (to < 0) return;
    event.preventDefault();
    choose(entries[to][0]);
    buttons[to].focus();
  };
  const buttons = entries.map(([name, title]) => h("button", {type: "button", role: "tab", id: id + "-" + name, class: "small", "aria-controls": panel.id, onclick: () => choose(name), onkeydown: move}, title));
  choose(chosen);
  return h("div", {class: "stack tight"}, h("div", {role: "tablist", class: "tabs", "aria-label": label}, buttons), panel);
}
