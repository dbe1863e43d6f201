package cognito

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider/types"

	"portcullis/api/tokens"
)

// SignIn calls InitiateAuth with the flow USER_PASSWORD_AUTH, or with USER_AUTH where how to sign in is chosen. With a device that Cognito
// does not take it is as without.
func (p *Pool) SignIn(ctx context.Context, c tokens.Credentials) (tokens.Outcome, error) {
	return withoutDevice(c, func(c tokens.Credentials) (tokens.Outcome, error) {
		if c.Password != "" && c.Choice == "" {
			return p.initiate(ctx, types.AuthFlowTypeUserPasswordAuth, map[string]string{"USERNAME": c.Username, "PASSWORD": string(c.Password)}, c.Device)
		}
		return p.choose(ctx, c, nil)
	})
}

// choose calls InitiateAuth with the flow USER_AUTH. What Cognito cannot make anything of then is the flow, which the app client must allow,
// or the choice, which the user pool must: the rest has been looked at.
func (p *Pool) choose(ctx context.Context, c tokens.Credentials, more map[string]string) (tokens.Outcome, error) {
	parameters := map[string]string{"USERNAME": c.Username}
	maps.Copy(parameters, more)
	if c.Choice != "" {
		parameters["PREFERRED_CHALLENGE"] = c.Choice
	}
	if c.Password != "" {
		parameters["PASSWORD"] = string(c.Password)
	}
	outcome, err := p.initiate(ctx, types.AuthFlowTypeUserAuth, parameters, c.Device)
	if exception := (*ExceptionError)(nil); errors.As(err, &exception) && exception.Code == invalidParameter {
		if c.Choice != "" {
			return outcome, &tokens.InputError{Field: "preferredChallenge", Problem: "is no way to sign in here: the app client does not allow USER_AUTH, or the user pool not this choice"}
		}
		return outcome, &tokens.InputError{Field: "password", Problem: "is missing: the app client does not allow USER_AUTH, by which people choose how to sign in"}
	}
	return outcome, err
}

// initiate calls InitiateAuth.
func (p *Pool) initiate(ctx context.Context, flow types.AuthFlowType, parameters map[string]string, device tokens.Device) (tokens.Outcome, error) {
	if device.Key != "" {
		parameters["DEVICE_KEY"] = device.Key
	}
	a, err := callWithSecret(ctx, p, initiateAuth, func(ctx context.Context, secret tokens.Secret) (answer, error) {
		p.prove(parameters, parameters["USERNAME"], secret)
		out, err := p.client.InitiateAuth(ctx, &cognitoidentityprovider.InitiateAuthInput{AuthFlow: flow, ClientId: &p.id, AuthParameters: parameters}, once)
		if err != nil {
			return answer{}, err
		}
		return answer{out.AuthenticationResult, out.ChallengeName, out.Session, out.ChallengeParameters, out.AvailableChallenges}, nil
	})
	if err != nil {
		return tokens.Outcome{}, err
	}
	return p.conclude(ctx, parameters["USERNAME"], device, a)
}

// Reply calls RespondToAuthChallenge.
func (p *Pool) Reply(ctx context.Context, r tokens.Reply) (tokens.Outcome, error) {
	outcome, err := p.reply(ctx, r)
	if errors.Is(err, errDevice) {
		err = errNoDevice
	}
	return outcome, err
}

func (p *Pool) reply(ctx context.Context, r tokens.Reply) (tokens.Outcome, error) {
	responses := responsesOf(r)
	if r.Device.Key != "" {
		responses["DEVICE_KEY"] = r.Device.Key
	}
	a, err := p.respond(ctx, r.Challenge, given(r.Session), responses)
	if err != nil {
		return tokens.Outcome{}, err
	}
	return p.conclude(ctx, r.Username, r.Device, a)
}

// respond calls RespondToAuthChallenge.
func (p *Pool) respond(ctx context.Context, challenge string, session *string, responses map[string]string) (answer, error) {
	return callWithSecret(ctx, p, respond, func(ctx context.Context, secret tokens.Secret) (answer, error) {
		p.prove(responses, responses["USERNAME"], secret)
		out, err := p.client.RespondToAuthChallenge(ctx, &cognitoidentityprovider.RespondToAuthChallengeInput{
			ChallengeName: types.ChallengeNameType(challenge), ClientId: &p.id, Session: session, ChallengeResponses: responses,
		}, once)
		if err != nil {
			return answer{}, err
		}
		return answer{out.AuthenticationResult, out.ChallengeName, out.Session, out.ChallengeParameters, nil}, nil
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
	case tokens.SelectChallenge, tokens.PasswordAsked, tokens.SRPAsked:
		for name, value := range map[string]string{"ANSWER": r.Choice, "PASSWORD": string(r.Password), "SRP_A": r.SRPA} {
			if value != "" {
				responses[name] = value
			}
		}
	case tokens.PasswordVerifier:
		responses["PASSWORD_CLAIM_SECRET_BLOCK"] = r.Proof.SecretBlock
		responses["PASSWORD_CLAIM_SIGNATURE"] = r.Proof.Signature
		responses["TIMESTAMP"] = r.Proof.Timestamp
	case tokens.Passkey:
		responses["CREDENTIAL"] = string(r.Credential)
	default:
		responses[r.Challenge+"_CODE"] = string(r.Code)
	}
	return responses
}

const attributePrefix = "userAttributes."

// handedOn are the challenges that clients of ours can answer.
var handedOn = []string{
	tokens.NewPasswordRequired, tokens.SMSCode, tokens.AuthenticatorCode, tokens.EmailCode, tokens.SelectFactor,
	tokens.SelectChallenge, tokens.PasswordAsked, tokens.SRPAsked, tokens.PasswordVerifier, tokens.SMSOneTimeCode, tokens.Passkey,
}

// answer is what InitiateAuth and RespondToAuthChallenge answer.
type answer struct {
	result     *types.AuthenticationResultType
	name       types.ChallengeNameType
	session    *string
	parameters map[string]string
	available  []types.ChallengeNameType
}

// outcomeOf reads an answer: either tokens or a challenge, of whose parameters a client gets what it needs to answer.
func outcomeOf(a answer) (tokens.Outcome, error) {
	if a.result != nil && a.result.AccessToken != nil {
		issued := tokensOf(a.result)
		return tokens.Outcome{Tokens: &issued}, nil
	}
	if a.name == "" {
		return tokens.Outcome{}, errors.New("the answer has neither tokens nor a challenge")
	}
	challenge := a.challenge()
	if !isComplete(challenge) {
		return tokens.Outcome{}, &tokens.ChallengeError{Name: challenge.Name}
	}
	return tokens.Outcome{Challenge: &challenge}, nil
}

func (a answer) challenge() tokens.Challenge {
	c := tokens.Challenge{
		Name:        string(a.name),
		Session:     tokens.Secret(aws.ToString(a.session)),
		Username:    a.parameters["USER_ID_FOR_SRP"],
		Delivery:    a.parameters["CODE_DELIVERY_DELIVERY_MEDIUM"],
		Destination: a.parameters["CODE_DELIVERY_DESTINATION"],
		Factors:     listOf(a.parameters["MFAS_CAN_CHOOSE"]),
	}
	for _, attribute := range listOf(a.parameters["requiredAttributes"]) {
		c.RequiredAttributes = append(c.RequiredAttributes, strings.TrimPrefix(attribute, attributePrefix))
	}
	switch c.Name {
	case tokens.SelectChallenge:
		c.Choices = choicesOf(a.available)
	case tokens.PasswordVerifier:
		c.Username = cmp.Or(a.parameters["USERNAME"], c.Username)
		c.SRP = tokens.SRPChallenge{User: a.parameters["USER_ID_FOR_SRP"], Salt: a.parameters["SALT"], B: a.parameters["SRP_B"], SecretBlock: a.parameters["SECRET_BLOCK"]}
	case tokens.Passkey:
		c.CredentialRequest = objectOf(a.parameters["CREDENTIAL_REQUEST_OPTIONS"])
	}
	return c
}

// isComplete tells whether a client can answer a challenge.
func isComplete(c tokens.Challenge) bool {
	switch {
	case !slices.Contains(handedOn, c.Name):
		return false
	case c.Name == tokens.PasswordVerifier: // the secret block may stand for a session
		return c.SRP.Salt != "" && c.SRP.B != "" && c.SRP.SecretBlock != ""
	case c.Name == tokens.SelectChallenge && len(c.Choices) == 0, c.Name == tokens.Passkey && c.CredentialRequest == "":
		return false
	}
	return c.Session != ""
}

// choicesOf are the ways to sign in that clients of ours can go.
func choicesOf(available []types.ChallengeNameType) []string {
	var choices []string
	for _, name := range available {
		if slices.Contains(tokens.Choices(), string(name)) {
			choices = append(choices, string(name))
		}
	}
	return choices
}

// objectOf is a text that is a JSON object; "" for another one.
func objectOf(text string) string {
	var members map[string]json.RawMessage
	if json.Unmarshal([]byte(text), &members) != nil || members == nil {
		return ""
	}
	return text
}

// listOf reads the JSON list of strings that a challenge's parameter is. What is none is no list.
func listOf(text string) []string {
	var list []string
	if json.Unmarshal([]byte(text), &list) != nil {
		return nil
	}
	return list
}
