"""A client of an API that gives out tokens itself, at POST /tokens."""
import json
import time
import urllib.error
import urllib.request


class Refused(Exception):
    """What the API answered when it refused. A status of 401 where tokens are renewed means: sign in again."""

    def __init__(self, status, message):
        super().__init__(f"{status} {message}")
        self.status = status


class Client:
    def __init__(self, api):
        self._api = api
        self._tokens = {}

    def sign_in(self, username, password, answer=None):
        """answer(challenge, parameters) gives what the API asks for besides the password, such as {"newPassword": …} or {"code": …}."""
        given = self._post("/tokens", {"username": username, "password": password})
        while "challenge" in given:
            parameters = given.get("parameters", {})
            body = {
                "challenge": given["challenge"],
                "session": given["session"],
                "username": parameters.get("username", username),
                "answer": answer(given["challenge"], parameters),
            }
            given = self._post("/tokens", body)
        self._tokens = given

    def refresh(self):
        """Of clients whose refresh tokens rotate, the answer has the one that takes the old one's place."""
        self._tokens |= self._post("/tokens/refresh", {"refreshToken": self._tokens["refreshToken"]})

    def sign_out(self):
        """Ends this sign-in."""
        self._post("/tokens/revoke", {"refreshToken": self._tokens["refreshToken"]})

    def sign_out_everywhere(self):
        """Ends all sign-ins of the user."""
        read(*self._send("POST", "/tokens/sign-out", self._bearer()))

    def call(self, method, path):
        """Gives status and body. An access token may end between two calls: after a 401 it is renewed, once."""
        status, body = self._send(method, path, self._bearer())
        if status == 401:
            self.refresh()
            status, body = self._send(method, path, self._bearer())
        return status, body

    def _bearer(self):
        return {"Authorization": f"Bearer {self._tokens['accessToken']}"}

    def _post(self, path, body):
        return read(*self._send("POST", path, {"Content-Type": "application/json"}, json.dumps(body).encode()))

    def _send(self, method, path, headers, body=None):
        """With 429, and 503 that says in Retry-After in how many seconds, the API asks to come again. A 503 without it may have been done."""
        for left in (3, 2, 1, 0):
            request = urllib.request.Request(self._api + path, body, headers, method=method)
            try:
                with urllib.request.urlopen(request, timeout=30) as response:
                    return response.status, response.read()
            except urllib.error.HTTPError as refusal:
                with refusal:
                    after = refusal.headers.get("Retry-After")
                    again = refusal.code == 429 or refusal.code == 503 and after
                    if not again or left == 0:
                        return refusal.code, refusal.read()
                    time.sleep(min(seconds(after), 30))


def seconds(text):
    return int(text) if text and text.isdecimal() else 1


def read(status, body):
    try:
        given = json.loads(body)
    except ValueError:
        given = {}
    if status >= 300:
        raise Refused(status, given.get("error") or given.get("message"))
    return given
