// Signs in at POST /tokens of an API, calls it, renews the tokens and signs out.
import assert from "node:assert/strict";

import { Client, Refused } from "./client.js";

const { API = "http://127.0.0.1:8080/rest-token", API_USER = "reader", API_PASSWORD = "Passw0rd!" } = process.env;
const refused = (error) => error instanceof Refused && error.status === 401;
const done = (text) => console.log(`ok  ${text}`);

const client = new Client(API);
await assert.rejects(client.signIn(API_USER, "guessed"), refused);
done("a wrong password is refused");
await client.signIn(API_USER, API_PASSWORD);
done("signed in");
assert.equal((await client.call("GET", "/users")).status, 200);
done("GET /users: 200");
const both = await Promise.all([client.call("GET", "/users/nobody"), client.call("GET", "/users/nobody")]);
assert.deepEqual(both.map(({ status }) => status), [404, 404]);
done("GET /users/nobody twice at once, with one renewal if the tokens have ended: 404");
assert.equal((await client.call("DELETE", "/users/nobody")).status, 403);
done("DELETE /users/nobody, which a reader may not: 403");
await client.refresh();
assert.equal((await client.call("GET", "/users")).status, 200);
done("with renewed tokens: 200");

// API Gateway keeps what it was answered about a token, for up to five minutes: this one it has not asked about.
await client.refresh();
await client.signOut();
await assert.rejects(client.call("GET", "/users"), refused);
done("signed out: the access token is refused, and so is the refresh token");

// An account whose password was set by somebody else is asked for a new one.
const asked = [];
const answer = (challenge) => {
  asked.push(challenge);
  return { newPassword: API_PASSWORD };
};
await client.signIn("newcomer", API_PASSWORD, answer);
done(`signed in as newcomer, asked for: ${asked.join() || "nothing more"}`);
await client.signOutEverywhere();
await assert.rejects(client.refresh(), refused);
done("signed out everywhere");
