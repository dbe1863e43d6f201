package cognito

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider/types"

	"portcullis/api/tokens"
)

// SignIn calls InitiateAuth with the flow USER_PASSWORD_AUTH.
func (p *Pool) SignIn(ctx context.Context, username string, password tokens.Secret) (tokens.Outcome, error) {
	return callWithSecret(ctx, p, initiateAuth, func(ctx context.Context, secret tokens.Secret) (tokens.Outcome, error) {
		parameters := map[string]string{"USERNAME": username, "PASSWORD": string(password)}
		p.prove(parameters, username, secret)
		out, err := p.client.InitiateAuth(ctx, &cognitoidentityprovider.InitiateAuthInput{
			AuthFlow: types.AuthFlowTypeUserPasswordAuth, ClientId: &p.id, AuthParameters: parameters,
		}, once)
		if err != nil {
			return tokens.Outcome{}, err
		}
		return outcomeOf(out.AuthenticationResult, out.ChallengeName, out.Session, out.ChallengeParameters)
	})
}

// Reply calls RespondToAuthChallenge.
func (p *Pool) Reply(ctx context.Context, r tokens.Reply) (tokens.Outcome, error) {
	return callWithSecret(ctx, p, respond, func(ctx context.Context, secret tokens.Secret) (tokens.Outcome, error) {
		responses := responsesOf(r)
		p.prove(responses, r.Username, secret)
		out, err := p.client.RespondToAuthChallenge(ctx, &cognitoidentityprovider.RespondToAuthChallengeInput{
			ChallengeName: types.ChallengeNameType(r.Challenge), ClientId: &p.id,
			Session: aws.String(string(r.Session)), ChallengeResponses: responses,
		}, once)
		if err != nil {
			return tokens.Outcome{}, err
		}
		return outcomeOf(out.AuthenticationResult, out.ChallengeName, out.Session, out.ChallengeParameters)
	})
}

// responsesOf are Cognito's names for a reply
// (https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_ChallengeResponseType.html).
func responsesOf(r tokens.Reply) map[string]string {
	responses := map[string]string{"USERNAME": r.Username}
	switch r.Challenge {
	case tokens.NewPasswordRequired:
		responses["NEW_PASSWORD"] = string(r.NewPassword)
		for name, value := range r.Attributes {
			responses[attributePrefix+name] = value
		}
	case tokens.SelectFactor:
		responses["ANSWER"] = r.Factor
	default:
		responses[r.Challenge+"_CODE"] = string(r.Code)
	}
	return responses
}

const attributePrefix = "userAttributes."

// handedOn are the challenges that clients of ours can answer.
var handedOn = []string{tokens.NewPasswordRequired, tokens.SMSCode, tokens.AuthenticatorCode, tokens.EmailCode, tokens.SelectFactor}

// outcomeOf reads an answer: either tokens or a challenge, of whose parameters a client gets what it needs to answer.
func outcomeOf(result *types.AuthenticationResultType, name types.ChallengeNameType, session *string, parameters map[string]string) (tokens.Outcome, error) {
	if result != nil && result.AccessToken != nil {
		issued := tokensOf(result)
		return tokens.Outcome{Tokens: &issued}, nil
	}
	if name == "" {
		return tokens.Outcome{}, errors.New("the answer has neither tokens nor a challenge")
	}
	if !slices.Contains(handedOn, string(name)) || session == nil {
		return tokens.Outcome{}, &tokens.ChallengeError{Name: string(name)}
	}
	challenge := tokens.Challenge{
		Name:        string(name),
		Session:     tokens.Secret(*session),
		Username:    parameters["USER_ID_FOR_SRP"],
		Delivery:    parameters["CODE_DELIVERY_DELIVERY_MEDIUM"],
		Destination: parameters["CODE_DELIVERY_DESTINATION"],
		Factors:     listOf(parameters["MFAS_CAN_CHOOSE"]),
	}
	for _, attribute := range listOf(parameters["requiredAttributes"]) {
		challenge.RequiredAttributes = append(challenge.RequiredAttributes, strings.TrimPrefix(attribute, attributePrefix))
	}
	return tokens.Outcome{Challenge: &challenge}, nil
}

// listOf reads the JSON list of strings that a challenge's parameter is. What is none is no list.
func listOf(text string) []string {
	var list []string
	if json.Unmarshal([]byte(text), &list) != nil {
		return nil
	}
	return list
}
