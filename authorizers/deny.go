package authorizers

import (
	"encoding/json"
	"errors"

	"portcullis/policy"
)

// deniedID is the principalId of an answer for somebody who is not known.
const deniedID = "unauthorized"

// denial is the answer in the place of an error that ErrUnauthorized stands for, where the configuration asks for one; ok is false for
// any other error. The document denies everything explicitly: what an HTTP API makes of a policy that matches nothing is not sure.
// See https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-lambda-authorizer.html.
func (c *Config) denial(err error) (output []byte, ok bool) {
	if err == nil || !c.Deny || outcomeOf(err).answer != ErrUnauthorized {
		return nil, false
	}
	var answer any = &Answer{PrincipalID: deniedID, PolicyDocument: policy.Document{Version: policy.Version, Statement: []policy.Statement{{
		Effect: policy.EffectDeny, Action: policy.Strings{policy.InvokeAction}, Resource: policy.Strings{"*"},
	}}}}
	if c.Simple {
		answer = &SimpleAnswer{}
	}
	output, err = json.Marshal(answer)
	return output, err == nil
}

// isElsewhere tells whether an error is that an API key is used from a network that it is not for.
func isElsewhere(err error) bool {
	key, is := errors.AsType[*KeyError](err)
	return is && key.Code == CodeAPIKeyNetwork
}
