package authorizers

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"portcullis/authorizers/internal/strictjson"
	"portcullis/policy"
)

// TokenAuthorizer is a Lambda authorizer of type TOKEN: it takes a JWT of any issuer that its verifier knows.
// See https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-use-lambda-authorizer.html.
type TokenAuthorizer struct {
	config  Config
	bearers bearers
	hints   hints
}

// NewToken makes a TOKEN authorizer, which takes tokens alone and answers with policies. The error is a [*ConfigError].
func NewToken(config Config) (*TokenAuthorizer, error) {
	if err := config.checkTokensOnly("a TOKEN"); err != nil {
		return nil, err
	}
	if config.Simple {
		return nil, &ConfigError{"Simple", "is not for a TOKEN authorizer: REST APIs take policies alone"}
	}
	config, err := config.completed()
	if err != nil {
		return nil, err
	}
	return &TokenAuthorizer{config: config, bearers: bearers{config.Tokens, config.Revocations}}, nil
}

// Invoke answers one event with an [Answer] in JSON. The errors are [ErrUnauthorized], where there is no good
// token and Config.Deny is false, and others where that could not be told: the package comment says what they become.
// It is the method of aws-lambda-go's lambda.Handler.
func (t *TokenAuthorizer) Invoke(ctx context.Context, event []byte) ([]byte, error) {
	start := time.Now()
	d := decision{log: t.config.Log, hints: &t.hints}
	output, err := t.decide(ctx, event, &d)
	unauthorized := d.done(ctx, err, start)
	if denial, ok := t.config.denial(err); ok {
		return denial, nil
	}
	return output, unauthorized
}

func (t *TokenAuthorizer) decide(ctx context.Context, event []byte, d *decision) ([]byte, error) {
	arn, authorization, err := parseTokenEvent(event)
	d.arn = arn
	if err != nil {
		return nil, err
	}
	token, source, err := t.config.TokenSources.headerToken(authorization)
	d.source, d.looked = source, t.config.TokenSources.headers
	if err != nil {
		return nil, err
	}
	if d.principal, err = t.bearers.bearer(ctx, token); err != nil {
		return nil, err
	}
	result, err := answer(t.config.Rules, d.principal, arn)
	if err != nil {
		return nil, err
	}
	return json.Marshal(result)
}

// parseTokenEvent reads the event of a TOKEN authorizer. A member that stands there twice, or is of another kind, is an error.
// See https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-lambda-authorizer-input.html.
func parseTokenEvent(event []byte) (arn policy.ARN, authorization string, err error) {
	var space [4]strictjson.Member
	e, ok := strictjson.ParseInto(space[:0], strings.ToValidUTF8(string(event), "\ufffd")) // no token holds other bytes
	if !ok {
		return arn, "", &EventError{"the event is no JSON object of the expected kind"}
	}
	if kind := e.TextOf("type"); kind != "TOKEN" {
		return arn, "", &EventError{fmt.Sprintf("want an event of type TOKEN, got %.20q", kind)}
	}
	if arn, err = parseARN("methodArn", e.TextOf("methodArn")); err != nil {
		return arn, "", err
	}
	if token := e.Get("authorizationToken"); token.Kind != strictjson.Text && token.Kind != strictjson.Absent && !token.IsNull() {
		return arn, "", &EventError{"authorizationToken: want a text"}
	}
	return arn, e.TextOf("authorizationToken"), nil
}
