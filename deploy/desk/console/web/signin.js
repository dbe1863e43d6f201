// Signing in: through the API's own POST /tokens, or by Cognito's protocol. Both ways end with tokens, or with a step that asks for more.

// A step is {name, session, username, parameters: {requiredAttributes, mfaTypes, choices, delivery, destination, secret}}. An outcome is
// {tokens: {accessToken, idToken, refreshToken, expiresIn}} or {step}.

import {proof} from "./srp.js";

// Refusal is what a sign-in is refused with, in words. It may be tried again.
export class Refusal extends Error {}

const srpFlow = "USER_SRP_AUTH";

// throughAPI signs in at the address of POST /tokens.
export function throughAPI(url) {
  const post = async (path, body, headers = {}) => json(await send(url + path, {method: "POST", headers: {...body && {"Content-Type": "application/json"}, ...headers}, body: body && JSON.stringify(body)}));
  const outcome = (answer, username) => answer.accessToken ? {tokens: answer}
    : {step: {name: answer.challenge, session: answer.session, username: answer.parameters?.username || username, parameters: answer.parameters || {}}};
  return {
    flows: [byPassword, byChoice],
    start: async ({username, password, flow}) => outcome(await post("", {username, ...flow !== "USER_AUTH" && {password}}), username),
    reply: async (step, given) => outcome(await post("", {challenge: step.name, session: step.session, username: step.username, answer: answerTo(step, given)}), step.username),
    refresh: ({refreshToken}) => post("/refresh", {refreshToken}),
    revoke: ({refreshToken}) => post("/revoke", {refreshToken}),
    signOut: ({credential}) => post("/sign-out", undefined, {Authorization: "Bearer " + credential.token}),
  };
}

// The ways to begin: with the password, and without one where the app client allows it.
const byPassword = ["USER_PASSWORD_AUTH", "with the password"], byChoice = ["USER_AUTH", "by a choice (USER_AUTH)"];

// answerTo are the names of POST /tokens for what was filled in.
function answerTo(step, {newPassword, attributes, code, choice, password}) {
  switch (step.name) {
  case "NEW_PASSWORD_REQUIRED": return {newPassword, attributes};
  case "SELECT_MFA_TYPE": return {mfaType: choice};
  case "SELECT_CHALLENGE": return {choice, ...choice === "PASSWORD" && {password}};
  case "PASSWORD": return {password};
  }
  return {code};
}

// throughCognito signs in at an endpoint of Cognito's protocol, as an app client without a secret, of a pool by its name in proofs of a password.
export function throughCognito(endpoint, clientId, pool) {
  const call = async (operation, input) => json(await send(endpoint, {
    method: "POST", headers: {"Content-Type": "application/x-amz-json-1.1", "X-Amz-Target": "AWSCognitoIdentityProviderService." + operation}, body: JSON.stringify(input),
  }));
  const respond = async (step, responses, session = step.session) => outcomeOf(await call("RespondToAuthChallenge",
    {ChallengeName: step.name, ClientId: clientId, Session: session, ChallengeResponses: {USERNAME: step.username, ...responses}}), step.username);
  const reply = async (step, given) => {
    if (step.name === "MFA_SETUP") {
      const verified = await call("VerifySoftwareToken", {Session: step.session, UserCode: given.code, FriendlyDeviceName: "desk"});
      return respond(step, {}, verified.Session);
    }
    return respond(step, responsesTo(step, given));
  };
  // withSecret asks for the secret of a software token that is to be set up.
  const withSecret = async outcome => {
    if (outcome.step?.name !== "MFA_SETUP") return outcome;
    const {SecretCode, Session} = await call("AssociateSoftwareToken", {Session: outcome.step.session});
    return {step: {...outcome.step, session: Session, parameters: {...outcome.step.parameters, secret: SecretCode}}};
  };
  // prove signs in without sending the password.
  const prove = async (username, password) => {
    const {A, answer} = proof();
    const asked = await call("InitiateAuth", {AuthFlow: srpFlow, ClientId: clientId, AuthParameters: {USERNAME: username, SRP_A: A}});
    if (asked.ChallengeName !== "PASSWORD_VERIFIER") return outcomeOf(asked, username);
    const responses = await answer(pool, asked.ChallengeParameters, password);
    return outcomeOf(await call("RespondToAuthChallenge", {ChallengeName: asked.ChallengeName, ClientId: clientId, Session: asked.Session, ChallengeResponses: responses}), responses.USERNAME);
  };
  return {
    flows: [byPassword, [srpFlow, "with a proof of the password (SRP)"], byChoice],
    start: async ({username, password, flow}) => withSecret(flow === srpFlow ? await prove(username, password) : outcomeOf(await call("InitiateAuth",
      {AuthFlow: flow, ClientId: clientId, AuthParameters: {USERNAME: username, ...flow === "USER_PASSWORD_AUTH" && {PASSWORD: password}}}), username)),
    reply: async (step, given) => withSecret(await reply(step, given)),
    refresh: async ({refreshToken}) => tokensOf((await refreshed(call, clientId, refreshToken)).AuthenticationResult),
    revoke: ({refreshToken}) => call("RevokeToken", {Token: refreshToken, ClientId: clientId}),
    signOut: ({credential}) => call("GlobalSignOut", {AccessToken: credential.token}),
  };
}

// refreshed renews tokens. A client that rotates refresh tokens has no REFRESH_TOKEN_AUTH, and others may lack the newer operation.
async function refreshed(call, clientId, refreshToken) {
  try {
    return await call("GetTokensFromRefreshToken", {RefreshToken: refreshToken, ClientId: clientId});
  } catch (problem) {
    if (!(problem instanceof Refusal)) throw problem;
    return call("InitiateAuth", {AuthFlow: "REFRESH_TOKEN_AUTH", ClientId: clientId, AuthParameters: {REFRESH_TOKEN: refreshToken}});
  }
}

// outcomeOf reads what Cognito answers. A member of its parameters may be JSON in a text.
export function outcomeOf(answer, username) {
  if (answer.AuthenticationResult) return {tokens: tokensOf(answer.AuthenticationResult)};
  const given = answer.ChallengeParameters || {};
  return {step: {
    name: answer.ChallengeName, session: answer.Session, username: given.USER_ID_FOR_SRP || given.USERNAME || username,
    parameters: {
      requiredAttributes: listIn(given.requiredAttributes).map(name => name.replace(/^userAttributes\./, "")),
      mfaTypes: listIn(given.MFAS_CAN_CHOOSE), setUps: listIn(given.MFAS_CAN_SETUP), choices: answer.AvailableChallenges || [],
      delivery: given.CODE_DELIVERY_DELIVERY_MEDIUM, destination: given.CODE_DELIVERY_DESTINATION,
    },
  }};
}

const tokensOf = result => ({accessToken: result.AccessToken, idToken: result.IdToken, refreshToken: result.RefreshToken, expiresIn: result.ExpiresIn});

function listIn(text) {
  try { return JSON.parse(text).map(String); } catch { return []; }
}

// responsesTo are Cognito's names for what was filled in
// (https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_RespondToAuthChallenge.html).
export function responsesTo(step, {newPassword, attributes = {}, code, choice, password}) {
  switch (step.name) {
  case "NEW_PASSWORD_REQUIRED": return {NEW_PASSWORD: newPassword, ...Object.fromEntries(Object.entries(attributes).map(([name, value]) => ["userAttributes." + name, value]))};
  case "SELECT_MFA_TYPE": return {ANSWER: choice};
  case "SELECT_CHALLENGE": return {ANSWER: choice, ...choice === "PASSWORD" && {PASSWORD: password}};
  case "PASSWORD": return {PASSWORD: password};
  case "CUSTOM_CHALLENGE": return {ANSWER: code};
  }
  return {[step.name + "_CODE"]: code};
}

const words = {
  SMS_MFA: "A code by SMS", SMS_OTP: "A code by SMS", EMAIL_OTP: "A code by email", SOFTWARE_TOKEN_MFA: "A code of an authenticator app", PASSWORD: "The password",
};

// askedFor is what a step asks for: its title, and its fields, each {name, label, type, choices, of}. A field with of is there where the
// choice is that. No fields: the page cannot answer it, and why says so.
export function askedFor({name, parameters}) {
  const code = label => [{name: "code", label, type: "code"}];
  const offered = names => names.filter(choice => words[choice]).map(choice => [choice, words[choice]]);
  const sent = parameters.destination ? "The code that was sent to " + parameters.destination + (parameters.delivery ? " by " + parameters.delivery : "") : "";
  switch (name) {
  case "NEW_PASSWORD_REQUIRED":
    return {title: "A new password", fields: [{name: "newPassword", label: "New password", type: "password"},
      ...(parameters.requiredAttributes || []).map(attribute => ({name: "attribute." + attribute, label: attribute, type: "text"}))]};
  case "SOFTWARE_TOKEN_MFA": return {title: words[name], fields: code("Code of the authenticator app")};
  case "SMS_MFA": case "SMS_OTP": case "EMAIL_OTP": return {title: words[name], fields: code(sent || words[name])};
  case "SELECT_MFA_TYPE": return {title: "Which second factor", fields: [{name: "choice", label: "Second factor", choices: offered(parameters.mfaTypes || [])}]};
  case "SELECT_CHALLENGE":
    if (!offered(parameters.choices || []).length) break;
    return {title: "How to sign in", fields: [{name: "choice", label: "Sign in with", choices: offered(parameters.choices || [])}, {name: "password", label: "Password", type: "password", of: "PASSWORD"}]};
  case "PASSWORD": return {title: words[name], fields: [{name: "password", label: "Password", type: "password"}]};
  case "CUSTOM_CHALLENGE": return {title: "A question of the user pool's own", fields: code("Answer")};
  case "MFA_SETUP":
    if (parameters.secret) return {title: "Set up an authenticator app", fields: code("Code that the app shows")};
  }
  return {title: "One more step", fields: [], why: "The account asks for " + name + ", which a page cannot answer. aws cognito-idp can, or another account."};
}

// givenOf is what was filled in, by the fields' names.
export function givenOf(values) {
  const given = {attributes: {}};
  for (const [name, value] of Object.entries(values)) {
    if (name.startsWith("attribute.")) given.attributes[name.slice("attribute.".length)] = value;
    else given[name] = value;
  }
  return given;
}

// machineToken gets a machine's token with its client's credentials (RFC 6749, section 4.4).
export async function machineToken({tokenUrl, clientId, clientSecret}, scopes) {
  const answer = await json(await send(localOf(tokenUrl), {
    method: "POST", headers: {Authorization: "Basic " + btoa(clientId + ":" + clientSecret)},
    body: new URLSearchParams({grant_type: "client_credentials", ...scopes.length && {scope: scopes.join(" ")}}),
  }));
  return {accessToken: answer.access_token, expiresIn: answer.expires_in};
}

// localOf is an address of the desk at the page's own origin, whichever of its names the page was opened by. Others a page does not reach.
export function localOf(address) {
  const url = new URL(address, location.href), loopback = name => name === "localhost" || name === "[::1]" || name.startsWith("127.");
  if (url.host === location.host) return address;
  if (url.port === location.port && loopback(url.hostname) && loopback(location.hostname)) return location.origin + url.pathname + url.search;
  throw new Error("A page of the desk asks the desk only, and " + url.host + " is another host. Paste a token that you got there.");
}

async function send(url, request) {
  try {
    return await fetch(url, {...request, credentials: "omit", cache: "no-store"});
  } catch {
    throw new Error("There was no answer. Is the desk running?");
  }
}

// json is what an answer holds, or throws why it is none.
async function json(answer) {
  const text = await answer.text();
  let value = {};
  try { value = text ? JSON.parse(text) : {}; } catch { /* the status says what there is to say */ }
  if (answer.ok) return value;
  throw new Refusal(reasonOf(answer.status, value));
}

// reasonOf says in words why a sign-in was refused.
export function reasonOf(status, value) {
  const kind = String(value.__type || "").split("#").pop();
  const known = {
    CodeMismatchException: "That is not the code. Try again.", ExpiredCodeException: "The code has ended. Sign in again for another one.",
    TooManyRequestsException: "That was asked too often. Wait a little.", LimitExceededException: "That was asked too often. Wait a little.",
  }[kind];
  const said = known || value.message || value.error_description || value.error;
  if (status === 401 && !known) return (said ? "Refused: " + said + "." : "Refused.") + " Is what you typed right? Try again.";
  return said ? (known || "Not done: " + said + (/[.!?]$/.test(said) ? "" : ".")) : "Not done: the answer was " + status + ".";
}
