// Package authorizer is a TOKEN authorizer of a REST API, for the access tokens of one Cognito user pool.
package authorizer

import (
	"context"
	"errors"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/MicahParks/jwkset"
	"github.com/aws/aws-lambda-go/events"
	"github.com/golang-jwt/jwt/v5"
)

// opens says what a scope opens. API Gateway keeps the answer for all routes, so it has to say all that the caller may call.
var opens = map[string][]string{
	"orders/read":  {"GET/orders", "GET/orders/*"},
	"orders/write": {"POST/orders", "DELETE/orders/*"},
}

// errUnauthorized has the one text that the gateway answers with 401; any other is a 500.
var errUnauthorized = errors.New("Unauthorized") //nolint:staticcheck // in capitals, as AWS has it

// Authorizer answers events. New makes one.
type Authorizer struct {
	clientID string
	keys     jwkset.Storage
	parser   *jwt.Parser
}

// New makes an authorizer for the tokens of a user pool, given by its URL, for one of its app clients. It fails where the pool's keys
// cannot be fetched. They are fetched again every five minutes.
func New(ctx context.Context, issuer, clientID string) (*Authorizer, error) {
	keys, err := jwkset.NewStorageFromHTTP(issuer+"/.well-known/jwks.json", jwkset.HTTPClientStorageOptions{Ctx: ctx, RefreshInterval: 5 * time.Minute})
	if err != nil {
		return nil, err
	}
	parser := jwt.NewParser(jwt.WithValidMethods([]string{"RS256"}), jwt.WithIssuer(issuer), jwt.WithExpirationRequired(), jwt.WithIssuedAt(),
		jwt.WithStrictDecoding())
	return &Authorizer{clientID, keys, parser}, nil
}

// Handle answers an event; a main hands it to lambda.Start.
func (a *Authorizer) Handle(ctx context.Context, event events.APIGatewayCustomAuthorizerRequest) (events.APIGatewayCustomAuthorizerResponse, error) {
	claims, err := a.verify(ctx, event.AuthorizationToken)
	if err != nil {
		return events.APIGatewayCustomAuthorizerResponse{}, err
	}
	statement := events.IAMPolicyStatement{Action: []string{"execute-api:Invoke"}, Effect: "Allow"}
	stage := strings.Join(strings.SplitN(event.MethodArn, "/", 3)[:2], "/")
	scopes, _ := claims["scope"].(string)
	for _, scope := range strings.Fields(scopes) {
		for _, route := range opens[scope] {
			statement.Resource = append(statement.Resource, stage+"/"+route)
		}
	}
	if statement.Resource == nil {
		statement.Effect, statement.Resource = "Deny", []string{stage + "/*"}
	}
	subject, _ := claims.GetSubject()
	return events.APIGatewayCustomAuthorizerResponse{
		PrincipalID:    subject,
		PolicyDocument: events.APIGatewayCustomAuthorizerPolicy{Version: "2012-10-17", Statement: []events.IAMPolicyStatement{statement}},
	}, nil
}

var bearer = regexp.MustCompile(`^(?i:bearer) ([\w-]+\.[\w-]+\.[\w-]+)$`)

// verify reads the claims into a map: a struct would take a claim EXP for exp.
func (a *Authorizer) verify(ctx context.Context, header string) (jwt.MapClaims, error) {
	match := bearer.FindStringSubmatch(header)
	if match == nil || len(match[1]) > 8192 {
		return nil, errUnauthorized
	}
	claims := jwt.MapClaims{}
	token, err := a.parser.ParseWithClaims(match[1], claims, func(token *jwt.Token) (any, error) {
		kid, _ := token.Header["kid"].(string)
		key, err := a.keys.KeyRead(ctx, kid)
		return key.Key(), err
	})
	// Cognito's header has alg and kid alone. The app is in client_id; an aud would name another API, and a cnf whom the token is bound to.
	if err != nil || len(token.Header) != 2 || claims["token_use"] != "access" || claims["client_id"] != a.clientID || has(claims, "aud", "cnf") {
		return nil, errUnauthorized
	}
	if subject, err := claims.GetSubject(); err != nil || subject == "" {
		return nil, errUnauthorized
	}
	return claims, nil
}

func has(claims jwt.MapClaims, names ...string) bool {
	return slices.ContainsFunc(names, func(name string) bool { _, there := claims[name]; return there })
}
