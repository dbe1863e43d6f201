package cognitotest

import (
	"cmp"
	"context"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	idp "github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider/types"
)

// Provision makes a pool with all Users and three app clients, by the operations that take AWS credentials. What an emulator does
// not do of it is logged, and is left to the exceptions; the pool, its clients, and users with a password are a must.
// Target.Code is a guess.
func Provision(t *testing.T, client *idp.Client) *Target {
	t.Helper()
	p := &provision{t, &Target{Client: client}, map[string]string{}}
	p.target.TOTPSecret = func(user string) string { return p.totp[user] }
	p.target.Code = func(string) string { return "000000" }
	pool, err := client.CreateUserPool(t.Context(), &idp.CreateUserPoolInput{PoolName: aws.String("conformance"), MfaConfiguration: types.UserPoolMfaTypeOptional})
	p.must(err)
	p.target.Pool = *pool.UserPool.Id
	p.target.Plain = p.app("plain", false, nil)
	p.target.Secret = p.app("secret", true, nil)
	p.target.Rotating = p.app("rotating", false, &types.RefreshTokenRotationType{Feature: types.FeatureTypeEnabled, RetryGracePeriodSeconds: aws.Int32(0)})
	_, err = client.CreateGroup(t.Context(), &idp.CreateGroupInput{UserPoolId: &p.target.Pool, GroupName: aws.String(Group)})
	p.must(err)
	for _, user := range Users() {
		p.user(user)
	}
	return p.target
}

type provision struct {
	t      *testing.T
	target *Target
	totp   map[string]string // secrets by user
}

func (p *provision) must(err error) {
	p.t.Helper()
	if err != nil {
		p.t.Fatal(err)
	}
}

// may logs what an emulator does not do.
func (p *provision) may(err error, user string) {
	p.t.Helper()
	if err != nil {
		p.t.Logf("%s: %v", user, err)
	}
}

func (p *provision) app(name string, secret bool, rotation *types.RefreshTokenRotationType) App {
	p.t.Helper()
	flows := []types.ExplicitAuthFlowsType{types.ExplicitAuthFlowsTypeAllowUserPasswordAuth, types.ExplicitAuthFlowsTypeAllowUserSrpAuth}
	if rotation == nil {
		flows = append(flows, types.ExplicitAuthFlowsTypeAllowRefreshTokenAuth)
	}
	out, err := p.target.Client.CreateUserPoolClient(p.t.Context(), &idp.CreateUserPoolClientInput{
		UserPoolId: &p.target.Pool, ClientName: &name, GenerateSecret: secret, ExplicitAuthFlows: flows, RefreshTokenRotation: rotation,
		PreventUserExistenceErrors: types.PreventUserExistenceErrorTypesEnabled,
	})
	p.must(err)
	return App{ID: *out.UserPoolClient.ClientId, Secret: aws.ToString(out.UserPoolClient.ClientSecret)}
}

func (p *provision) user(u User) {
	p.t.Helper()
	ctx, client := p.t.Context(), p.target.Client
	attributes := []types.AttributeType{{Name: aws.String("email"), Value: aws.String(u.Name + "@example.com")}}
	if u.Phone != "" {
		attributes = append(attributes, types.AttributeType{Name: aws.String("phone_number"), Value: &u.Phone})
	}
	if u.Unconfirmed {
		_, err := client.SignUp(ctx, &idp.SignUpInput{ClientId: &p.target.Plain.ID, Username: &u.Name, Password: aws.String(Password), UserAttributes: attributes})
		p.may(err, u.Name)
		return
	}
	attributes = append(attributes, types.AttributeType{Name: aws.String("email_verified"), Value: aws.String("true")})
	_, err := client.AdminCreateUser(ctx, &idp.AdminCreateUserInput{
		UserPoolId: &p.target.Pool, Username: &u.Name, TemporaryPassword: aws.String(Password), UserAttributes: attributes, MessageAction: types.MessageActionTypeSuppress,
	})
	p.must(err)
	p.state(u)
	p.may(p.factors(ctx, u), u.Name)
}

// state brings a user who was made into their group and state.
func (p *provision) state(u User) {
	p.t.Helper()
	ctx, client, pool := p.t.Context(), p.target.Client, &p.target.Pool
	_, err := client.AdminAddUserToGroup(ctx, &idp.AdminAddUserToGroupInput{UserPoolId: pool, Username: &u.Name, GroupName: aws.String(Group)})
	p.must(err)
	if !u.Temporary {
		_, err = client.AdminSetUserPassword(ctx, &idp.AdminSetUserPasswordInput{UserPoolId: pool, Username: &u.Name, Password: aws.String(Password), Permanent: true})
		p.must(err)
	}
	if u.Disabled {
		_, err = client.AdminDisableUser(ctx, &idp.AdminDisableUserInput{UserPoolId: pool, Username: &u.Name})
		p.must(err)
	}
	if u.ResetRequired {
		_, err = client.AdminResetUserPassword(ctx, &idp.AdminResetUserPasswordInput{UserPoolId: pool, Username: &u.Name})
		p.may(err, u.Name)
	}
}

// factors sets up a user's second factors, as the user does.
func (p *provision) factors(ctx context.Context, u User) error {
	if len(u.MFA) == 0 {
		return nil
	}
	token := p.target.signIn(p.t, p.target.Plain, u.Name).AccessToken
	in := &idp.SetUserMFAPreferenceInput{AccessToken: token}
	only := len(u.MFA) == 1
	for _, factor := range u.MFA {
		switch factor {
		case SMS:
			in.SMSMfaSettings = &types.SMSMfaSettingsType{Enabled: true, PreferredMfa: only}
		case Email:
			in.EmailMfaSettings = &types.EmailMfaSettingsType{Enabled: true, PreferredMfa: only}
		case Software:
			if err := p.token(ctx, u, token); err != nil {
				return err
			}
			in.SoftwareTokenMfaSettings = &types.SoftwareTokenMfaSettingsType{Enabled: true, PreferredMfa: only}
		}
	}
	_, err := p.target.Client.SetUserMFAPreference(ctx, in)
	return err
}

// token gives a user a software token.
func (p *provision) token(ctx context.Context, u User, access *string) error {
	out, err := p.target.Client.AssociateSoftwareToken(ctx, &idp.AssociateSoftwareTokenInput{AccessToken: access})
	if err != nil {
		return err
	}
	p.totp[u.Name] = *out.SecretCode
	code := cmp.Or(TOTP(*out.SecretCode, time.Now()), "000000")
	_, err = p.target.Client.VerifySoftwareToken(ctx, &idp.VerifySoftwareTokenInput{AccessToken: access, UserCode: &code})
	return err
}
