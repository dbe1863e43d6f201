"""The command portcullis, in PATH or where PORTCULLIS says."""
import json
import os
import subprocess
import urllib.request

import pytest

COMMAND = os.environ.get("PORTCULLIS", "portcullis")


def output(*args):
    return subprocess.run([COMMAND, *args], check=True, stdout=subprocess.PIPE, text=True).stdout.strip()


class Issuer:
    """An issuer of the shape of a Cognito user pool, on a free port."""

    def __init__(self):
        flags = ["--like", "cognito", "--seed", "tests", "--addr", "127.0.0.1:0", "--quiet", "-o", "json"]
        self.process = subprocess.Popen([COMMAND, "fixture", "issuer", *flags], stdout=subprocess.PIPE, text=True)
        [served] = json.loads("".join(iter(self.process.stdout.readline, "}\n")) + "}")["issuers"]
        self.url, self.client_id, self.control = served["issuer"], served["audience"][0], served["control"]

    def token(self, *flags):
        return output("fixture", "token", "--like", "cognito", "--seed", "tests", "--issuer", self.url, *flags)

    def broken(self):
        return json.loads(self.token("--scope", "orders/read", "--broken", "all", "-o", "json"))["broken"]

    def outage(self, state):
        urllib.request.urlopen(f"{self.control}/outage", data=state.encode()).close()


@pytest.fixture(scope="session")
def issuer():
    issuer = Issuer()
    with issuer.process:
        yield issuer
        issuer.process.terminate()


@pytest.fixture(scope="session")
def handler(issuer):
    os.environ.update(ISSUER=issuer.url, CLIENT_ID=issuer.client_id)
    import authorizer

    return authorizer.handler


@pytest.fixture(scope="session")
def event():
    """The event that a REST API sends."""
    return lambda token, route: json.loads(output("fixture", "event", "token", "--token", token, "--route", route))


@pytest.fixture(scope="session")
def evaluate():
    """What API Gateway makes of an answer, for each route of the contract, beside what the contract says: returncode 0 where both agree."""
    command = [COMMAND, "access", "evaluate", "orders.yaml", "--policy", "-", "--scopes"]
    return lambda answer, scopes: subprocess.run([*command, scopes], input=json.dumps(answer), capture_output=True, text=True)
