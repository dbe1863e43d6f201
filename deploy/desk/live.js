// The live panel: it subscribes to the changes of all users, or else to those of who is signed in, and shows them as they come. Those of one
// user come in their order, and one may come again; what changes while nobody is subscribed is not told: who wants to know it lists the users.
const feed = $("follow");
const mostEvents = 100; // that are shown
const mostKnown = 10000; // users whose version is remembered, and events

let channel = null; // the connection of the panel that is open, or opening
let following = ""; // what it is subscribed to: a user's id, or * for all
let awaited = null; // the message that waits for its answer
let away = null;    // since when it was subscribed to nothing; null: since the page was loaded
const known = new Map(); // by a user's id, its name and version as they were told last
const seen = new Set();  // the ids of events

// follow subscribes, and connects first where that is to be done.
function follow() {
  if (!signedIn) return tell("Sign in first: who you are decides whose changes you may see.");
  if (channel?.token === signedIn.accessToken && channel.readyState === WebSocket.OPEN) return ask("subscribe", "*");
  if (channel) leave();
  const mine = channel = dial(feed.dataset.connect, signedIn.accessToken);
  const {sub, exp} = claims(signedIn.accessToken);
  Object.assign(mine, {token: signedIn.accessToken, sub, until: exp});
  tell("Connecting.");
  let opened = false;
  mine.onopen = () => {
    opened = true;
    ask("subscribe", "*");
  };
  mine.onmessage = e => mine === channel && hear(e.data);
  mine.onclose = e => mine === channel && ended(opened, e);
}

// claims are those of a token; it is the API that checks them.
function claims(token) {
  try { return JSON.parse(atob(token.split(".")[1].replace(/-/g, "+").replace(/_/g, "/"))); } catch { return {}; }
}

function ask(action, users) {
  if (awaited) return tell("Wait for the answer.");
  awaited = {action, users};
  channel.send(JSON.stringify(awaited));
}

function unfollow() {
  if (!following) return tell("Not subscribed.");
  ask("unsubscribe", following);
}

function leave() {
  if (!channel) return tell("Not connected.");
  const mine = channel;
  stop();
  channel = null;
  mine.close(1000);
  tell("Closed: 1000. You closed it.");
}

// hear takes an event, an answer, or what API Gateway says in place of one.
function hear(text) {
  const heard = JSON.parse(text);
  if (heard.event) return arrived(heard);
  const {action, users} = awaited || {};
  awaited = null;
  if (heard.error) return tell("Not done: " + heard.message);
  if (heard.action === "subscribe") return subscribed(heard);
  if (heard.action === "unsubscribe") {
    stop();
    return tell("Unsubscribed. The connection stays open.");
  }
  if (heard.message !== "Forbidden") return tell("Not done: " + heard.message + ".");
  if (action === "subscribe" && users === "*" && channel.sub) return ask("subscribe", channel.sub);
  tell("Forbidden: this token may follow neither all users (users/read) nor its own (users/self), or it was revoked.");
}

function subscribed({users, until}) {
  following = users;
  channel.until = until;
  clearTimeout(channel.alarm);
  channel.alarm = setTimeout(() => tell("Over: nothing comes from now on, and the connection will be closed. Refresh or sign in, and follow again."), until * 1000 - Date.now());
  const end = ", until " + clock(until * 1000);
  tell(users === "*" ? "Following all users" + end + "." : "Following your own user only, " + users + end + ": all users would take the scope users/read, which this token has not.");
  offer(away ? "You were away since " + clock(away) + ", and what changed meanwhile was not told." : "What changed before was not told.");
}

// stop is for when nothing comes any more.
function stop() {
  clearTimeout(channel.alarm);
  if (following) away = Date.now();
  following = "";
  awaited = null;
}

// ended says why a connection may have ended, and what to do.
function ended(opened, {code, reason}) {
  const over = channel.until * 1000 <= Date.now();
  stop();
  channel = null;
  if (!opened) return tell("Refused: the token has ended or was revoked, or the desk is not there. A browser does not tell which; the desk's log has it.");
  const meaning = {
    1000: over ? "The token has ended: refresh or sign in, and follow again."
      : "The server ended it: the token was revoked, by a sign-out or otherwise, or its user was deleted. Sign in, and follow again.",
    1001: "The gateway closed it: nothing was sent for ten minutes, two hours are over, or it stops. Follow again.",
    1006: "The network failed, or the desk is gone. Follow again.",
  }[code] || "Follow again.";
  tell("Closed: " + code + (reason && " " + reason) + ". " + meaning);
}

// arrived shows an event, and what is wrong with it.
function arrived(e) {
  const last = known.get(e.id);
  if (seen.has(e.eventId)) return add(e, last?.name, "again: it came before");
  remember(seen, seen.add(e.eventId));
  const wrong = last ? amiss(e, last.version) : "";
  if (wrong.startsWith("gap")) offer("Changes of " + (last.name || e.id) + " did not come.");
  add(e, e.user.name || last?.name, wrong);
  known.delete(e.id);
  if (e.event !== "user.deleted") remember(known, known.set(e.id, e.user));
}

// amiss says what is wrong with an event after a version of its user; "": nothing. That a user is deleted is no version of its own.
function amiss({event, version}, last) {
  const deleted = event === "user.deleted";
  const want = deleted ? last : last + 1;
  if (version < want) return "older than version " + last + ", or of a user who was created again";
  if (version === want) return "";
  const to = deleted ? version : version - 1;
  return "gap: " + (to === last + 1 ? "version " + to : "versions " + (last + 1) + " to " + to) + " did not come";
}

// remember forgets what came first where there is too much.
function remember(all) {
  if (all.size > mostKnown) all.delete(all.keys().next().value);
}

function add(e, name, remark) {
  const event = cell("td", e.event);
  if (remark) event.append(document.createElement("br"), cell("strong", remark));
  const body = $("events").tBodies[0];
  const row = body.insertRow(0);
  row.append(cell("td", clock(Date.now())), event, cell("td", name || ""), code(e.id), cell("td", e.version), code(e.eventId));
  label(row, $("events"));
  if (body.rows.length > mostEvents) body.lastElementChild.remove();
  $("events").hidden = false;
}

function cell(tag, text) {
  const made = document.createElement(tag);
  made.textContent = text;
  return made;
}

function code(text) {
  const made = document.createElement("td");
  made.append(cell("code", text));
  return made;
}

// label names the cells of a row, for where it is too narrow for a head.
function label(row, table) {
  [...row.cells].forEach((made, i) => { made.dataset.label = table.tHead.rows[0].cells[i].textContent; });
}

const clock = at => new Date(at).toLocaleTimeString();

function tell(text) {
  $("follow-state").textContent = text;
}

// offer offers the list.
function offer(why) {
  $("missed-why").textContent = why;
  $("missed").hidden = false;
}

// list shows the users as they are, those who may be seen, and goes on from their versions.
async function list() {
  const own = following && following !== "*";
  const answer = await send("GET", at(own ? "/users/" + encodeURIComponent(following) : "/users"), undefined, bearer());
  if (!answer) return tell("They cannot be listed: " + $("result").textContent);
  const users = own ? [answer] : answer.users;
  const body = $("listed").tBodies[0];
  body.replaceChildren();
  for (const user of users) {
    if (!(known.get(user.id)?.version > user.version)) remember(known, known.set(user.id, user)); // a change may have come meanwhile
    const row = body.insertRow();
    row.append(cell("td", user.name), code(user.id), cell("td", user.version));
    label(row, $("listed"));
  }
  $("listed").caption.textContent = (users.length || "No") + (users.length === 1 ? " user" : " users") + " at " + clock(Date.now()) + (answer.next ? ", the first ones" : "");
  $("listed").hidden = false;
  $("listed").focus(); // the button goes, which had it
  $("missed").hidden = true;
}

if (feed) {
  on("follow", "submit", follow, tell);
  on("unfollow", "click", unfollow, tell);
  on("leave", "click", leave, tell);
  if ($("list")) on("list", "click", list, tell);
}
