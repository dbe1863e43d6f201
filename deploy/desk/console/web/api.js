// What the page asks its desk.

const base = "/_console/";

// Refused is an answer that is no success, with the reason that it gives.
export class Refused extends Error {
  constructor(status, reason) {
    super(reason || "The desk answered " + status + ".");
    this.status = status;
  }
}

// ask gives the JSON of an answer.
export async function ask(name, body, signal) {
  return (await open(name, body, signal)).json();
}

// askLines gives the JSON values of an answer one by one, a line each, as they come.
export async function* askLines(name, body, signal) {
  const reader = (await open(name, body, signal)).body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const {value, done} = await reader.read();
    const texts = (rest + (value || "")).split("\n");
    rest = done ? "" : texts.pop();
    for (const text of texts) if (text) yield JSON.parse(text);
    if (done) return;
  }
}

async function open(name, body, signal) {
  let answer;
  try {
    answer = await fetch(base + name, body === undefined ? {signal} : {method: "POST", headers: {"Content-Type": "application/json"}, body: JSON.stringify(body), signal});
  } catch (problem) {
    if (problem.name === "AbortError") throw problem;
    throw new Error("The desk does not answer. Is it running?");
  }
  if (answer.ok) return answer;
  let reason = "";
  try { reason = (await answer.json()).error; } catch { /* it is no JSON, and the status says what there is to say */ }
  throw new Refused(answer.status, reason);
}

// follow listens to the desk's events, and comes back by itself: hear gets their names and values, away whether the desk is gone.
export function follow(hear, away) {
  const source = new EventSource(base + "live");
  for (const name of ["call", "desk"]) source.addEventListener(name, event => hear(name, JSON.parse(event.data)));
  source.onopen = () => away(false);
  source.onerror = () => away(true);
  return source;
}
