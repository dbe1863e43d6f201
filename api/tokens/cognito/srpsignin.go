package cognito

import (
	"cmp"
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider/types"

	"portcullis/api/tokens"
	"portcullis/api/tokens/cognito/internal/srp"
)

// SRP is a Pool in which people sign in without sending their password: by the flow USER_SRP_AUTH in place of
// USER_PASSWORD_AUTH. The app client must allow ALLOW_USER_SRP_AUTH.
type SRP struct {
	*Pool
	name string // of the user pool
}

var _ tokens.Identity = SRP{}

// PoolIDError says that a text can be no user pool's ID.
type PoolIDError struct{ ID string }

// Error quotes the ID, cut to 60 bytes, and says what is expected.
func (e *PoolIDError) Error() string {
	return fmt.Sprintf("user pool ID %.60q: want one such as eu-west-1_AbCdEf123", e.ID)
}

// Region gives the region of a user pool's ID; the error is a [*PoolIDError].
func Region(id string) (string, error) {
	region, name, _ := strings.Cut(id, "_")
	if !isMadeOf(region, 40, lowerLetters+digits+"-") || !isMadeOf(region[:1], 1, lowerLetters) || !isMadeOf(name, 55, lettersAndDigits) {
		return "", &PoolIDError{id}
	}
	return region, nil
}

// NewSRP returns the pool of this ID without calling anybody. The errors are those of New, and a [*PoolIDError].
func NewSRP(id string, c Config) (SRP, error) {
	if _, err := Region(id); err != nil {
		return SRP{}, err
	}
	pool, err := New(c)
	_, name, _ := strings.Cut(id, "_")
	return SRP{pool, name}, err
}

// SignIn calls InitiateAuth with the flow USER_SRP_AUTH, and answers PASSWORD_VERIFIER.
func (p SRP) SignIn(ctx context.Context, username string, password tokens.Secret) (tokens.Outcome, error) {
	client, err := srp.New(nil)
	if err != nil {
		return tokens.Outcome{}, err
	}
	asked, err := p.beginSRP(ctx, username, client.A())
	if err != nil {
		return tokens.Outcome{}, err
	}
	user := cmp.Or(asked.ChallengeParameters["USERNAME"], asked.ChallengeParameters["USER_ID_FOR_SRP"], username)
	responses, err := p.sign(client, user, password, asked.ChallengeParameters)
	if err != nil {
		return tokens.Outcome{}, fmt.Errorf("%s: %w", initiateAuth, err)
	}
	outcome, err := p.verifyPassword(ctx, user, asked.Session, responses)
	if c := outcome.Challenge; c != nil && c.Username == "" {
		c.Username = user
	}
	return outcome, err
}

func (p SRP) beginSRP(ctx context.Context, username, a string) (*cognitoidentityprovider.InitiateAuthOutput, error) {
	return callWithSecret(ctx, p.Pool, initiateAuth, func(ctx context.Context, secret tokens.Secret) (*cognitoidentityprovider.InitiateAuthOutput, error) {
		parameters := map[string]string{"USERNAME": username, "SRP_A": a}
		p.prove(parameters, username, secret)
		out, err := p.client.InitiateAuth(ctx, &cognitoidentityprovider.InitiateAuthInput{
			AuthFlow: types.AuthFlowTypeUserSrpAuth, ClientId: &p.id, AuthParameters: parameters,
		}, once)
		if err == nil && out.ChallengeName != types.ChallengeNameTypePasswordVerifier {
			err = &tokens.ChallengeError{Name: string(out.ChallengeName)}
		}
		return out, err
	})
}

// sign gives the responses that show that the password is known.
func (p SRP) sign(client *srp.Client, user string, password tokens.Secret, asked map[string]string) (map[string]string, error) {
	now := time.Now()
	challenge := srp.Challenge{Pool: p.name, User: cmp.Or(asked["USER_ID_FOR_SRP"], user), Salt: asked["SALT"], B: asked["SRP_B"], SecretBlock: asked["SECRET_BLOCK"]}
	signature, err := client.Sign(challenge, string(password), now)
	return map[string]string{
		"USERNAME":                    user,
		"PASSWORD_CLAIM_SECRET_BLOCK": challenge.SecretBlock,
		"PASSWORD_CLAIM_SIGNATURE":    signature,
		"TIMESTAMP":                   now.UTC().Format(srp.TimestampLayout),
	}, err
}

func (p SRP) verifyPassword(ctx context.Context, user string, session *string, responses map[string]string) (tokens.Outcome, error) {
	return callWithSecret(ctx, p.Pool, respond, func(ctx context.Context, secret tokens.Secret) (tokens.Outcome, error) {
		p.prove(responses, user, secret)
		out, err := p.client.RespondToAuthChallenge(ctx, &cognitoidentityprovider.RespondToAuthChallengeInput{
			ChallengeName: types.ChallengeNameTypePasswordVerifier, ClientId: &p.id, Session: session, ChallengeResponses: responses,
		}, once)
		if err != nil {
			return tokens.Outcome{}, err
		}
		return outcomeOf(out.AuthenticationResult, out.ChallengeName, out.Session, out.ChallengeParameters)
	})
}
