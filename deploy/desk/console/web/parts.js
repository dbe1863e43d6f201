// What several views are made of, beyond single elements.
import {button, h, put, select, until} from "./dom.js";
import {modeNamed, on, set, state} from "./store.js";

// nobody is the credential of who brings none.
const nobody = {kind: "none"};

// credential is what the chosen identity brings, as the desk is asked about it.
export const credential = () => state.identity?.credential || nobody;

// caller names the chosen identity.
export const caller = () => state.identity?.label || "nobody";

// isShown tells whether an element is in view, with the view that it is of.
export const isShown = element => element.isConnected && !element.closest("[hidden]");

// soon puts an action off until nothing has asked for it for some milliseconds, so that what changes together is one change.
export function soon(action, milliseconds = 0) {
  let waiting = 0;
  return () => {
    clearTimeout(waiting);
    waiting = setTimeout(action, milliseconds);
  };
}

// fresh loads what an element shows when something of these names has changed: at once while it is in view, or else when what is returned
// is called, which is for when it comes into view.
export function fresh(element, names, load) {
  let stale = true;
  const refresh = soon(() => {
    stale = !isShown(element);
    if (!stale) load();
  });
  on(names, () => { stale = true; refresh(); });
  return () => { if (stale) refresh(); };
}

// latest runs one question at a time: what begins anew ends the one before by its signal, which then gives undefined.
export function latest() {
  let current = null;
  return async question => {
    current?.abort();
    const mine = current = new AbortController();
    try {
      const answer = await question(mine.signal);
      return mine.signal.aborted ? undefined : answer;
    } catch (problem) {
      if (problem.name !== "AbortError") throw problem;
    }
  };
}

// failure says in place of what could not be shown why not.
export const failure = (problem, again) => h("div", {class: "said stack tight", "data-tone": "bad", role: "alert"},
  h("p", {}, problem.message || String(problem)), again && h("p", {}, button("Try again", again)));

// facts is a list of names with their values: nodes or texts. Those without a value are left out.
export const facts = pairs => h("dl", {class: "facts"}, pairs.filter(([, value]) => value)
  .map(([name, value]) => h("div", {}, h("dt", {}, name), h("dd", {}, value))));

// details hides what not everyone wants to see. Its content is made when it is opened first.
export function details(summary, content, properties = {}) {
  const element = h("details", properties, h("summary", {}, summary));
  element.addEventListener("toggle", () => element.append(...[content()].flat()), {once: true});
  return element;
}

// gauge is how much of something is used, in words and to look at.
export const gauge = (name, value, most, words) => h("div", {class: "gauge"},
  h("span", {}, words), h("meter", {min: 0, max: most, low: most * .75, high: most * .9, optimum: 0, value, "aria-label": name + ": " + words}));

// countdown is the time left to a moment in milliseconds since 1970, which goes on while it is on the page.
export function countdown(moment) {
  const element = h("time", {dateTime: new Date(moment).toISOString()}, until(moment));
  const tick = setInterval(() => {
    if (element.isConnected) element.textContent = until(moment);
    else clearInterval(tick);
  }, 1000);
  return element;
}

// replace has an element hold these children, and leaves the focus with the one that has the identifier of who had it.
export function replace(element, ...children) {
  const focused = element.contains(document.activeElement) && document.activeElement.id;
  put(element, ...children);
  if (focused) document.getElementById(focused)?.focus();
}

// modeChoice is the choice of the mode that all views share, among those that fit.
export function modeChoice(fits = () => true) {
  const element = select([], "", mode => set({mode}));
  const fill = () => {
    put(element, state.desk.modes.filter(fits).map(({name}) => h("option", {value: name, selected: name === state.mode}, name)));
  };
  on("desk mode", fill);
  fill();
  return element;
}

// chosenMode is the mode that is chosen, or else the first that fits.
export function chosenMode(fits = () => true) {
  const chosen = modeNamed(state.mode);
  return chosen && fits(chosen) ? chosen : state.desk.modes.find(fits);
}

// sentence is a text that begins with a capital letter.
export const sentence = (text = "") => text.charAt(0).toUpperCase() + text.slice(1);

// plural is a number with its word.
export const plural = (n, one, more = one + "s") => n + " " + (n === 1 ? one : more);
