"""Signs in at POST /tokens of an API, calls it, renews the tokens and signs out."""
import os

from client import Client, Refused

API = os.environ.get("API", "http://127.0.0.1:8080/rest-token")
USER, PASSWORD = os.environ.get("API_USER", "reader"), os.environ.get("API_PASSWORD", "Passw0rd!")


def done(what, got, want):
    if got != want:
        raise SystemExit(f"WRONG {what}: {got}, want {want}")
    print(f"ok  {what}: {got}")


def refusal(step, *args):
    try:
        step(*args)
    except Refused as refused:
        return refused.status


client = Client(API)
done("a wrong password", refusal(client.sign_in, USER, "guessed"), 401)
client.sign_in(USER, PASSWORD)
done("GET /users, signed in", client.call("GET", "/users")[0], 200)
done("DELETE /users/nobody, which a reader may not", client.call("DELETE", "/users/nobody")[0], 403)
client.refresh()
done("GET /users with renewed tokens", client.call("GET", "/users")[0], 200)

# API Gateway keeps what it was answered about a token, for up to five minutes: this one it has not asked about.
client.refresh()
client.sign_out()
done("GET /users, signed out: the access token is refused, and so is the refresh token", refusal(client.call, "GET", "/users"), 401)

# An account whose password was set by somebody else is asked for a new one.
asked = []
client.sign_in("newcomer", PASSWORD, lambda challenge, _: asked.append(challenge) or {"newPassword": PASSWORD})
print(f"ok  signed in as newcomer, asked for: {', '.join(asked) or 'nothing more'}")
client.sign_out_everywhere()
done("the refresh token, signed out everywhere", refusal(client.refresh), 401)
