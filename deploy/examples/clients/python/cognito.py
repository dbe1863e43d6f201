"""Signs in at Cognito, calls an API with the tokens, renews them and signs out. Without AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER it is
the Cognito of AWS."""
import os
import urllib.request

import boto3
from botocore import UNSIGNED
from botocore.config import Config

API = os.environ.get("API", "http://127.0.0.1:8080/rest-token")
CLIENT = os.environ.get("CLIENT_ID", "local-client")
USER, PASSWORD = os.environ.get("API_USER", "reader"), os.environ.get("API_PASSWORD", "Passw0rd!")

ENDPOINT = os.environ.get("AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER")
if os.environ.get("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "").lower() == "true":
    ENDPOINT = None

# Clients need no credentials of AWS, which older releases ask for in some of the calls. Nor do those read the variable themselves.
cognito = boto3.client("cognito-idp", endpoint_url=ENDPOINT, config=Config(signature_version=UNSIGNED))
NotAuthorized = cognito.exceptions.NotAuthorizedException


def done(what, got, want):
    if got != want:
        raise SystemExit(f"WRONG {what}: {got}, want {want}")
    print(f"ok  {what}: {got}")


def sign_in(username, password):
    parameters = {"USERNAME": username, "PASSWORD": password}
    return cognito.initiate_auth(ClientId=CLIENT, AuthFlow="USER_PASSWORD_AUTH", AuthParameters=parameters)["AuthenticationResult"]


def refresh(token):
    parameters = {"REFRESH_TOKEN": token}
    return cognito.initiate_auth(ClientId=CLIENT, AuthFlow="REFRESH_TOKEN_AUTH", AuthParameters=parameters)["AuthenticationResult"]


def call(token):
    request = urllib.request.Request(f"{API}/users", headers={"Authorization": f"Bearer {token}"})
    with urllib.request.urlopen(request, timeout=30) as response:
        return response.status


def refused(step, **arguments):
    try:
        step(**arguments)
    except NotAuthorized:
        return "refused"


done("a wrong password", refused(sign_in, username=USER, password="guessed"), "refused")
tokens = sign_in(USER, PASSWORD)
done("GET /users, signed in", call(tokens["AccessToken"]), 200)
renewed = refresh(tokens["RefreshToken"])
done("GET /users with a renewed token", call(renewed["AccessToken"]), 200)

# Cognito tells nobody. An API takes the access token until it ends, unless its authorizers ask: who signs out at the API's own
# POST /tokens/revoke has it refused there too.
cognito.revoke_token(ClientId=CLIENT, Token=tokens["RefreshToken"])
done("the refresh token, signed out", refused(refresh, token=tokens["RefreshToken"]), "refused")
done("the access token at Cognito, signed out", refused(cognito.get_user, AccessToken=renewed["AccessToken"]), "refused")
