// The view that calls: what can be called beside the request that is being made, its answer, and the answers before it.
import {button, h, put} from "./dom.js";
import {modeNamed, on, operationNamed, set, state} from "./store.js";
import {answerView, pastView} from "./answer.js";
import {feedPanel} from "./feed.js";
import {operationList, own} from "./operations.js";
import {requestForm} from "./requestform.js";
import {socketPanel} from "./socket.js";

export const title = "Call";

const mostKept = 50; // answers

export function mount() {
  const list = operationList(choose), request = h("section", {class: "card stack", "aria-label": "Request"});
  const socket = socketPanel(), answer = h("section", {class: "card stack", "aria-label": "Answer", hidden: true}), past = h("section", {class: "card stack tight", "aria-label": "The last answers", hidden: true});
  const feed = feedPanel(), work = h("div", {class: "stack"}, request, socket.element, answer, past, feed.element);
  const answers = [];
  let form = null, current = null;

  const show = one => {
    current = one;
    answer.hidden = past.hidden = answers.length === 0;
    if (current) put(answer, h("h2", {}, "Answer"), answerView(current));
    put(past, h("h2", {}, "The last answers"), pastView(answers, current, show));
  };
  const keep = one => {
    answers.push(one);
    if (answers.length > mostKept) answers.shift();
    show(one);
    answer.scrollIntoView({block: "nearest"});
  };
  const render = () => {
    const message = messageNamed(state.operation);
    request.hidden = Boolean(message);
    answer.hidden = past.hidden = Boolean(message) || answers.length === 0;
    socket.show(message);
    feed.show(message);
    if (message) form = null;
    else put(request, (form = requestForm(operationNamed(state.operation), keep)).element);
    list.mark(state.operation);
  };
  on("operation", render);
  on("mode identity", () => form?.refresh());
  on("calls", () => current && !answer.hidden && isOf(state.calls.at(-1), current) && show(current));
  on("desk", () => {
    list.fill();
    if (!isThere(state.operation)) return choose(first());
    if (!modeNamed(state.mode)) set({mode: modeFor(state.operation)});
    render();
  });
  choose(first());
  return h("div", {class: "split"}, list.element, work);

  // choose has an operation, or a message, in a mode that serves it.
  function choose(key) {
    set({operation: key, mode: modeFor(key)});
    if (matchMedia("(max-width: 52rem)").matches && document.activeElement?.closest?.(".operations")) work.scrollIntoView();
  }
}

// show takes what a link names: #/call?operation=KEY&mode=NAME.
export function show(query) {
  const operation = query.get("operation"), mode = query.get("mode");
  if (operation !== null && isThere(operation)) set({operation, mode: modeFor(operation)});
  if (modeNamed(mode)) set({mode});
}

const messageNamed = key => state.desk.messages?.find(message => message.key === key);

const isThere = key => key === own || Boolean(operationNamed(key) || messageNamed(key));

const first = () => state.desk.operations.find(operation => operation.method === "GET" && !operation.path.includes("{"))?.key ?? state.desk.operations[0]?.key ?? state.desk.messages?.[0]?.key ?? own;

// modeFor is the mode to call an operation in: the chosen one where it serves it, or the first that does.
function modeFor(key) {
  const {modes} = state.desk, one = messageNamed(key) || operationNamed(key);
  const serves = one ? one.modes : modes.filter(mode => mode.gateway !== "WEBSOCKET").map(mode => mode.name);
  return serves.includes(state.mode) ? state.mode : serves[0] || modes[0]?.name || "";
}

const isOf = (call, answer) => Boolean(call) && answer.headers?.some(([name, value]) => name.toLowerCase() === "x-portcullis-trace" && value.includes(JSON.stringify(call.trace.requestId)));
