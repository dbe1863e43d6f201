// A client of an API that gives out tokens itself, at POST /tokens. It is for browsers as well as for Node.js.

// What the API answered when it refused. A status of 401 where tokens are renewed means: sign in again.
export class Refused extends Error {
  constructor(status, message) {
    super(`${status} ${message}`);
    this.status = status;
  }
}

export class Client {
  #api;
  #tokens;
  #renewal;

  constructor(api) {
    this.#api = api;
  }

  // answer(challenge, parameters) gives what the API asks for besides the password, such as {newPassword} or {code}.
  async signIn(username, password, answer) {
    let given = await this.#post("/tokens", { username, password });
    while (given.challenge) {
      const { challenge, session, parameters } = given;
      const body = { challenge, session, username: parameters?.username ?? username, answer: await answer(challenge, parameters) };
      given = await this.#post("/tokens", body);
    }
    this.#tokens = given;
  }

  // Calls that are refused at the same time wait for one renewal: a refresh token that rotates is good once.
  refresh() {
    this.#renewal ??= this.#renew().finally(() => (this.#renewal = undefined));
    return this.#renewal;
  }

  // Of clients whose refresh tokens rotate, the answer has the one that takes the old one's place.
  async #renew() {
    const { refreshToken } = this.#tokens;
    this.#tokens = { ...this.#tokens, ...(await this.#post("/tokens/refresh", { refreshToken })) };
  }

  // Ends this sign-in.
  async signOut() {
    await this.#post("/tokens/revoke", { refreshToken: this.#tokens.refreshToken });
  }

  // Ends all sign-ins of the user.
  async signOutEverywhere() {
    await read(await this.#send("POST", "/tokens/sign-out", { Authorization: `Bearer ${this.#tokens.accessToken}` }));
  }

  // An access token may end between two calls: after a 401 it is renewed, once.
  async call(method, path) {
    const send = () => this.#send(method, path, { Authorization: `Bearer ${this.#tokens.accessToken}` });
    const { accessToken } = this.#tokens;
    const response = await send();
    if (response.status !== 401) return response;
    if (accessToken === this.#tokens.accessToken) await this.refresh(); // else another call has renewed it meanwhile
    return send();
  }

  async #post(path, body) {
    return read(await this.#send("POST", path, { "Content-Type": "application/json" }, JSON.stringify(body)));
  }

  // With 429, and 503 that says in Retry-After in how many seconds, the API asks to come again. A 503 without it may have been done.
  async #send(method, path, headers, body) {
    for (let left = 3; ; left--) {
      const response = await fetch(this.#api + path, { method, headers, body });
      const after = response.headers.get("Retry-After");
      const again = response.status === 429 || (response.status === 503 && after);
      if (!again || left === 0) return response;
      const seconds = Math.min(Number(after) || 1, 30);
      await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
    }
  }
}

async function read(response) {
  const body = await response.json().catch(() => ({}));
  if (!response.ok) throw new Refused(response.status, body.error ?? body.message ?? response.statusText);
  return body;
}
