// Package cognito asks Amazon Cognito itself whether tokens were revoked, in the place of a table of revocations. It speaks
// the service's JSON protocol with net/http, and uses nothing of the AWS SDK, so that a function which links it starts as
// quickly as without.
//
// Every question is bounded by four seconds in all, with one more attempt after a throttle, an error of the server's or a broken
// connection. Redirects are not followed. An error never holds a token.
package cognito

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"

	"portcullis/authorizers"
	"portcullis/authorizers/internal/awsjson"
)

// UserAdminScope is the scope that an access token has to have for GetUser: Cognito gives it to users who sign in through
// its API, and otherwise where an app client asks for it.
const UserAdminScope = "aws.cognito.signin.user.admin"

// Config says whose tokens [Pools] are asked about.
type Config struct {
	Issuers  []string     // of user pools; required
	Endpoint string       // an https address, or http of this machine; "": that of each issuer's region
	Client   *http.Client // nil: one of its own
}

// Pools ask a token's own user pool, by GetUser, whether it still takes the token: it does not where the token was
// revoked, where its user signed out everywhere, is disabled, is gone, or has to set a new password. That is about
// access tokens with [UserAdminScope]; of others it cannot be told. Cognito bounds how often it may be asked
// (https://docs.aws.amazon.com/cognito/latest/developerguide/quotas.html, UserRead). Pools are safe for concurrent use.
type Pools struct {
	services map[string]*awsjson.Service // by issuer
}

const poolCharacters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-"

// endpointOf gives the address of Cognito in the region of a user pool's issuer; "" where the issuer is that of no user pool.
// See https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-tokens-verifying-a-jwt.html.
func endpointOf(issuer string) string {
	const service = "https://cognito-idp."
	rest, isCognito := strings.CutPrefix(issuer, service)
	host, pool, _ := strings.Cut(rest, "/")
	region, isAWS := strings.CutSuffix(strings.TrimSuffix(host, ".cn"), ".amazonaws.com")
	if !isCognito || !isAWS || !awsjson.IsRegion(region) || pool == "" || strings.Trim(pool, poolCharacters) != "" {
		return ""
	}
	return service + host
}

// New returns what asks about tokens of these issuers, or a [*authorizers.ConfigError]. It calls nobody.
func New(config Config) (*Pools, error) {
	if len(config.Issuers) == 0 {
		return nil, &authorizers.ConfigError{Field: "Issuers", Reason: "are missing"}
	}
	if config.Endpoint != "" && !isPrivate(config.Endpoint) {
		return nil, &authorizers.ConfigError{Field: "Endpoint", Reason: "want an https address, or http of this machine: tokens are sent there"}
	}
	p := &Pools{services: map[string]*awsjson.Service{}}
	client := awsjson.NewClient(config.Client)
	for _, issuer := range config.Issuers {
		endpoint := config.Endpoint
		if endpoint == "" {
			endpoint = endpointOf(issuer)
		}
		if endpoint == "" {
			return nil, &authorizers.ConfigError{Field: "Issuers", Reason: fmt.Sprintf("%.200q is no user pool of Cognito", issuer)}
		}
		p.services[issuer] = &awsjson.Service{
			Client: client, Endpoint: endpoint, Target: "AWSCognitoIdentityProviderService.", ContentType: "application/x-amz-json-1.1",
		}
	}
	return p, nil
}

// isPrivate tells whether nobody on the way to an address can read what is sent.
func isPrivate(address string) bool {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.User != nil {
		return false
	}
	ip, err := netip.ParseAddr(u.Hostname())
	loopback := err == nil && ip.IsLoopback() || u.Hostname() == "localhost"
	return u.Scheme == "https" || u.Scheme == "http" && loopback
}

// refusals are the errors of GetUser that say that the pool does not take the token any more.
// See https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_GetUser.html.
var refusals = []string{"NotAuthorizedException", "PasswordResetRequiredException", "UserNotConfirmedException", "UserNotFoundException"}

// operation is what the pools are asked with.
const operation = "GetUser"

// Check implements authorizers.Revocations.
func (p *Pools) Check(ctx context.Context, token string, claims *authorizers.Claims) error {
	answer, err := p.ask(ctx, token, claims)
	if failed, ok := errors.AsType[*awsjson.ServiceError](err); ok {
		if isRefusal(failed) {
			return &authorizers.TokenError{Code: authorizers.CodeRevoked}
		}
		failed.Message = "" // some servers write the token there
	}
	if err == nil {
		err = checkUser(answer, claims)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", operation, err)
	}
	return nil
}

// ask asks the token's pool about it.
func (p *Pools) ask(ctx context.Context, token string, claims *authorizers.Claims) (answer []byte, err error) {
	pool, known := p.services[claims.Issuer]
	switch {
	case !known:
		return nil, fmt.Errorf("%.200q is none of the user pools to ask", claims.Issuer)
	case claims.TokenUse != "access":
		return nil, errors.New("takes access tokens only")
	case !slices.Contains(claims.Scopes, UserAdminScope):
		return nil, errors.New("takes no token without the scope " + UserAdminScope)
	}
	body, err := json.Marshal(struct{ AccessToken string }{token})
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, awsjson.CallTimeout)
	defer cancel()
	return pool.Call(ctx, operation, body, true)
}

// isRefusal tells whether an error says that the token is not taken any more. That of a missing scope says that the token
// cannot be asked about.
func isRefusal(e *awsjson.ServiceError) bool {
	return e.Status == http.StatusBadRequest && slices.Contains(refusals, e.Type) && !strings.Contains(e.Message, "required scopes")
}

// checkUser makes sure that an answer is about the token's user, as only that of GetUser can be.
func checkUser(answer []byte, claims *authorizers.Claims) error {
	var user struct {
		Username       string
		UserAttributes []struct{ Name, Value string }
	}
	if json.Unmarshal(answer, &user) != nil || user.Username == "" {
		return &awsjson.AnswerError{Reason: "the answer is no JSON object of the expected kind"}
	}
	for _, attribute := range user.UserAttributes {
		if attribute.Name == "sub" && attribute.Value != claims.Subject {
			return &awsjson.AnswerError{Reason: "the answer is about another user"}
		}
	}
	return nil
}
