// What the page does: it signs in, answers what a sign-in asks for, and calls the API. It shows every answer as it is.
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

// on does something at an event, and shows what keeps it from being done.
function on(id, event, action) {
  $(id).addEventListener(event, e => {
    e.preventDefault();
    action().catch(show);
  });
}

if ($("try")) {
  on("sign-in", "submit", signIn);
  on("challenge", "submit", reply);
  on("refresh", "click", refresh);
  on("sign-out", "click", signOut);
  on("try", "submit", call);
  render();
  // ?as=USERNAME signs in and makes the first call at once; nobody does not sign in.
  const as = new URLSearchParams(location.search).get("as");
  if (as === "nobody") call().catch(show);
  else if (as) {
    $("username").value = as;
    signIn().then(() => signedIn && call()).catch(show);
  }
}
