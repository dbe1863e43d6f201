#!/bin/sh
# Serves the authorizers of a folder behind a local gateway, and calls it: sh try.sh node, or sh try.sh python.
# The command portcullis is the one in PATH, or the one that PORTCULLIS names; python3 is the one in PATH, or PYTHON.
set -eu
cd "$(dirname "$0")"
portcullis=${PORTCULLIS:-portcullis}
case "${1-}" in
  node) serve="node node/serve.js" ;;
  python) serve="${PYTHON:-python3} python/serve.py" ;;
  *) echo "usage: sh try.sh node|python" >&2; exit 2 ;;
esac

logs=$(mktemp -d)
started=""
stop() {
  for process in $started; do kill "$process" 2>/dev/null || true; done
  wait
  rm -r "$logs"
}
trap stop EXIT
trap 'exit 130' INT TERM

# start NAME COMMAND...: begins a server, and gives the address that it writes, as $address.
start() {
  name=$1
  shift
  "$@" >"$logs/$name" 2>"$logs/$name.err" &
  started="$! $started"
  address=""
  until [ -n "$address" ]; do
    kill -0 $! 2>/dev/null || { echo "$name does not start:" >&2; cat "$logs/$name.err" >&2; exit 1; }
    sleep 0.1
    address=$(sed -n "s|.*\(http://127\.0\.0\.1:[0-9]*\)[\"/ ,]*\$|\1|p" "$logs/$name" | head -n 1)
  done
}

start issuer "$portcullis" fixture issuer --like cognito --seed tests --addr 127.0.0.1:0 --quiet -o json
issuer=$address
export ISSUER="$issuer/cognito/eu-central-1_EXAMPLE" CLIENT_ID=1example23456789fixtureclient
start authorizers env PORT=0 $serve
authorizers=$address
start desk "$portcullis" local --addr 127.0.0.1:0 --contract orders.yaml \
  --mode modes/token.yaml --mode modes/request.yaml --mode modes/http.yaml --mode modes/simple.yaml \
  --function check-token="$authorizers/token" --function check-request="$authorizers/request" \
  --function check-http="$authorizers/http" --function check-simple="$authorizers/simple"
desk=$address

wrong=0
# say WHAT GOT WANT: a line of what is, and whether it is right.
say() {
  if [ "$2" = "$3" ]; then echo "ok    $1: $2"; else echo "WRONG $1: $2, want $3"; wrong=1; fi
}

# token FLAGS: a token of the issuer's.
token() { "$portcullis" fixture token --like cognito --seed tests --issuer "$ISSUER" "$@"; }

# call MODE METHOD PATH TOKEN: the status that the API answers. The header goes through a file, as arguments can be read by others.
call() {
  printf 'Authorization: Bearer %s\n' "$4" >"$logs/header"
  curl -s -o /dev/null -w '%{http_code}' -X "$2" -H "@$logs/header" "$desk/$1$3"
}

good=$(token --scope orders/read)
ended=$(token --scope orders/read --expires=-1s)
forged=$(token --scope orders/read --broken forged-our-kid)

# Without keys an authorizer cannot tell whether a token is good: that is no 401, by which a client would have its user sign in again.
curl -s -o "$logs/outage" -d on "$issuer/_fixture/cognito/outage"
say "token: GET /orders while the issuer is down" "$(call token GET /orders "$good")" 500
curl -s -o "$logs/outage" -d off "$issuer/_fixture/cognito/outage"

for mode in token request http simple; do
  say "$mode: GET /orders" "$(call $mode GET /orders "$good")" 200
  say "$mode: GET /orders/7" "$(call $mode GET /orders/7 "$good")" 200
  say "$mode: DELETE /orders/7, which takes orders/write" "$(call $mode DELETE /orders/7 "$good")" 403
  say "$mode: GET /orders with a token that has ended" "$(call $mode GET /orders "$ended")" 401
  say "$mode: GET /orders with a forged token" "$(call $mode GET /orders "$forged")" 401
done

# answer HANDLER EVENT FLAGS: what the handler answers to an event for GET /orders/7.
answer() {
  handler=$1 event=$2
  shift 2
  "$portcullis" fixture event "$event" --token - --route 'GET /orders/7' --resource '/orders/{id}' "$@" |
    curl -s --data-binary @- "$authorizers/$handler"
}

# agrees FLAGS: whether the answer on stdin lets through what the contract does, and nothing else.
agrees() {
  if "$portcullis" access evaluate orders.yaml --policy - "$@" >"$logs/evaluate" 2>&1; then
    echo yes
  else
    echo no
    cat "$logs/evaluate" >&2
  fi
}

arn=arn:aws:execute-api:us-east-1:123456789012:abcdef1234/v1/GET/orders/7
for scopes in orders/read orders/write 'orders/read orders/write'; do
  for mode in token request http; do
    agrees=$(token --scope "$scopes" | answer $mode $mode | agrees --scopes "$scopes")
    say "$mode: one answer is right for all routes, with $scopes" "$agrees" yes
  done
done
agrees=$(token --scope orders/read | answer simple http | agrees --scopes orders/read --arn $arn)
say "simple: the answer for GET /orders/7 with orders/read" "$agrees" yes
denied=$(token --scope orders/write | answer simple http | sed 's/.*"isAuthorized": *\([a-z]*\).*/\1/')
say "simple: isAuthorized for GET /orders/7 with orders/write" "$denied" false
exit $wrong
