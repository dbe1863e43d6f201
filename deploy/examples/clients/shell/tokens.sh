#!/bin/sh
# Signs in at POST /tokens of an API, calls it, renews the tokens and signs out, with curl and jq.
# No password and no token is an argument of a command, where others on the machine could read it.
set -eu
api=${API:-http://127.0.0.1:8080/rest-token}
user=${API_USER:-reader}
export API_PASSWORD="${API_PASSWORD:-Passw0rd!}"

folder=$(mktemp -d)
trap 'rm -r "$folder"' EXIT
tokens=$folder/tokens

# send METHOD PATH CURL-OPTIONS: the status, with the answer in $folder/answer. curl comes again after 429 and 503, when Retry-After says.
send() {
  method=$1 path=$2
  shift 2
  curl -s --retry 3 --retry-max-time 60 -o "$folder/answer" -w '%{http_code}' -X "$method" "$@" "$api$path"
}

# post PATH: the same with the JSON of stdin.
post() { send POST "$1" -H 'Content-Type: application/json' --data-binary @-; }

# call METHOD PATH: the same with the access token.
call() { jq -r '"Authorization: Bearer " + .accessToken' "$tokens" | send "$1" "$2" -H @-; }

keep() { mv "$folder/answer" "$tokens"; }

# renew: the status; of clients whose refresh tokens rotate, the answer has the one that takes the old one's place.
renew() {
  jq '{refreshToken}' "$tokens" | post /tokens/refresh
  jq -s '.[0] + .[1]' "$tokens" "$folder/answer" >"$folder/both"
  mv "$folder/both" "$tokens"
}

# want STATUS WHAT GOT: a line of what was done.
want() {
  [ "$3" = "$1" ] || { echo "WRONG $2: $3, want $1" >&2; exit 1; }
  echo "ok  $2: $3"
}

want 401 "a wrong password" "$(jq -n --arg username "$user" '{$username, password: "guessed"}' | post /tokens)"
want 200 "signed in" "$(jq -n --arg username "$user" '{$username, password: env.API_PASSWORD}' | post /tokens)"
keep
want 200 "GET /users" "$(call GET /users)"
want 403 "DELETE /users/nobody, which a reader may not" "$(call DELETE /users/nobody)"
want 200 "renewed" "$(renew)"
want 200 "GET /users with renewed tokens" "$(call GET /users)"

# API Gateway keeps what it was answered about a token, for up to five minutes: this one it has not asked about.
want 200 "renewed again" "$(renew)"
want 200 "signed out everywhere" "$(call POST /tokens/sign-out)"
want 401 "GET /users, signed out" "$(call GET /users)"
want 401 "the refresh token, signed out" "$(renew)"
