// The live feed of the users API: changes of all users, or else of who is signed in, as they come. What changes while nobody is subscribed is not
// told: who has to know it lists the users.
import {button, h, put, table} from "./dom.js";
import {modeNamed, on, state} from "./store.js";
import {Changes} from "./changes.js";
import {claimsOf} from "./claims.js";
import {closingText, dial} from "./socket.js";

const mostShown = 100; // changes

const clock = at => new Date(at).toLocaleTimeString();

// feedPanel is the panel of the feed, where the desk has one. Its show says whether messages are what is looked at.
export function feedPanel() {
  const told = h("p", {role: "status"}), missed = h("div", {class: "note", hidden: true}), events = h("div"), listed = h("div"), rows = [];
  const changes = new Changes();
  let channel = null;   // {socket, identity, sub, until, alarm} that is open, or opening
  let following = "";   // what it is subscribed to: a user's id, or * for all
  let awaited = null;   // the message that waits for its answer
  let away = null;      // since when it was subscribed to nothing; null: since the page was loaded

  const tell = text => { told.textContent = text; };
  const send = (action, users) => {
    if (awaited) return tell("Wait for the answer.");
    awaited = {action, users};
    channel.socket.send(JSON.stringify(awaited));
  };
  const follow = async () => {
    const {identity} = state;
    if (identity.kind !== "token") return tell("Sign in first: who you are decides whose changes you may see.");
    if (channel?.identity === identity && channel.socket.readyState === WebSocket.OPEN) return send("subscribe", "*");
    if (channel) leave();
    const claims = claimsOf(identity.credential.token) || {};
    const mine = channel = {socket: await dial(modeNamed(state.desk.feed.mode), identity), identity, sub: claims.sub, until: claims.exp};
    let opened = false;
    tell("Connecting.");
    mine.socket.onopen = () => {
      opened = true;
      send("subscribe", "*");
    };
    mine.socket.onmessage = ({data}) => mine === channel && hear(data);
    mine.socket.onclose = event => mine === channel && ended(opened, event);
  };
  const unfollow = () => following ? send("unsubscribe", following) : tell("Not subscribed.");
  const leave = () => {
    if (!channel) return tell("Not connected.");
    const {socket} = channel;
    stop();
    channel = null;
    socket.close(1000);
    tell("Closed. You closed it.");
  };
  // stop is for when nothing comes any more.
  const stop = () => {
    clearTimeout(channel.alarm);
    if (following) away = Date.now();
    following = "";
    awaited = null;
  };
  // hear takes an event, an answer, or what API Gateway says in place of one.
  const hear = text => {
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
    if (action === "subscribe" && users === "*" && channel.sub) return send("subscribe", channel.sub);
    tell("Forbidden: this token may follow neither all users (users/read) nor its own (users/self), or it was revoked.");
  };
  const subscribed = ({users, until}) => {
    following = users;
    channel.until = until;
    clearTimeout(channel.alarm);
    channel.alarm = setTimeout(() => tell("Over: nothing comes from now on, and the connection will be closed. Refresh or sign in, and follow again."), until * 1000 - Date.now());
    const end = ", until " + clock(until * 1000);
    tell(users === "*" ? "Following all users" + end + "." : "Following your own user only, " + users + end + ": all users would take the scope users/read, which this token has not.");
    offer(away ? "You were away since " + clock(away) + ", and what changed meanwhile was not told." : "What changed before was not told.");
  };
  // ended says why a connection may have ended, and what to do.
  const ended = (opened, {code, reason}) => {
    const isOver = channel.until * 1000 <= Date.now();
    stop();
    channel = null;
    if (!opened) return tell("Refused: the token has ended or was revoked, or the desk is not there. The live view has which.");
    tell(code !== 1000 ? closingText(code, reason) + " Follow again."
      : isOver ? "Closed: the token has ended. Refresh or sign in, and follow again."
        : "Closed by the server: the token was revoked, by a sign-out or otherwise, or its user was deleted. Sign in, and follow again.");
  };
  const arrived = event => {
    const {name, remark, gap} = changes.hear(event);
    if (gap) offer("Changes of " + (name || event.id) + " did not come.");
    rows.unshift([clock(Date.now()), [event.event, remark && [h("br"), h("strong", {}, remark)]], name, h("code", {}, event.id), String(event.version), h("code", {}, event.eventId)]);
    rows.length = Math.min(rows.length, mostShown);
    put(events, table("Changes, the last one first", ["Time", "Event", "Name", "User", "Version", "Event's id"], rows));
  };
  const offer = why => {
    const lists = state.desk.operations.some(({key}) => key === "GET /users");
    put(missed, h("span", {}, why), lists && button("List the users", list, {class: "small"}));
    missed.hidden = false;
  };
  // list shows the users as they are, those who may be seen, and goes on from their versions.
  const list = async () => {
    const own = following && following !== "*", path = own ? "/users/" + encodeURIComponent(following) : "/users";
    const mode = state.desk.modes.find(({gateway, takes}) => gateway !== "WEBSOCKET" && takes.includes("token") && !takes.includes("usageKey"));
    if (!mode) throw new Error("No mode here lists users for a token.");
    const answer = await fetch(location.origin + new URL(mode.url).pathname + path, {headers: {Authorization: "Bearer " + channel?.identity.credential.token}, credentials: "omit", cache: "no-store"});
    if (!answer.ok) throw new Error("They cannot be listed: the answer was " + answer.status + ".");
    const value = await answer.json(), users = own ? [value] : value.users;
    changes.list(users);
    put(listed, h("h3", {tabIndex: -1}, (users.length || "No") + (users.length === 1 ? " user" : " users") + " at " + clock(Date.now()) + (value.next ? ", the first ones" : "")),
      table("Users", ["Name", "User", "Version"], users.map(user => [user.name, h("code", {}, user.id), String(user.version)])));
    missed.hidden = true;
    listed.firstChild.focus(); // the button is gone, which had it
  };
  const buttons = h("div", {class: "row tight"}, button("Follow", follow, {class: "primary"}), button("Unfollow", unfollow), button("Close the connection", leave));
  const element = h("section", {class: "card stack", "aria-label": "Changes of users", hidden: true});
  const fill = () => put(element, h("h2", {}, "Changes of users, as they come"), state.desk.feed?.why && h("p", {class: "muted"}, state.desk.feed.why),
    state.desk.feed?.mode ? [buttons, told, missed, listed, events] : !state.desk.feed?.why && h("p", {class: "muted"}, "Nobody is told of changes here."));
  on("desk", fill);
  fill();
  return {element, show: message => { element.hidden = !message || !state.desk.ours; }};
}
