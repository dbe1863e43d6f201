"""A TOKEN authorizer of a REST API, for the access tokens of one Cognito user pool."""
import os
import re

import jwt

ISSUER, CLIENT_ID = os.environ["ISSUER"], os.environ["CLIENT_ID"]
KEYS = jwt.PyJWKClient(f"{ISSUER}/.well-known/jwks.json")  # fetched again after five minutes

# API Gateway keeps the answer for all routes, so it has to say all that the caller may call.
OPENS = {
    "orders/read": ["GET/orders", "GET/orders/*"],
    "orders/write": ["POST/orders", "DELETE/orders/*"],
}


class Unauthorized(Exception):
    """With any other text than this very one the gateway answers 500, and no 401."""

    def __init__(self):
        super().__init__("Unauthorized")


def handler(event, context=None):
    claims = verify(event["authorizationToken"])
    stage = "/".join(event["methodArn"].split("/")[:2])
    routes = [route for scope in claims["scope"].split() for route in OPENS.get(scope, [])]
    statement = {
        "Action": "execute-api:Invoke",
        "Effect": "Allow" if routes else "Deny",
        "Resource": [f"{stage}/{route}" for route in routes or ["*"]],
    }
    return {"principalId": claims["sub"], "policyDocument": {"Version": "2012-10-17", "Statement": [statement]}}


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
