// Signs in at Cognito with AWS Amplify, calls an API with the tokens, renews them and signs out. Without an endpoint it is the Cognito
// of AWS. Amplify signs in by SRP, so that the password does not leave the page.
import { Amplify } from "aws-amplify";
import { confirmSignIn, fetchAuthSession, getCurrentUser, signIn, signOut } from "aws-amplify/auth";
import { cognitoUserPoolsTokenProvider } from "aws-amplify/auth/cognito";
import { sessionStorage } from "aws-amplify/utils";
import { check, fails } from "./check.js";

export async function run({ api, pool, client, endpoint, username, password, done }) {
  const Cognito = { userPoolId: pool, userPoolClientId: client, ...(endpoint && { userPoolEndpoint: endpoint }) };
  Amplify.configure({ Auth: { Cognito } });
  // Without this the tokens are in localStorage, where they outlive the tab.
  cognitoUserPoolsTokenProvider.setKeyValueStorage(sessionStorage);

  const token = async (options) => (await fetchAuthSession(options)).tokens?.accessToken.toString();
  const call = async () => (await fetch(`${api}/users`, { headers: { Authorization: `Bearer ${await token()}` } })).status;

  await fails(signIn({ username, password: "guessed" }), (error) => error.name === "NotAuthorizedException");
  done("a wrong password is refused");
  check((await signIn({ username, password })).isSignedIn, true);
  done("signed in");
  check(await call(), 200);
  done("GET /users: 200");
  const first = await token();
  check((await token({ forceRefresh: true })) === first, false);
  check(await call(), 200);
  done("with a renewed token: 200");
  const last = await token();
  await signOut();
  await fails(getCurrentUser(), (error) => error.name === "UserUnAuthenticatedException");
  done("signed out: Amplify has no tokens any more");
  // Cognito tells nobody. An API takes the access token until it ends, unless its authorizers ask.
  const answer = await fetch(endpoint || `https://cognito-idp.${pool.split("_")[0]}.amazonaws.com/`, {
    method: "POST",
    headers: { "Content-Type": "application/x-amz-json-1.1", "X-Amz-Target": "AWSCognitoIdentityProviderService.GetUser" },
    body: JSON.stringify({ AccessToken: last }),
  });
  check((await answer.json()).__type, "NotAuthorizedException");
  done("Cognito refuses the access token");

  // An account whose password was set by somebody else is asked for a new one.
  let { isSignedIn, nextStep } = await signIn({ username: "newcomer", password });
  if (nextStep.signInStep === "CONFIRM_SIGN_IN_WITH_NEW_PASSWORD_REQUIRED") {
    done("newcomer is asked for a new password");
    ({ isSignedIn } = await confirmSignIn({ challengeResponse: password }));
  }
  check(isSignedIn, true);
  done("signed in as newcomer");
  await signOut({ global: true });
  done("signed out everywhere");
}
