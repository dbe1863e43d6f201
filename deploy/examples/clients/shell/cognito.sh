#!/bin/sh
# Signs in at Cognito, calls an API with the tokens, renews them and signs out, with the AWS CLI, curl and jq. Without
# AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER it is the Cognito of AWS.
# No password and no token is an argument of a command, where others on the machine could read it.
set -eu
api=${API:-http://127.0.0.1:8080/rest-token}
export CLIENT_ID="${CLIENT_ID:-local-client}" API_USER="${API_USER:-reader}" API_PASSWORD="${API_PASSWORD:-Passw0rd!}"
endpoint=${AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER-}
case ${AWS_IGNORE_CONFIGURED_ENDPOINT_URLS-} in [Tt][Rr][Uu][Ee]) endpoint= ;; esac

folder=$(mktemp -d)
trap 'rm -r "$folder"' EXIT
tokens=$folder/tokens

# cognito COMMAND: the AWS CLI, with the JSON of stdin as its input. Older releases do not read the endpoint's variable themselves.
cognito() {
  cat >"$folder/input"
  aws cognito-idp "$1" --no-sign-request --output json ${endpoint:+--endpoint-url "$endpoint"} --cli-input-json "file://$folder/input"
}

# refused COMMAND: whether Cognito says that the JSON of stdin does not authorize it.
refused() {
  if cognito "$1" >/dev/null 2>"$folder/error"; then
    echo no
  elif grep -q NotAuthorizedException "$folder/error"; then
    echo yes
  else
    cat "$folder/error" >&2
  fi
}

call() {
  jq -r '"Authorization: Bearer " + .AuthenticationResult.AccessToken' "$tokens" | curl -s -o /dev/null -w '%{http_code}' -H @- "$api/users"
}

# want RESULT WHAT GOT: a line of what was done.
want() {
  [ "$3" = "$1" ] || { echo "WRONG $2: $3, want $1" >&2; exit 1; }
  echo "ok  $2: $3"
}

sign_in='{AuthFlow: "USER_PASSWORD_AUTH", ClientId: env.CLIENT_ID, AuthParameters: {USERNAME: env.API_USER, PASSWORD: $password}}'
renew='{AuthFlow: "REFRESH_TOKEN_AUTH", ClientId: env.CLIENT_ID, AuthParameters: {REFRESH_TOKEN: .AuthenticationResult.RefreshToken}}'

want yes "a wrong password is refused" "$(jq -n '"guessed" as $password | '"$sign_in" | refused initiate-auth)"
jq -n 'env.API_PASSWORD as $password | '"$sign_in" | cognito initiate-auth >"$tokens"
want 200 "GET /users, signed in" "$(call)"
jq "$renew" "$tokens" | cognito initiate-auth >"$folder/renewed"
jq -s '.[0] * .[1]' "$tokens" "$folder/renewed" >"$folder/both"
mv "$folder/both" "$tokens"
want 200 "GET /users with a renewed token" "$(call)"

# Cognito tells nobody. An API takes the access token until it ends, unless its authorizers ask: who signs out at the API's own
# POST /tokens/sign-out has it refused there too.
jq '{ClientId: env.CLIENT_ID, Token: .AuthenticationResult.RefreshToken}' "$tokens" | cognito revoke-token
want yes "the refresh token is refused, signed out" "$(jq "$renew" "$tokens" | refused initiate-auth)"
want yes "the access token is refused at Cognito, signed out" "$(jq '{AccessToken: .AuthenticationResult.AccessToken}' "$tokens" | refused get-user)"
