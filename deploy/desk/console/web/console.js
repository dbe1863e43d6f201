// The page: it asks what the desk serves, shows one view at a time by the address's fragment, and tells when the desk is gone.
import {ask, follow} from "./api.js";
import {attempt, h, put, say} from "./dom.js";
import {on, set, state} from "./store.js";
import {lastOf} from "./way.js";
import * as identity from "./identity.js";
import * as call from "./call.js";
import * as access from "./access.js";
import * as token from "./token.js";
import * as live from "./live.js";
import * as workbench from "./workbench.js";

// Each view has a title, and mount, which gives its element once the desk is known; show is called each time that it comes into view.
const views = {call, access, token, live, workbench};

const byID = id => document.getElementById(id);

async function start() {
  theme();
  set({desk: await ask("desk")});
  identity.mount(byID("identity"));
  const sections = Object.entries(views).map(([name, view]) => {
    const section = h("section", {id: "view-" + name, hidden: true, "aria-labelledby": "title-" + name},
      h("h1", {id: "title-" + name, class: "unseen", tabIndex: -1}, view.title), view.mount());
    return section;
  });
  put(byID("main"), sections);
  put(byID("views"), Object.entries(views).map(([name, view]) => h("li", {}, h("a", {href: "#/" + name, id: "tab-" + name}, view.title))));
  on("desk", head);
  head();
  addEventListener("hashchange", () => show(true));
  byID("skip").onclick = event => { event.preventDefault(); byID("main").focus(); }; // its address would be that of no view
  show(false);
  listen();
  identity.signInAs(new URLSearchParams(location.search).get("as"));
}

function head() {
  byID("api").textContent = state.desk.title;
  document.title = state.desk.title + " · Portcullis";
}

// show brings the view of the address into view: #/NAME, or #/NAME?… for what the view shows of it.
function show(moved) {
  const [name, query] = location.hash.replace(/^#\/?/, "").split("?");
  const chosen = views[name] ? name : "call";
  for (const other of Object.keys(views)) {
    byID("view-" + other).hidden = other !== chosen;
    const tab = byID("tab-" + other);
    if (other === chosen) tab.setAttribute("aria-current", "page");
    else tab.removeAttribute("aria-current");
    if (other === chosen) byID("views").scrollLeft = tab.offsetLeft - byID("views").offsetLeft; // scrollIntoView would have the Tab key begin there
  }
  views[chosen].show?.(new URLSearchParams(query));
  if (moved) byID("title-" + chosen).focus();
}

// listen keeps the last calls, and asks anew what the desk serves when that changes or the desk comes back.
function listen() {
  let gone = false;
  follow((name, value) => {
    if (name === "call") set({calls: lastOf([...state.calls, value])});
    else attempt(async () => { set({desk: await ask("desk")}); say("The desk has reloaded what it serves."); });
  }, async isGone => {
    if (isGone === gone) return;
    gone = isGone;
    byID("away").hidden = !gone;
    byID("away").textContent = gone ? "The desk does not answer. The page goes on when it is back." : "";
    if (!gone) attempt(async () => { set({desk: await ask("desk")}); say("The desk is back.", "ok"); });
  });
}

// theme follows the system until it is chosen here, for as long as the tab is there.
function theme() {
  const button = byID("theme"), root = document.documentElement, system = matchMedia("(prefers-color-scheme: dark)");
  const isDark = () => (root.dataset.theme || (system.matches ? "dark" : "light")) === "dark";
  const label = () => {
    button.textContent = isDark() ? "☀" : "☾";
    button.setAttribute("aria-label", isDark() ? "Use the light theme" : "Use the dark theme");
  };
  button.onclick = () => { root.dataset.theme = isDark() ? "light" : "dark"; label(); };
  system.addEventListener("change", label);
  label();
}

start().catch(problem => {
  byID("away").hidden = false;
  byID("away").textContent = problem.message;
});
