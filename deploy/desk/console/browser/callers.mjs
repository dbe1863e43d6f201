// What the tests of the console ask of a desk beside its page, as other clients do.
import assert from "node:assert/strict";

const cognito = (desk, operation, input) => fetch(desk + "/_cognito", {
  method: "POST", headers: {"Content-Type": "application/x-amz-json-1.1", "X-Amz-Target": "AWSCognitoIdentityProviderService." + operation}, body: JSON.stringify(input),
});

// tokenOf signs an account of the desk's in, and gives its access token.
export async function tokenOf(desk, username) {
  const answer = await cognito(desk, "InitiateAuth", {AuthFlow: "USER_PASSWORD_AUTH", ClientId: "local-client", AuthParameters: {USERNAME: username, PASSWORD: "Passw0rd!"}});
  const {AuthenticationResult: result} = await answer.json();
  assert.ok(result, username + " is not signed in: " + answer.status);
  return result.AccessToken;
}

// broken gives the caller's token, broken in one way of those that the workbench has.
export async function broken(desk, token, kind) {
  const {modes, operations} = await (await fetch(desk + "/_console/desk")).json();
  const operation = operations.find(one => !one.public && one.modes.includes("rest-token"));
  assert.ok(modes.some(mode => mode.name === "rest-token"));
  const answer = await fetch(desk + "/_console/broken", {
    method: "POST", headers: {"Content-Type": "application/json"},
    body: JSON.stringify({credential: {kind: "token", token}, mode: "rest-token", method: operation.method, path: operation.path.replace(/\{[^}]*\}/g, "1"), kinds: [kind]}),
  });
  const text = await answer.text();
  assert.equal(answer.status, 200, text);
  return JSON.parse(text).token;
}

// call sends a request to a desk, and gives the answer's status.
export async function call(address, {token, key, ...request} = {}) {
  const headers = {...token && {Authorization: "Bearer " + token}, ...key && {"X-Api-Key": key}, ...request.body && {"Content-Type": "application/json"}};
  const answer = await fetch(address, {...request, headers});
  await answer.arrayBuffer();
  return answer.status;
}
