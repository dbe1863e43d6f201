// Sending a request, and what comes of it.
import {timeText} from "./answer.js";
import {ask} from "./api.js";
import {resolved} from "./request.js";

const traceHeader = "X-Portcullis-Trace";

// send sends a request as requestform.js builds it, and gives the answer as answer.js wants it. It does not throw: what keeps it from being sent,
// or answered, is the answer's problem.
export async function send({method, url, path, headers, body, mode, identity}, signal) {
  const answer = {at: Date.now(), request: {method, path, mode: mode.name, as: identity.label}, headers: [], body: new Uint8Array()};
  const hasBody = body !== null && !["GET", "HEAD"].includes(method.toUpperCase());
  let started = performance.now(), asked;
  try {
    const all = new Headers(headers.map(({name, value}) => [name, value]));
    if (identity.kind === "iam") await sign(all, {method, url: resolved(url), mode, identity, body: hasBody ? body : ""}, signal);
    all.set(traceHeader, "1");
    asked = new Request(url, {method, headers: all, body: hasBody ? body : undefined, signal, credentials: "omit", cache: "no-store", redirect: "manual"});
  } catch (problem) {
    return {...answer, ms: 0, problem: problem.name === "AbortError" ? "You ended it before it was sent." : "It was not sent: " + problem.message};
  }
  try {
    started = performance.now();
    const got = await fetch(asked);
    if (got.type === "opaqueredirect") return {...answer, ms: performance.now() - started, problem: "It is a redirect, of which a browser tells pages neither the status nor where to. The live view has its status, and curl its address."};
    return {...answer, status: got.status, headers: [...got.headers], body: new Uint8Array(await got.arrayBuffer()), ms: performance.now() - started};
  } catch (problem) {
    const ms = performance.now() - started;
    return {...answer, ms, problem: problem.name === "AbortError" ? "You ended it after " + timeText(ms) + ". The function may go on." : "There was no answer: the desk does not run, or it broke the connection off."};
  }
}

// sign adds what the desk signs a request with.
async function sign(headers, {method, url, mode, identity, body}, signal) {
  const signed = await ask("sign", {mode: mode.name, caller: identity.credential.caller, method, url, headers: Object.fromEntries(headers), body}, signal);
  for (const [name, value] of Object.entries(signed.headers)) headers.set(name, value);
}
