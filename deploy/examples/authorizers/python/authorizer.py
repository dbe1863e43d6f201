"""Lambda authorizers for the access tokens of one Cognito user pool: the handlers authorizer.token, authorizer.request,
authorizer.http and authorizer.simple."""
import os
import re

import jwt

ISSUER, CLIENT_ID = os.environ["ISSUER"], os.environ["CLIENT_ID"]
KEYS = jwt.PyJWKClient(f"{ISSUER}/.well-known/jwks.json")  # fetched again after five minutes

# The routes that a scope opens.
OPENS = {
    "orders/read": ["GET /orders", "GET /orders/{id}"],
    "orders/write": ["POST /orders", "DELETE /orders/{id}"],
}


class Unauthorized(Exception):
    """With any other text than this very one the gateway answers 500, and no 401."""

    def __init__(self):
        super().__init__("Unauthorized")


def token(event, context=None):
    """TOKEN of a REST API: the event has the value of one header."""
    return policy(verify(event["authorizationToken"]), event["methodArn"])


def request(event, context=None):
    """REQUEST of a REST API: the event has the whole request. Header names are as the client wrote them."""
    headers = {name.lower(): value for name, value in event["headers"].items()}
    return policy(verify(headers.get("authorization", "")), event["methodArn"])


def http(event, context=None):
    """REQUEST of an HTTP API, format 2.0: header names are in small letters."""
    return policy(verify(event["headers"].get("authorization", "")), event["routeArn"])


def simple(event, context=None):
    """The same with simple answers. They may not be kept for other routes than this one."""
    claims = verify(event["headers"].get("authorization", ""))
    return {"isAuthorized": event["routeKey"] in routes_of(claims), "context": {"sub": claims["sub"]}}


def routes_of(claims):
    return [route for scope in claims["scope"].split() for route in OPENS.get(scope, [])]


def policy(claims, arn):
    """The gateway keeps a policy for all routes, so it has to say all that the caller may call. A star stands for slashes too: it would
    open a GET /orders/{id}/notes with GET /orders/{id}."""
    stage = "/".join(arn.split("/")[:2])
    paths = [re.sub("{[^}]*}", "*", route.replace(" ", "")) for route in routes_of(claims)]
    statement = {
        "Action": "execute-api:Invoke",
        "Effect": "Allow" if paths else "Deny",
        "Resource": [f"{stage}/{path}" for path in paths or ["*"]],
    }
    document = {"Version": "2012-10-17", "Statement": [statement]}
    return {"principalId": claims["sub"], "policyDocument": document, "context": {"sub": claims["sub"]}}


def verify(header):
    match = re.fullmatch(r"(?i:bearer) ([\w-]+\.[\w-]+\.[\w-]+)", header, re.ASCII)
    if not match or len(match[1]) > 8192:
        raise Unauthorized
    keys = KEYS.get_signing_keys()  # that it fails says nothing of the token
    try:
        return check(match[1], keys)
    except Exception as error:  # of a token that is nested deeply, or in UTF-16, json raises errors of its own
        raise Unauthorized from error


def check(token, keys):
    header = jwt.get_unverified_header(token)
    key = next((key.key for key in keys if key.key_id == header.get("kid")), None)
    if key is None or header.keys() != {"alg", "kid"}:
        raise Unauthorized
    required = ["exp", "iat", "sub", "scope"]
    claims = jwt.decode(token, key, algorithms=["RS256"], issuer=ISSUER, options={"require": required})
    # Cognito names the app in client_id. An aud would name another API, and a cnf whom the token is bound to.
    app = (claims.get("token_use"), claims.get("client_id"))
    if app != ("access", CLIENT_ID) or "aud" in claims or "cnf" in claims or not isinstance(claims["exp"], int):
        raise Unauthorized
    return claims
