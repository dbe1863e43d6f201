// What the gateway keeps from call to call: the policies in its caches, the counters of usage plans, and open sockets.
import {ask} from "./api.js";
import {button, h, say} from "./dom.js";
import {countdown, facts, failure, gauge, isShown, latest, plural, replace, soon} from "./parts.js";

const every = 4000; // milliseconds between questions while it is in view

export class Keeps {
  constructor() {
    this.element = h("aside", {class: "stack", "aria-label": "What the gateway keeps"});
    this.asked = latest();
    this.soon = soon(() => this.refresh(), 250);
    setInterval(() => this.refresh(), every);
    document.addEventListener("visibilitychange", () => this.refresh());
  }

  // refresh asks anew while somebody can see it.
  async refresh() {
    if (!isShown(this.element) || document.hidden) return;
    try {
      const kept = await this.asked(signal => ask("state", undefined, signal));
      if (kept && this.last !== (this.last = JSON.stringify(kept))) this.fill(kept);
    } catch (problem) {
      this.last = "";
      replace(this.element, failure(problem, () => this.refresh()));
    }
  }

  fill({caches = [], answers = [], plans = [], sockets = []}) {
    replace(this.element,
      card("Policy caches", caches.length ? [caches.map(cache => this.cache(cache)), caches.length + answers.length > 1 && this.flusher("", "Flush all")] : none("No mode has a cache of policies.")),
      answers.length > 0 && card("Caches of answers", h("ul", {class: "stack tight small"}, answers.map(({mode, route, ttl, kept}) => h("li", {}, h("code", {}, route), " in ", mode, ": ", plural(kept, "answer"), ", each for ", plural(ttl, "second"))))),
      card("Usage plans", plans.length ? plans.map(planOf) : none("No mode has a usage plan.")),
      card("Open sockets", sockets.length ? h("ul", {class: "stack tight"}, sockets.map(socketOf)) : none("Nobody is connected.")));
  }

  cache({mode, ttl, most, entries, more}) {
    const held = entries.length + (more || 0);
    return h("section", {class: "stack tight"},
      h("div", {class: "row apart"}, h("h3", {}, mode), this.flusher(mode, "Flush")),
      h("p", {class: "small muted"}, ttl ? plural(held, "policy", "policies") + (most ? " of at most " + most : "") + ", each for " + plural(ttl, "second") : "It caches nothing: its time to live is 0."),
      entries.length > 0 && h("ul", {class: "stack tight"}, entries.map(entryOf)), more > 0 && h("p", {class: "small muted"}, "and " + more + " more"));
  }

  flusher(mode, text) {
    return button(text, async () => {
      const {flushed} = await ask("flush", {mode});
      say("Flushed " + plural(flushed, "entry", "entries") + (mode ? " of " + mode : "") + ".", "ok");
      await this.refresh();
    }, {id: "flush-" + mode, class: "small", "aria-label": mode ? "Flush the policy cache of " + mode : "Flush all policy caches"});
  }
}

const card = (title, ...children) => h("section", {class: "card stack"}, h("h2", {}, title), children);

const none = text => h("p", {class: "muted"}, text);

const entryOf = ({principal, identity, until, allows}) => h("li", {class: "row apart small"},
  h("span", {}, principal || "nobody", " ", identity && h("code", {class: "muted"}, identity), allows !== undefined && " allows " + allows), countdown(until));

function planOf({id, name, mode, throttle, quota, keys = []}) {
  return h("section", {class: "stack tight"},
    h("h3", {}, name || id, mode && h("small", {}, " " + mode)),
    facts([["Throttle", throttle && throttle.rate + " a second, bursts of " + throttle.burst], ["Quota", quota && quota.limit + " a " + quota.period.toLowerCase()]]),
    keys.map(key => keyOf(key, quota)));
}

function keyOf({id, name, enabled, used, remaining}, quota) {
  const label = (name || id) + (enabled ? "" : ", disabled"), counted = quota && typeof used === "number";
  return counted ? gauge("Key " + label, used, quota.limit, label + ": " + used + " of " + quota.limit + " used, " + remaining + " left") : h("p", {class: "small"}, label);
}

const socketOf = ({mode, id, principal, since, sent, received}) => h("li", {class: "small"},
  h("strong", {}, principal || "nobody"), " in ", mode, " since ", new Date(since).toLocaleTimeString(), ", ", h("code", {}, id),
  sent !== undefined && ", " + plural(sent, "message") + " to it", received !== undefined && ", " + received + " from it");
