// Signs in at Cognito, calls an API with the tokens, renews them and signs out. Without AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER it
// is the Cognito of AWS.
import {
  CognitoIdentityProviderClient,
  GetUserCommand,
  InitiateAuthCommand,
  NotAuthorizedException,
  RespondToAuthChallengeCommand,
  RevokeTokenCommand,
} from "@aws-sdk/client-cognito-identity-provider";
import assert from "node:assert/strict";

const { API = "http://127.0.0.1:8080/rest-token", API_USER = "reader", API_PASSWORD = "Passw0rd!" } = process.env;
const { CLIENT_ID: ClientId = "local-client" } = process.env;
const cognito = new CognitoIdentityProviderClient(); // comes again by itself where Cognito throttles
const done = (text) => console.log(`ok  ${text}`);

async function signIn(username, password) {
  const AuthParameters = { USERNAME: username, PASSWORD: password };
  const given = await cognito.send(new InitiateAuthCommand({ ClientId, AuthFlow: "USER_PASSWORD_AUTH", AuthParameters }));
  if (!given.ChallengeName) return given.AuthenticationResult;
  assert.equal(given.ChallengeName, "NEW_PASSWORD_REQUIRED");
  done("asked for a new password");
  const { ChallengeName, Session } = given;
  const ChallengeResponses = { USERNAME: username, NEW_PASSWORD: API_PASSWORD };
  const answered = await cognito.send(new RespondToAuthChallengeCommand({ ClientId, ChallengeName, Session, ChallengeResponses }));
  return answered.AuthenticationResult;
}

const refresh = async (token) => {
  const given = await cognito.send(new InitiateAuthCommand({ ClientId, AuthFlow: "REFRESH_TOKEN_AUTH", AuthParameters: { REFRESH_TOKEN: token } }));
  return given.AuthenticationResult;
};

const call = async (token) => (await fetch(`${API}/users`, { headers: { Authorization: `Bearer ${token}` } })).status;

await assert.rejects(signIn(API_USER, "guessed"), NotAuthorizedException);
done("a wrong password is refused");
const tokens = await signIn(API_USER, API_PASSWORD);
done("signed in");
assert.equal(await call(tokens.AccessToken), 200);
done("GET /users: 200");
const renewed = await refresh(tokens.RefreshToken);
assert.equal(await call(renewed.AccessToken), 200);
done("with a renewed token: 200");

// Cognito tells nobody. An API takes the access token until it ends, unless its authorizers ask: who signs out at the API's own
// POST /tokens/revoke has it refused there too.
await cognito.send(new RevokeTokenCommand({ ClientId, Token: tokens.RefreshToken }));
await assert.rejects(refresh(tokens.RefreshToken), NotAuthorizedException);
await assert.rejects(cognito.send(new GetUserCommand({ AccessToken: renewed.AccessToken })), NotAuthorizedException);
done("signed out: Cognito refuses the refresh token, and the access token");

await signIn("newcomer", API_PASSWORD);
done("signed in as newcomer");
