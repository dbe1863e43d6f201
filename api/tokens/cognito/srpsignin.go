package cognito

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

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

// SignIn calls InitiateAuth with the flow USER_SRP_AUTH, and answers PASSWORD_VERIFIER. Where how to sign in is chosen, the flow is USER_AUTH,
// and a password goes the same way. With a device that Cognito does not take it is as without.
func (p SRP) SignIn(ctx context.Context, c tokens.Credentials) (tokens.Outcome, error) {
	if c.Password == "" {
		if c.Choice == tokens.PasswordAsked {
			c.Choice = tokens.SRPAsked
		}
		return p.Pool.SignIn(ctx, c)
	}
	return withoutDevice(c, func(c tokens.Credentials) (tokens.Outcome, error) {
		return p.bySRP(ctx, c.Username, c.Password, c.Device, func(a string) (tokens.Outcome, error) {
			if c.Choice == "" {
				return p.initiate(ctx, types.AuthFlowTypeUserSrpAuth, map[string]string{"USERNAME": c.Username, "SRP_A": a}, c.Device)
			}
			return p.choose(ctx, tokens.Credentials{Username: c.Username, Choice: tokens.SRPAsked, Device: c.Device}, map[string]string{"SRP_A": a})
		})
	})
}

// Reply calls RespondToAuthChallenge. A password is proved by PASSWORD_SRP; a challenge that wants it sent is a [*tokens.ChallengeError].
func (p SRP) Reply(ctx context.Context, r tokens.Reply) (tokens.Outcome, error) {
	if r.Password == "" {
		return p.Pool.Reply(ctx, r)
	}
	password := r.Password
	r.Password = ""
	switch r.Challenge {
	case tokens.SelectChallenge:
		r.Choice = tokens.SRPAsked
	case tokens.SRPAsked:
	default:
		return tokens.Outcome{}, &tokens.ChallengeError{Name: r.Challenge}
	}
	outcome, err := p.bySRP(ctx, r.Username, password, r.Device, func(a string) (tokens.Outcome, error) {
		r.SRPA = a
		return p.Pool.Reply(ctx, r)
	})
	if errors.Is(err, errDevice) {
		err = errNoDevice
	}
	return outcome, err
}

// bySRP begins with SRP_A, and answers PASSWORD_VERIFIER: anything else is an error, tokens without a proof as well.
func (p SRP) bySRP(ctx context.Context, username string, password tokens.Secret, device tokens.Device, begin func(a string) (tokens.Outcome, error)) (tokens.Outcome, error) {
	client, err := srp.New(nil)
	if err != nil {
		return tokens.Outcome{}, err
	}
	outcome, err := begin(client.A())
	if err != nil {
		return tokens.Outcome{}, err
	}
	asked := outcome.Challenge
	if asked == nil {
		return tokens.Outcome{}, &tokens.ChallengeError{}
	}
	if asked.Name != tokens.PasswordVerifier {
		return tokens.Outcome{}, &tokens.ChallengeError{Name: asked.Name}
	}
	user := cmp.Or(asked.Username, username)
	proof, err := p.sign(client, user, password, asked.SRP)
	if err != nil {
		return tokens.Outcome{}, fmt.Errorf("%s: %w", initiateAuth, err)
	}
	outcome, err = p.Pool.reply(ctx, tokens.Reply{Challenge: asked.Name, Session: asked.Session, Username: user, Proof: proof, Device: device})
	if c := outcome.Challenge; c != nil && c.Username == "" {
		c.Username = user
	}
	return outcome, err
}

// sign shows that the password is known.
func (p SRP) sign(client *srp.Client, user string, password tokens.Secret, asked tokens.SRPChallenge) (tokens.SRPProof, error) {
	now := time.Now()
	challenge := srp.Challenge{Pool: p.name, User: cmp.Or(asked.User, user), Salt: asked.Salt, B: asked.B, SecretBlock: asked.SecretBlock}
	signature, err := client.Sign(challenge, string(password), now)
	return tokens.SRPProof{SecretBlock: challenge.SecretBlock, Signature: signature, Timestamp: now.UTC().Format(srp.TimestampLayout)}, err
}
