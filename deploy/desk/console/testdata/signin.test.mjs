import assert from "node:assert/strict";
import {createServer} from "node:http";
import {after, before, test} from "node:test";
import {askedFor, givenOf, outcomeOf, reasonOf, Refusal, responsesTo, throughAPI, throughCognito} from "../web/signin.js";

// A provider that answers what it is told to, and keeps what it was asked.
const asked = [];
let answers = [], server, address;

before(() => new Promise(done => {
  server = createServer((request, response) => {
    let body = "";
    request.on("data", data => { body += data; });
    request.on("end", () => {
      asked.push({path: request.url, target: request.headers["x-amz-target"]?.split(".")[1], authorization: request.headers.authorization, body: body && JSON.parse(body)});
      const [status, value] = answers.shift();
      response.writeHead(status).end(JSON.stringify(value));
    });
  }).listen(0, "127.0.0.1", () => { address = "http://127.0.0.1:" + server.address().port; done(); });
}));
after(() => server.close());

async function served(values, action) {
  asked.length = 0;
  answers = values;
  const result = await action();
  assert.equal(answers.length, 0, "all answers were asked for");
  return result;
}

test("every challenge has the fields that it takes", () => {
  for (const [name, parameters, fields] of [
    ["NEW_PASSWORD_REQUIRED", {requiredAttributes: ["name", "<b>"]}, ["newPassword", "attribute.name", "attribute.<b>"]],
    ["NEW_PASSWORD_REQUIRED", {}, ["newPassword"]],
    ["SOFTWARE_TOKEN_MFA", {}, ["code"]],
    ["SMS_MFA", {destination: "+***0100", delivery: "SMS"}, ["code"]],
    ["SMS_OTP", {}, ["code"]],
    ["EMAIL_OTP", {}, ["code"]],
    ["SELECT_MFA_TYPE", {mfaTypes: ["SMS_MFA", "SOFTWARE_TOKEN_MFA"]}, ["choice"]],
    ["SELECT_CHALLENGE", {choices: ["PASSWORD", "PASSWORD_SRP", "EMAIL_OTP"]}, ["choice", "password"]],
    ["SELECT_CHALLENGE", {choices: ["PASSWORD_SRP", "WEB_AUTHN"]}, []],
    ["SELECT_CHALLENGE", {}, []],
    ["PASSWORD", {}, ["password"]],
    ["CUSTOM_CHALLENGE", {}, ["code"]],
    ["MFA_SETUP", {secret: "JBSWY3DPEHPK3PXP"}, ["code"]],
    ["MFA_SETUP", {}, []],
    ["WEB_AUTHN", {}, []],
  ]) {
    const {fields: got, why} = askedFor({name, parameters});
    assert.deepEqual(got.map(field => field.name), fields, name);
    assert.equal(!fields.length, /cannot answer/.test(why || ""), name);
  }
  assert.deepEqual(askedFor({name: "SELECT_CHALLENGE", parameters: {choices: ["PASSWORD", "PASSWORD_SRP", "EMAIL_OTP"]}}).fields[0].choices.map(([name]) => name), ["PASSWORD", "EMAIL_OTP"]);
});

test("answers have Cognito's names", () => {
  for (const [name, given, want] of [
    ["NEW_PASSWORD_REQUIRED", {newPassword: "p", "attribute.name": "Ada"}, {NEW_PASSWORD: "p", "userAttributes.name": "Ada"}],
    ["SMS_MFA", {code: "1"}, {SMS_MFA_CODE: "1"}],
    ["SOFTWARE_TOKEN_MFA", {code: "1"}, {SOFTWARE_TOKEN_MFA_CODE: "1"}],
    ["SELECT_MFA_TYPE", {choice: "SMS_MFA"}, {ANSWER: "SMS_MFA"}],
    ["SELECT_CHALLENGE", {choice: "PASSWORD", password: "p"}, {ANSWER: "PASSWORD", PASSWORD: "p"}],
    ["SELECT_CHALLENGE", {choice: "EMAIL_OTP", password: ""}, {ANSWER: "EMAIL_OTP"}],
    ["PASSWORD", {password: "p"}, {PASSWORD: "p"}],
  ]) assert.deepEqual(responsesTo({name}, givenOf(given)), want, name);
});

test("what Cognito answers is a step, or tokens", () => {
  const {step} = outcomeOf({ChallengeName: "NEW_PASSWORD_REQUIRED", Session: "s", ChallengeParameters: {USER_ID_FOR_SRP: "u", requiredAttributes: '["userAttributes.name"]'}}, "typed");
  assert.equal(step.username, "u");
  assert.deepEqual(step.parameters.requiredAttributes, ["name"]);
  assert.equal(outcomeOf({ChallengeName: "SMS_MFA", ChallengeParameters: {requiredAttributes: "no JSON"}}, "typed").step.username, "typed");
  assert.equal(outcomeOf({AuthenticationResult: {AccessToken: "a"}}).tokens.accessToken, "a");
});

test("Cognito: a software token is set up, and the sign-in goes on with its session", async () => {
  const way = throughCognito(address, "client");
  const {step} = await served([[200, {ChallengeName: "MFA_SETUP", Session: "s1", ChallengeParameters: {}}], [200, {SecretCode: "ABCD", Session: "s2"}]],
    () => way.start({username: "u", password: "p", flow: "USER_PASSWORD_AUTH"}));
  assert.equal(step.parameters.secret, "ABCD");
  assert.equal(asked[1].body.Session, "s1");
  const {tokens} = await served([[200, {Status: "SUCCESS", Session: "s3"}], [200, {AuthenticationResult: {AccessToken: "a"}}]], () => way.reply(step, {code: "123456"}));
  assert.deepEqual(asked.map(({target, body}) => [target, body.Session, body.UserCode]), [["VerifySoftwareToken", "s2", "123456"], ["RespondToAuthChallenge", "s3", undefined]]);
  assert.equal(tokens.accessToken, "a");
});

test("Cognito: tokens are renewed by either operation", async () => {
  const way = throughCognito(address, "client");
  const renewed = await served([[400, {__type: "UnknownOperationException"}], [200, {AuthenticationResult: {AccessToken: "b"}}]], () => way.refresh({refreshToken: "r"}));
  assert.equal(renewed.accessToken, "b");
  assert.deepEqual(asked.map(({target}) => target), ["GetTokensFromRefreshToken", "InitiateAuth"]);
});

test("Cognito: no password goes where a choice comes first", async () => {
  await served([[200, {ChallengeName: "SELECT_CHALLENGE", AvailableChallenges: ["PASSWORD"]}]], () => throughCognito(address, "client").start({username: "u", password: "p", flow: "USER_AUTH"}));
  assert.deepEqual(asked[0].body.AuthParameters, {USERNAME: "u"});
});

test("the API: a challenge is answered with its session, and the name that it gives", async () => {
  const way = throughAPI(address + "/tokens");
  const {step} = await served([[200, {challenge: "SELECT_MFA_TYPE", session: "s", parameters: {username: "u2", mfaTypes: ["SMS_MFA"]}}]], () => way.start({username: "u", password: "p"}));
  await served([[200, {accessToken: "a"}]], () => way.reply(step, givenOf({choice: "SMS_MFA"})));
  assert.deepEqual(asked[0].body, {challenge: "SELECT_MFA_TYPE", session: "s", username: "u2", answer: {mfaType: "SMS_MFA"}});
  await served([[200, {accessToken: "a"}]], () => way.reply({name: "NEW_PASSWORD_REQUIRED", session: "s", username: "u"}, givenOf({newPassword: "n", "attribute.name": "Ada"})));
  assert.deepEqual(asked[0].body.answer, {newPassword: "n", attributes: {name: "Ada"}});
  await served([[200, {}]], () => way.signOut({credential: {token: "t"}}));
  assert.deepEqual([asked[0].path, asked[0].authorization, asked[0].body], ["/tokens/sign-out", "Bearer t", ""]);
});

test("the API: how to sign in is chosen, and no password goes before", async () => {
  const way = throughAPI(address + "/tokens");
  const {step} = await served([[200, {challenge: "SELECT_CHALLENGE", session: "s", parameters: {username: "u", choices: ["PASSWORD", "EMAIL_OTP", "WEB_AUTHN"]}}]],
    () => way.start({username: "u", password: "p", flow: "USER_AUTH"}));
  assert.deepEqual(asked[0].body, {username: "u"});
  assert.deepEqual(askedFor(step).fields[0].choices.map(([name]) => name), ["PASSWORD", "EMAIL_OTP"]);
  for (const [name, given, want] of [
    ["SELECT_CHALLENGE", {choice: "PASSWORD", password: "p"}, {choice: "PASSWORD", password: "p"}],
    ["SELECT_CHALLENGE", {choice: "EMAIL_OTP", password: ""}, {choice: "EMAIL_OTP"}],
    ["PASSWORD", {password: "p"}, {password: "p"}],
    ["EMAIL_OTP", {code: "1"}, {code: "1"}],
    ["SMS_OTP", {code: "1"}, {code: "1"}],
  ]) {
    await served([[200, {accessToken: "a"}]], () => way.reply({...step, name}, givenOf(given)));
    assert.deepEqual(asked[0].body, {challenge: name, session: "s", username: "u", answer: want}, name);
  }
});

test("a refusal is told in words", async () => {
  await assert.rejects(served([[401, {error: "unauthorized"}]], () => throughAPI(address).start({username: "u", password: "p"})), problem => problem instanceof Refusal && /Refused: unauthorized/.test(problem.message));
  for (const [status, value, want] of [
    [400, {__type: "com.amazonaws#CodeMismatchException", message: "x"}, /not the code/],
    [400, {__type: "NotAuthorizedException", message: "Incorrect username or password."}, /^Not done: Incorrect username or password\.$/],
    [400, {error: "invalid_scope"}, /invalid_scope/],
    [503, {}, /503/],
  ]) assert.match(reasonOf(status, value), want);
});

test("a proof of the password, and never the password", async () => {
  const way = throughCognito(address, "client", "pool"), challenge = {USER_ID_FOR_SRP: "sub", SALT: "a1", SRP_B: "b2", SECRET_BLOCK: "AAAA"};
  const outcome = await served([[200, {ChallengeName: "PASSWORD_VERIFIER", Session: "s", ChallengeParameters: challenge}], [200, {ChallengeName: "SOFTWARE_TOKEN_MFA", Session: "s2"}]],
    () => way.start({username: "u", password: "the password", flow: "USER_SRP_AUTH"}));
  assert.deepEqual([outcome.step.name, outcome.step.session, outcome.step.username], ["SOFTWARE_TOKEN_MFA", "s2", "sub"]);
  const [first, second] = asked.map(({body}) => body);
  assert.deepEqual([first.AuthFlow, first.AuthParameters.USERNAME, Object.keys(first.AuthParameters).length], ["USER_SRP_AUTH", "u", 2]);
  assert.match(first.AuthParameters.SRP_A, /^[0-9a-f]{700,768}$/);
  assert.deepEqual([second.ChallengeName, second.Session, Object.keys(second.ChallengeResponses).sort().join()], ["PASSWORD_VERIFIER", "s", "PASSWORD_CLAIM_SECRET_BLOCK,PASSWORD_CLAIM_SIGNATURE,TIMESTAMP,USERNAME"]);
  assert.ok(!JSON.stringify(asked).includes("the password"));
  const refused = served([[200, {ChallengeName: "PASSWORD_VERIFIER", ChallengeParameters: {...challenge, SRP_B: "0"}}]], () => way.start({username: "u", password: "p", flow: "USER_SRP_AUTH"}));
  await assert.rejects(refused, /cannot be answered/);
});
