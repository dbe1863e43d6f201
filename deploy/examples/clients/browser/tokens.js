// Signs in at POST /tokens of an API, calls it, renews the tokens and signs out. The tokens are kept in memory: a script that gets
// into a page reads what is in localStorage, and there they outlive the page.
import { Client, Refused } from "./client.js";
import { check, fails } from "./check.js";

const refused = (error) => error instanceof Refused && error.status === 401;

export async function run({ api, username, password, done }) {
  const client = new Client(api);
  await fails(client.signIn(username, "guessed"), refused);
  done("a wrong password is refused");
  await client.signIn(username, password);
  done("signed in");
  check((await client.call("GET", "/users")).status, 200);
  done("GET /users: 200");
  check((await client.call("DELETE", "/users/nobody")).status, 403);
  done("DELETE /users/nobody, which a reader may not: 403");
  await client.refresh();
  check((await client.call("GET", "/users")).status, 200);
  done("with renewed tokens: 200");

  // API Gateway keeps what it was answered about a token, for up to five minutes: this one it has not asked about.
  await client.refresh();
  await client.signOut();
  await fails(client.call("GET", "/users"), refused);
  done("signed out: the access token is refused, and so is the refresh token");
}
