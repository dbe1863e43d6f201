package cognito

import (
	"context"
	"errors"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"

	"portcullis/api/tokens"
)

// Refresh calls GetTokensFromRefreshToken, which serves app clients whose refresh tokens are rotated and others alike
// (https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_RefreshTokenRotationType.html).
func (p *Pool) Refresh(ctx context.Context, refresh tokens.Secret, device string) (tokens.Tokens, error) {
	issued, err := p.refresh(ctx, refresh, device)
	if errors.Is(err, errDevice) {
		err = tokens.ErrRefused
	}
	return issued, err
}

func (p *Pool) refresh(ctx context.Context, refresh tokens.Secret, device string) (tokens.Tokens, error) {
	return callWithSecret(ctx, p, getTokens, func(ctx context.Context, secret tokens.Secret) (tokens.Tokens, error) {
		out, err := p.client.GetTokensFromRefreshToken(ctx, &cognitoidentityprovider.GetTokensFromRefreshTokenInput{
			ClientId: &p.id, ClientSecret: given(secret), RefreshToken: aws.String(string(refresh)), DeviceKey: given(tokens.Secret(device)),
		}, once)
		switch {
		case err != nil:
			return tokens.Tokens{}, err
		case out.AuthenticationResult == nil || out.AuthenticationResult.AccessToken == nil:
			return tokens.Tokens{}, errors.New("the answer has no tokens")
		}
		return tokensOf(out.AuthenticationResult), nil
	})
}

// Redeem is Refresh, by the app client that the token is of: Cognito refuses those of others.
func (p *Pool) Redeem(ctx context.Context, refresh, access tokens.Secret, device string) (tokens.Tokens, error) {
	for _, id := range p.all(access) {
		issued, err := p.as(id).Refresh(ctx, refresh, device)
		if !errors.Is(err, tokens.ErrRefused) {
			return issued, err
		}
	}
	return tokens.Tokens{}, tokens.ErrRefused
}

// Revoke calls RevokeToken, which has one exception for a token of another app client and for an app client that does not prove to be it.
// Which it is, the token's refresh tells: Cognito refuses that of another app client's token.
func (p *Pool) Revoke(ctx context.Context, refresh, access tokens.Secret) error {
	var err error
	for _, id := range p.all(access) {
		if err = p.as(id).revoke(ctx, refresh); !isSecretError(err) {
			return err
		}
	}
	if _, refused := p.Refresh(ctx, refresh, ""); errors.Is(refused, tokens.ErrRefused) {
		return &tokens.InputError{Field: "refreshToken", Problem: "must be one of this API's app client"}
	}
	return err
}

func (p *Pool) revoke(ctx context.Context, refresh tokens.Secret) error {
	_, err := callWithSecret(ctx, p, revokeToken, func(ctx context.Context, secret tokens.Secret) (*cognitoidentityprovider.RevokeTokenOutput, error) {
		return p.client.RevokeToken(ctx, &cognitoidentityprovider.RevokeTokenInput{
			ClientId: &p.id, ClientSecret: given(secret), Token: aws.String(string(refresh)),
		}, once)
	})
	return err
}

// Claims reads an access token of this app client, or of a public one.
func (p *Pool) Claims(access tokens.Secret) (tokens.Claims, error) {
	c, err := readClaims(access)
	if err == nil && !p.has(c.Client) {
		err = errors.New("access token is another app client's")
	}
	if err == nil && c.Origin == "" {
		err = errors.New("access token has no origin_jti: token revocation is not enabled for the app client")
	}
	if err != nil {
		return tokens.Claims{}, err
	}
	return c.read(), nil
}

// Check calls GetUser. Cognito answers for every pool of the region: a token of another app client is refused.
func (p *Pool) Check(ctx context.Context, access tokens.Secret) (tokens.Claims, error) {
	if !p.isOurs(access) {
		return tokens.Claims{}, tokens.ErrRefused
	}
	user, err := call(ctx, p, getUser, func(ctx context.Context) (*cognitoidentityprovider.GetUserOutput, error) {
		return p.client.GetUser(ctx, &cognitoidentityprovider.GetUserInput{AccessToken: aws.String(string(access))}, once)
	})
	if errors.Is(err, tokens.ErrEnded) || errors.Is(err, tokens.ErrDisabled) {
		if claims, unread := p.Claims(access); unread == nil {
			return claims, err
		}
		return tokens.Claims{}, tokens.ErrRefused
	}
	if err != nil {
		return tokens.Claims{}, err
	}
	claims, err := p.Claims(access)
	if err == nil && claims.Subject != subjectOf(user) {
		return tokens.Claims{}, errors.New("access token and GetUser name different users")
	}
	return claims, err
}

// subjectOf is the attribute sub; "" where there is none.
func subjectOf(user *cognitoidentityprovider.GetUserOutput) string {
	for _, attribute := range user.UserAttributes {
		if aws.ToString(attribute.Name) == "sub" {
			return aws.ToString(attribute.Value)
		}
	}
	return ""
}

// SignOut calls GlobalSignOut. A token of another app client is refused.
func (p *Pool) SignOut(ctx context.Context, access tokens.Secret) error {
	if !p.isOurs(access) {
		return tokens.ErrRefused
	}
	_, err := call(ctx, p, globalSignOut, func(ctx context.Context) (*cognitoidentityprovider.GlobalSignOutOutput, error) {
		return p.client.GlobalSignOut(ctx, &cognitoidentityprovider.GlobalSignOutInput{AccessToken: aws.String(string(access))}, once)
	})
	return err
}

// isOurs tells whether a token claims to be of this app client, or of a public one. Whether that is true, Cognito says.
func (p *Pool) isOurs(access tokens.Secret) bool {
	c, err := readClaims(access)
	return err == nil && p.has(c.Client)
}

func (p *Pool) has(client string) bool {
	return client == p.id || client != "" && slices.Contains(p.others, client)
}
