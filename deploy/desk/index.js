// What the page does: it signs in, answers what a sign-in asks for, and calls the API; and it connects to WebSocket APIs, and sends. It
// shows everything that comes as it is.
const $ = id => document.getElementById(id);

let signedIn = null; // the tokens, as POST /tokens gives them
let asked = null;    // the challenge that waits for its answer

// at is an address of the API in the chosen mode.
const at = path => new URL($("mode").value).pathname + path;

// send shows the answer, and gives its JSON where it is a success; null: it is none.
async function send(method, address, body, headers = {}) {
  if (body) headers = {"Content-Type": "application/json", ...headers};
  const answer = await fetch(address, {method, headers, body: body && JSON.stringify(body)});
  const text = await answer.text();
  show(answer.status + " " + answer.statusText + "\n" + text);
  if (!answer.ok) return null;
  try { return JSON.parse(text); } catch { return {}; }
}

function show(text) {
  $("result").textContent = text;
  $("result").hidden = false;
}

// keep remembers what a step of a sign-in gave, and offers what can be done next.
function keep(answer) {
  if (!answer) return;
  asked = answer.challenge ? {username: $("username").value, ...answer} : null;
  signedIn = answer.accessToken ? answer : null;
  render();
}

function render() {
  $("who").textContent = signedIn ? "Signed in as " + $("username").value + "." : "Nobody is signed in.";
  for (const id of ["refresh", "sign-out"]) $(id).disabled = !signedIn;
  $("challenge").hidden = !asked;
  $("answers").replaceChildren(...(asked ? fieldsOf(asked) : []));
}

// fieldsOf are the inputs for what a challenge asks for.
function fieldsOf({challenge, parameters = {}}) {
  switch (challenge) {
  case "NEW_PASSWORD_REQUIRED":
    return [field("newPassword", "password"), ...(parameters.requiredAttributes || []).map(name => field(name, "text"))];
  case "SELECT_MFA_TYPE":
    return [choice("mfaType", parameters.mfaTypes || [])];
  }
  return [field("code", "text")];
}

function field(name, type) {
  return Object.assign(document.createElement("input"), {name, type, placeholder: name, required: true, autocomplete: "off"});
}

function choice(name, values) {
  const select = Object.assign(document.createElement("select"), {name});
  select.append(...values.map(value => new Option(value)));
  return select;
}

async function signIn() {
  signedIn = asked = null;
  render();
  const username = $("username").value, password = $("password").value;
  if (tokens) return keep(await send("POST", at("/tokens"), {username, password}));
  const answer = await send("POST", new URL(cognito).pathname,
    {AuthFlow: "USER_PASSWORD_AUTH", ClientId: client, AuthParameters: {USERNAME: username, PASSWORD: password}},
    {"Content-Type": "application/x-amz-json-1.1", "X-Amz-Target": "AWSCognitoIdentityProviderService.InitiateAuth"});
  keep(answer && {accessToken: answer.AuthenticationResult?.AccessToken});
}

async function reply() {
  const {challenge, session, username, parameters} = asked;
  const given = Object.fromEntries(new FormData($("challenge")));
  const {newPassword, ...attributes} = given;
  const answer = challenge === "NEW_PASSWORD_REQUIRED" ? {newPassword, attributes} : given;
  keep(await send("POST", at("/tokens"), {challenge, session, username: parameters?.username || username, answer}));
}

async function refresh() {
  const renewed = await send("POST", at("/tokens/refresh"), {refreshToken: signedIn.refreshToken});
  if (renewed) signedIn = {...signedIn, ...renewed}; // with another refresh token where it rotates
}

// signOut forgets nothing, so that calls show what becomes of tokens that were revoked.
async function signOut() {
  if (await send("POST", at("/tokens/sign-out"), undefined, bearer())) $("who").textContent = "Signed out everywhere; calls still send the token.";
}

const bearer = () => signedIn ? {Authorization: "Bearer " + signedIn.accessToken} : {};

async function call() {
  const [method, path] = $("call").value.split(" ");
  const body = {POST: {id: member, name: "Ada"}, PUT: {name: "Ada Lovelace"}}[method];
  await send(method, at(path), body, bearer());
}

let socket = null; // the connection that is open, or opening

// dial opens a connection, with a token where there is one. A page sends no header: a token stands behind a subprotocol, which is no secret,
// and which the API names in its answer.
function dial(url, token) {
  const address = new URL(url);
  const own = address.search ? address.host : location.host; // a signature is for the host that it names
  return new WebSocket((location.protocol === "https:" ? "wss://" : "ws://") + own + address.pathname + address.search, token ? [protocol, token] : []);
}

// connect opens a connection in the chosen mode.
function connect() {
  if (socket) socket.close(1000);
  const chosen = $("socket").selectedOptions[0];
  const mine = socket = dial(chosen.value, "token" in chosen.dataset && signedIn?.accessToken);
  let opened = false;
  mine.onopen = () => {
    opened = true;
    note("connected" + (mine.protocol && ", by the subprotocol " + mine.protocol));
  };
  mine.onmessage = e => note("< " + e.data);
  mine.onclose = e => {
    if (mine === socket) socket = null;
    note(opened ? "closed: " + e.code + " " + e.reason : "refused; a browser does not tell the status, and the desk's log has it");
  };
}

function sendMessage() {
  if (socket?.readyState !== WebSocket.OPEN) return note("not connected");
  socket.send($("message").value);
  note("> " + $("message").value);
}

const lines = []; // of what came and went, the last ones

function note(line) {
  lines.push(line);
  if (lines.length > 200) lines.shift();
  $("frames").textContent = lines.join("\n");
  $("frames").hidden = false;
  $("state").textContent = socket?.readyState === WebSocket.OPEN ? "Connected." : "";
}

// on does something at an event, and shows what keeps it from being done.
function on(id, event, action, tell = show) {
  $(id).addEventListener(event, async e => {
    e.preventDefault();
    try { await action(); } catch (problem) { tell(problem); }
  });
}

if ($("connect")) {
  const suggest = () => { $("message").value = $("socket").selectedOptions[0].dataset.message; };
  on("connect", "submit", connect, note);
  on("send", "submit", sendMessage, note);
  on("close", "click", () => socket?.close(1000), note);
  on("socket", "change", suggest);
  suggest();
}

if ($("sign-in")) {
  on("sign-in", "submit", signIn);
  on("challenge", "submit", reply);
  on("refresh", "click", refresh);
  on("sign-out", "click", signOut);
  if ($("try")) on("try", "submit", call);
  render();
  // ?as=USERNAME signs in and makes the first call at once; nobody does not sign in.
  const as = new URLSearchParams(location.search).get("as");
  if (as === "nobody") $("try") && call().catch(show);
  else if (as) {
    $("username").value = as;
    signIn().then(() => signedIn && $("try") && call()).catch(show);
  }
}
