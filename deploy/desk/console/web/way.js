// The way of a call through the gateway, as steps in their order. Nothing here is of the page.

// toneOf is that of an answer's status.
export const toneOf = status => status >= 200 && status < 300 ? "ok" : status >= 300 && status < 400 || status === 101 ? "accent" : status >= 400 && status < 500 ? "warn" : "bad";

const words = {
  101: "Switching Protocols", 200: "OK", 201: "Created", 202: "Accepted", 204: "No Content", 304: "Not Modified", 400: "Bad Request",
  401: "Unauthorized", 403: "Forbidden", 404: "Not Found", 409: "Conflict", 413: "Content Too Large", 415: "Unsupported Media Type",
  429: "Too Many Requests", 500: "Internal Server Error", 502: "Bad Gateway", 503: "Service Unavailable", 504: "Gateway Timeout",
};

// statusText is a status with its words.
export const statusText = status => status ? status + (words[status] ? " " + words[status] : "") : "no answer";

// steps are what a call came through: each has a name, a tone ("" where it only tells), a text, the milliseconds that it took if that is known,
// and data, as pairs of a name and a value. What it did not come to is left out.
export const steps = trace => [route, resourcePolicy, key, signature, cache, authorizer, policy, throttle, validation, answers, integration, end]
  .map(step => step(trace)).filter(Boolean);

const step = (name, tone, text, data = [], milliseconds) => ({name, tone, text, milliseconds, data: data.filter(([, value]) => value !== undefined && value !== null && value !== "")});

function route({route, parameters, connectionId, eventType}) {
  const data = [["Path parameters", parameters], ["Connection", connectionId], ["Event", eventType]];
  return route ? step("Route", "ok", route, data) : step("Route", "bad", "None serves this path and method.", data);
}

function resourcePolicy({resourcePolicy: found}) {
  if (!found) return null;
  const {decision, reason, delegated} = found;
  return step("Resource policy", toneOfDecision(decision), [decision, reason].filter(Boolean).join(": ") + (delegated ? " The caller's account decides." : ""),
    [["ARN", found.arn], ["Statement", found.statement], ["Pattern that matched", found.pattern]]);
}

function key({key: found}) {
  if (!found) return null;
  return step("Key and plan", found.refused ? "bad" : "ok", found.refused || "Counted by the plan " + found.plan + ".", [["Key", found.id], ["Usage plan", found.plan]]);
}

function signature({signature: found}) {
  return found ? step("Signature", found.error ? "bad" : "ok", found.error || "Signed by " + found.arn, []) : null;
}

// cache is that of policies, which only Lambda authorizers have.
function cache({authorizer: asked}) {
  if (!asked?.function) return null;
  return asked.cached ? step("Policy cache", "ok", "Hit: the policy of an earlier call is used, and the authorizer not called.")
    : step("Policy cache", "", "Miss: the authorizer is called.");
}

function authorizer({authorizer: asked}) {
  if (!asked) return null;
  const {type, function: name, cached, error, reason} = asked;
  const text = error ? [error, reason].filter(Boolean).join(": ") : name ? (cached ? name + " answered earlier." : name + " answered.") : type + " let it through.";
  return step("Authorizer", error ? "bad" : "ok", text, [["Type", type], ["Function", name], ["Event", asked.event], ["Answer", asked.answer], ["Invocation", asked.invocationId]],
    name && !cached ? asked.milliseconds : undefined);
}

function policy({policy: found}) {
  if (!found) return null;
  return step("Policy", toneOfDecision(found.decision), [found.decision, found.reason].filter(Boolean).join(": "),
    [["ARN", found.arn], ["Statement", found.statement], ["Pattern that matched", found.pattern], ["ARN of the route", found.routedArn], ["Decision by that", found.routedDecision]]);
}

const toneOfDecision = decision => /^allow/i.test(decision) ? "ok" : "bad";

const throttle = ({throttle: why}) => why ? step("Throttle", "bad", why) : null;

const validation = ({validation: why}) => why ? step("Validation", "bad", why) : null;

// answers is the cache of a method's answers.
const answers = ({cache: found}) => found ? step("Cache of answers", found === "hit" ? "ok" : found.startsWith("not") ? "warn" : "", found) : null;

function integration({integration: found}) {
  return found ? step("Function", found.error ? "bad" : "ok", found.error ? found.function + ": " + found.error : found.function + " answered.", [], found.milliseconds) : null;
}

function end({status, responseType, reason, milliseconds}) {
  return step("Answer", toneOf(status), statusText(status) + (reason ? ": " + reason : ""), [["Gateway response", responseType]], milliseconds);
}

// How many calls are kept of clients, and of the workbench, as the desk does.
const mostCalls = 200, mostOfBench = 50;

// lastOf are calls without the first one of those of whom there are too many.
export function lastOf(calls) {
  const bench = calls.filter(call => call.bench).length;
  const first = bench > mostOfBench ? calls.findIndex(call => call.bench) : calls.length - bench > mostCalls ? calls.findIndex(call => !call.bench) : -1;
  return first < 0 ? calls : calls.toSpliced(first, 1);
}

// isWanted tells whether a call is among those of clients or of the workbench, of a mode, a class of statuses such as "4" or a status, and has
// each word of a text.
export function isWanted({mode, trace, why, bench}, wanted) {
  const text = [trace.method, trace.path, trace.route, trace.requestId, mode, trace.status, why].join(" ").toLowerCase();
  return (wanted.from === "all" || (wanted.from === "bench") === !!bench) && (!wanted.mode || mode === wanted.mode) && String(trace.status).startsWith(wanted.status) && wanted.text.toLowerCase().split(/\s+/).every(word => text.includes(word));
}
