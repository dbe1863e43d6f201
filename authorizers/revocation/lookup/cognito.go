package lookup

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
)

// UserAdminScope is the scope that an access token has to have for GetUser: Cognito gives it to users who sign in through
// its API, and otherwise where an app client asks for it.
const UserAdminScope = "aws.cognito.signin.user.admin"

// CognitoConfig says whose tokens a [Cognito] is asked about.
type CognitoConfig struct {
	Issuers  []string     // of user pools; required
	Endpoint string       // an https address, or http of this machine; "": that of each issuer's region
	Client   *http.Client // nil: one of its own
}

// Cognito asks a token's own user pool, by GetUser, whether it still takes the token: it does not where the token was
// revoked, where its user signed out everywhere, is disabled, is gone, or has to set a new password. It is about access tokens with
// [UserAdminScope]; of others it cannot tell. Cognito bounds how often it may be asked
// (https://docs.aws.amazon.com/cognito/latest/developerguide/quotas.html, UserRead). It is safe for concurrent use.
type Cognito struct {
	services map[string]service // by issuer
}

// endpointOf gives the address of Cognito in the region of a user pool's issuer; "" where the issuer is that of no user pool.
// See https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-tokens-verifying-a-jwt.html.
func endpointOf(issuer string) string {
	const service = "https://cognito-idp."
	rest, isCognito := strings.CutPrefix(issuer, service)
	host, pool, _ := strings.Cut(rest, "/")
	region, isAWS := strings.CutSuffix(strings.TrimSuffix(host, ".cn"), ".amazonaws.com")
	if !isCognito || !isAWS || !isRegion(region) || !isMadeOf(pool, lowerAndDigits+"ABCDEFGHIJKLMNOPQRSTUVWXYZ_-") {
		return ""
	}
	return service + host
}

// NewCognito returns what asks about tokens of these issuers, or a [*ConfigError]. It calls nobody.
func NewCognito(config CognitoConfig) (*Cognito, error) {
	if len(config.Issuers) == 0 {
		return nil, &ConfigError{"Issuers", "are missing"}
	}
	if config.Endpoint != "" && !isPrivate(config.Endpoint) {
		return nil, &ConfigError{"Endpoint", "want an https address, or http of this machine: tokens are sent there"}
	}
	c := &Cognito{services: map[string]service{}}
	client := newClient(config.Client)
	for _, issuer := range config.Issuers {
		endpoint := config.Endpoint
		if endpoint == "" {
			endpoint = endpointOf(issuer)
		}
		if endpoint == "" {
			return nil, &ConfigError{"Issuers", fmt.Sprintf("%.200q is no user pool of Cognito", issuer)}
		}
		c.services[issuer] = service{client, endpoint, "AWSCognitoIdentityProviderService.", "application/x-amz-json-1.1", nil}
	}
	return c, nil
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

// Check implements authorizers.Revocations.
func (c *Cognito) Check(ctx context.Context, token string, claims *authorizers.Claims) error {
	const operation = "GetUser"
	pool, known := c.services[claims.Issuer]
	switch {
	case !known:
		return &AnswerError{operation, fmt.Sprintf("%.200q is none of the user pools to ask", claims.Issuer)}
	case claims.TokenUse != "access":
		return &AnswerError{operation, "takes access tokens only"}
	case !slices.Contains(claims.Scopes, UserAdminScope):
		return &AnswerError{operation, "takes no token without the scope " + UserAdminScope}
	}
	body, err := json.Marshal(struct{ AccessToken string }{token})
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, CallTimeout)
	defer cancel()
	answer, err := pool.call(ctx, operation, body)
	if failed := (*ServiceError)(nil); errors.As(err, &failed) {
		if isRefusal(failed) {
			return &authorizers.TokenError{Code: authorizers.CodeRevoked}
		}
		failed.Message = "" // some servers write the token there
	}
	if err != nil {
		return err
	}
	return checkUser(operation, answer, claims)
}

// isRefusal tells whether an error says that the token is not taken any more. That of a missing scope says that the token
// cannot be asked about.
func isRefusal(e *ServiceError) bool {
	return e.Status == http.StatusBadRequest && slices.Contains(refusals, e.Type) && !strings.Contains(e.Message, "required scopes")
}

// checkUser makes sure that an answer is about the token's user, as only that of GetUser can be.
func checkUser(operation string, answer []byte, claims *authorizers.Claims) error {
	var user struct {
		Username       string
		UserAttributes []struct{ Name, Value string }
	}
	if json.Unmarshal(answer, &user) != nil || user.Username == "" {
		return &AnswerError{operation, "the answer is no JSON object of the expected kind"}
	}
	for _, attribute := range user.UserAttributes {
		if attribute.Name == "sub" && attribute.Value != claims.Subject {
			return &AnswerError{operation, "the answer is about another user"}
		}
	}
	return nil
}
