// Package cognito is a small user pool for one machine: an issuer that speaks the part of Amazon
// Cognito's own protocol that clients sign in with, so that the AWS CLI and the AWS SDKs work against
// it unchanged, and whose tokens have the claims of Cognito's.
//
//	aws cognito-idp initiate-auth --no-sign-request --region us-east-1 \
//		--endpoint-url http://127.0.0.1:8080/_cognito --client-id local-client \
//		--auth-flow USER_PASSWORD_AUTH --auth-parameters USERNAME=admin,PASSWORD=Passw0rd!
//
// A machine gets its token at the OAuth 2.0 token endpoint of a pool with resource servers, with the grant
// client_credentials:
//
//	curl -u local-machine:local-machine-secret http://127.0.0.1:8080/_cognito/oauth2/token \
//		-d grant_type=client_credentials -d scope=users/read
//
// # What it answers
//
// People sign in with InitiateAuth (USER_PASSWORD_AUTH, USER_SRP_AUTH, and USER_AUTH, where they choose between a password, SRP and
// a code by email or SMS) and RespondToAuthChallenge (PASSWORD_VERIFIER, NEW_PASSWORD_REQUIRED, SELECT_MFA_TYPE, SMS_MFA, EMAIL_OTP,
// SOFTWARE_TOKEN_MFA, SELECT_CHALLENGE, PASSWORD, PASSWORD_SRP, SMS_OTP), stay signed in with REFRESH_TOKEN_AUTH or
// GetTokensFromRefreshToken, with rotation or without, and revoke their tokens with RevokeToken and GlobalSignOut. GetUser tells who
// an access token is of, as long as it was not revoked. An unknown user and a wrong password are answered alike.
//
// With Config.Devices each sign-in gives a device a key, which ConfirmDevice confirms; it proves to be it by DEVICE_SRP_AUTH and
// DEVICE_PASSWORD_VERIFIER, and tokens are renewed with its key alone.
//
// They sign up with SignUp, ConfirmSignUp and ResendConfirmationCode, set another password with ForgotPassword and
// ConfirmForgotPassword, or with ChangePassword, change their attributes, show that an address is theirs with VerifyUserAttribute, and
// go with DeleteUser. Codes are handed to Config.Deliver; each is good once, for a few tries, and ends.
//
// Fixtures make users with AdminCreateUser and the other operations on users and groups that [Operations] names, and sign them in with
// AdminInitiateAuth, and AddUserPoolClientSecret, ListUserPoolClientSecrets and DeleteUserPoolClientSecret let an app client have two secrets while one takes the
// place of the other. These take AWS credentials: a request must be signed, by whomever, and pages are not let in. What a user's groups
// are is in their next tokens; the sessions of who is disabled or deleted end at once, as with RevokeToken.
//
// # What it is not
//
// It is for desks and for tests. It is not for production: its accounts' passwords and its machine's secret can be read here
// by everyone, and its keys, sessions, users and new passwords are gone when it stops. There is one pool, with Cognito's default
// password policy and every custom attribute, in which a name is a username alone, and no email address. There are no pages to sign
// in by, no passkey, no trigger, and nobody sets up a second factor. Nobody is locked out for wrong passwords.
// A refresh token that was rotated out and comes again is refused, and ends nothing else.
package cognito

import (
	"cmp"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"portcullis/authorizers/verify/verifytest"
	"portcullis/policy"
)

// The one pool and its app clients: one that people sign in through, which has no secret, and a machine.
const (
	PoolID   = "us-east-1_local"
	ClientID = "local-client"

	MachineID     = "local-machine"
	MachineSecret = "local-machine-secret" // is no secret
)

// Config says where a Pool is mounted, and who and what signs in at it.
type Config struct {
	// BaseURL is the address that clients give as --endpoint-url: an absolute http or https URL
	// without query and fragment, such as http://127.0.0.1:8080/_cognito. Required.
	BaseURL string

	// Scopes are those of the pool's resource servers, such as users/read, all of which the machine may have.
	// Empty: there is no token endpoint.
	Scopes []string

	// Origins are those whose pages may sign people in: that may call the API and the token endpoint, such as https://page.example.
	// Empty, or "*" among them: all, as at Cognito. Discovery document and key set are public, and pages of every origin may read them.
	Origins []string

	// Now is the clock; nil means time.Now.
	Now func() time.Time

	// Accounts are people beside the three that are always there; see Pool.Accounts.
	Accounts []Account

	// Clients are app clients beside the one with ClientID.
	Clients []Client

	// Deliver is handed the codes that SMS and emails would have. It may be called from several goroutines at once. nil:
	// accounts may not have MFASMS or MFAEmail, and what would send a code is refused.
	Deliver func(Message)

	// Devices says that the pool remembers devices, and asks for no second factor at one that it remembers.
	// Source: Amazon Cognito user pools API reference, DeviceConfigurationType.
	Devices bool

	// MaxSessions is how many sign-ins are kept, of those that are done and of those that wait for an answer each: one
	// more pushes out the oldest. 0 means 10,000.
	MaxSessions int

	// MaxPerSecond is how many requests of the API are answered within a second of the clock; the others get
	// TooManyRequestsException. 0 means all.
	MaxPerSecond int
}

// Pool is the handler. Its methods may be called from several goroutines at once.
type Pool struct {
	path    string // BaseURL's path, without a slash at its end
	issuer  *verifytest.Issuer
	base    string // BaseURL, without a slash at its end
	scopes  atomic.Pointer[[]string]
	now     func() time.Time
	people  *people
	clients map[string]Client // by ID
	origins []string          // nil: all
	deliver func(Message)
	limit   limit
	devices *devices // nil: the pool remembers none

	sessions   *sessions
	challenges *challenges
}

// New makes a pool with keys of its own. It fails if c.BaseURL is not as Config says, if one of c.Scopes is
// no scope (RFC 6749, section 3.3) or stands there twice, if an account or a client is not as its type says or stands there
// twice, or if c.MaxSessions or c.MaxPerSecond is below 0.
func New(c Config) (*Pool, error) {
	base, err := parseBase(c.BaseURL)
	if err != nil {
		return nil, err
	}
	if c.MaxSessions < 0 {
		return nil, fmt.Errorf("cognito: MaxSessions is %d, below 0", c.MaxSessions)
	}
	if c.MaxPerSecond < 0 {
		return nil, fmt.Errorf("cognito: MaxPerSecond is %d, below 0", c.MaxPerSecond)
	}
	people, err := newPeople(c)
	if err != nil {
		return nil, err
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	clients, err := newClients(c.Clients, c.Now())
	if err != nil {
		return nil, err
	}
	kept := cmp.Or(c.MaxSessions, 10_000)
	p := &Pool{
		path:       base.Path,
		base:       base.String(),
		issuer:     verifytest.New(base.String() + "/" + PoolID),
		now:        c.Now,
		people:     people,
		clients:    clients,
		deliver:    c.Deliver,
		limit:      limit{max: c.MaxPerSecond},
		sessions:   newSessions(kept),
		challenges: newChallenges(kept),
	}
	if c.Devices {
		p.devices = &devices{max: kept, byKey: map[string]device{}}
	}
	if !slices.Contains(c.Origins, "*") {
		p.origins = slices.Clone(c.Origins)
	}
	if err := p.SetScopes(c.Scopes); err != nil {
		return nil, err
	}
	return p, nil
}

// SetScopes changes the scopes of the resource servers, with the errors of New. Tokens that were given keep theirs.
func (p *Pool) SetScopes(scopes []string) error {
	for i, scope := range scopes {
		if !policy.ValidScope(scope) || slices.Contains(scopes[:i], scope) {
			return fmt.Errorf("cognito: Scopes: %q is no scope, or stands there twice", scope)
		}
	}
	scopes = slices.Clone(scopes)
	p.scopes.Store(&scopes)
	if len(scopes) > 0 {
		p.issuer.Advertise("token_endpoint", p.base+tokenPath)
		p.issuer.Advertise("token_endpoint_auth_methods_supported", []string{"client_secret_basic", "client_secret_post"})
		p.issuer.Advertise("scopes_supported", scopes)
	}
	return nil
}

// Issuer is the claim iss of the pool's tokens: BaseURL, a slash, and PoolID.
// See https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-tokens-verifying-a-jwt.html.
func (p *Pool) Issuer() string { return p.issuer.URL }

// KeySet is what is at KeySetURL, as JSON (RFC 7517, section 5). It stays the same.
func (p *Pool) KeySet() []byte { return p.issuer.KeySet() }

// KeySetURL is where the pool's key set is: the issuer's, followed by /.well-known/jwks.json.
// See https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-tokens-verifying-a-jwt.html.
func (p *Pool) KeySetURL() string { return p.issuer.KeySetURL() }

// ServeHTTP answers requests whose paths are as the client sent them, with the path of BaseURL: the
// API at that path, with or without a slash at its end, and the token endpoint and the issuer's documents
// below it.
func (p *Pool) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if origin := p.allowedOrigin(w.Header(), r); origin != "" {
		allowOrigin(w.Header(), origin)
	}
	switch rest, ours := strings.CutPrefix(r.URL.Path, p.path); {
	case r.Method == http.MethodOptions:
		w.WriteHeader(http.StatusNoContent)
	case ours && (rest == "" || rest == "/"):
		p.ServeAPI(w, r)
	case ours && rest == tokenPath && len(*p.scopes.Load()) > 0:
		p.serveToken(w, r)
	case ours && !strings.HasPrefix(rest, "/"+PoolID+"/.well-known/"):
		p.refuse(w, rest)
	default:
		p.issuer.ServeHTTP(w, r)
	}
}

// allowedOrigin is the origin whose page a request may be of, "*" being all; "": it may be of no page. Where that depends on the origin,
// caches are told so.
func (p *Pool) allowedOrigin(h http.Header, r *http.Request) string {
	if len(p.origins) == 0 || strings.HasPrefix(r.URL.Path, p.path+"/"+PoolID+"/") {
		return "*"
	}
	h.Add("Vary", "Origin")
	if origin := r.Header.Get("Origin"); slices.Contains(p.origins, origin) {
		return origin
	}
	return ""
}

// allowOrigin allows pages of an origin what Cognito's endpoint allows them, and the headers that the
// AWS SDK for JavaScript and Amplify send.
func allowOrigin(h http.Header, origin string) {
	h.Set("Access-Control-Allow-Origin", origin)
	h.Set("Access-Control-Allow-Methods", "POST, GET")
	h.Set("Access-Control-Allow-Headers", "authorization, cache-control, content-type, amz-sdk-invocation-id, "+
		"amz-sdk-request, x-amz-content-sha256, x-amz-date, x-amz-security-token, x-amz-target, x-amz-user-agent")
	h.Set("Access-Control-Expose-Headers", "x-amzn-errortype, x-amzn-requestid")
	h.Set("Access-Control-Max-Age", "3600")
}

func parseBase(text string) (*url.URL, error) {
	base, err := url.Parse(strings.TrimSuffix(text, "/"))
	if err != nil {
		return nil, fmt.Errorf("cognito: BaseURL: %w", err)
	}
	if base.Scheme != "http" && base.Scheme != "https" || base.Host == "" || strings.ContainsAny(text, "?#") {
		return nil, fmt.Errorf("cognito: BaseURL %q is not an absolute http or https URL without query and fragment", text)
	}
	return base, nil
}
