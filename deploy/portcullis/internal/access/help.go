package main

import "errors"

// errHelp asks for the help in place of an answer.
var errHelp = errors.New("help is wanted")

const help = `Answers who may call what, from an API's contract and the scopes of its groups.

  go run ./deploy/portcullis/internal/access matrix  [flags]           who may call which operation
  go run ./deploy/portcullis/internal/access diff    [flags] OLD NEW   what opens and closes between two contracts
  go run ./deploy/portcullis/internal/access explain [flags]           why one request is allowed or denied
  go run ./deploy/portcullis/internal/access check   [flags]           what is wrong with the rules
  go run ./deploy/portcullis/internal/access help                      this text

Flags of all commands:
  -group-scopes JSON   which scopes a group has, {"group":["scope"]}, or @FILE (default: GROUP_SCOPES)

Flags of matrix, explain and check:
  -contract FILE       the OpenAPI file (default: CONTRACT, else openapi.yaml, else api/openapi.yaml)

matrix:
  -format FORMAT       table, markdown, csv, json or html (default table)
  -scopes "A B"        a further column, for a caller with these scopes; may be repeated
  -scheme SCHEMES      what callers bring: bearer, apiKey or bearer,apiKey (default bearer)

diff: exit status 1 if anything opens; one of OLD and NEW may be - for stdin
  -old-group-scopes JSON, -new-group-scopes JSON   where the two differ

explain: exit status 0 if the request is allowed, and the token, if there is one, verified
  -method METHOD, -path PATH   the request; the path as it is sent, without the stage
  -connect             in place of them: to connect to the WebSocket API
  -token TOKEN         the caller's token; - reads it from stdin
  -issuers JSON        whose tokens are accepted (default: ISSUERS); without it a token is only decoded
  -scopes "A B"        in place of a token: the caller's scopes
  -groups A,B          in place of a token: the caller's groups
  -id ID               in place of a token: the caller's id (default: nobody's)
  -scheme SCHEMES      in place of a token: bearer, apiKey or bearer,apiKey (default bearer)
  -arn ARN             an invocation of the API and stage to write the policy for; without -method and -path
                       also the request

check: exit status 1 if there is a problem; sizes are for a stage of 10 characters and an id of 128
  -allow-public LIST   operations that are meant for everyone: "GET /x,POST /tokens", or operationIds
  -granted "A B"       scopes that callers have elsewhere: from a token's own scope claim, or an API key

Examples:
  go run ./deploy/portcullis/internal/access matrix
  go run ./deploy/portcullis/internal/access matrix -format markdown -group-scopes '{"admins":["users/read","users/write"]}'
  git show HEAD:api/openapi.yaml | go run ./deploy/portcullis/internal/access diff - api/openapi.yaml
  go run ./deploy/portcullis/internal/access explain -method GET -path /users/7 -scopes users/self -id 7
  go run ./deploy/portcullis/internal/access explain -method DELETE -path /users/7 -token - < token.txt
  go run ./deploy/portcullis/internal/access check -allow-public signIn,refreshTokens,revokeToken,signOut -group-scopes '{"admins":["users/read","users/write"],"members":["users/self"]}'

Exit status 2: something could not be done; stderr says what. No token is ever printed.
"go run" makes a 1 of a 2; "go build ./deploy/portcullis/internal/access" gives a command that keeps them apart.
`
