// Package tokens serves, as a Lambda function behind API Gateway, the public operations through which a browser or a
// program gets, renews and gives up the tokens of an identity provider: sign in, answer a challenge, refresh, revoke and
// sign out.
//
// It checks no credential itself: the provider does. It knows nothing of authorizers either; what it tells them about
// revoked tokens goes through Revocations.
//
// # Operations
//
//	POST /tokens           {username, password}
//	                       200 {accessToken, idToken, refreshToken, expiresIn, tokenType}, or {challenge, session, parameters}
//	                       {username} alone, or {username, preferredChallenge}: how to sign in is chosen; {challenge, session, parameters}
//	POST /tokens           {challenge, session, username, answer}: the same
//	POST /tokens/refresh   {refreshToken, deviceKey}: tokens, with a refreshToken where another one took its place
//	POST /tokens/revoke    {refreshToken, accessToken, deviceKey}: ends it and all that came of it, whether or not it is known
//	                       200 {message, accessTokens}
//	POST /tokens/sign-out  Authorization: Bearer, with an access token: ends all tokens of its user
//
// The answer to NEW_PASSWORD_REQUIRED is {newPassword, attributes}, with all of parameters.requiredAttributes; that to
// SELECT_MFA_TYPE is {mfaType}, one of parameters.mfaTypes; that to SMS_MFA, SOFTWARE_TOKEN_MFA and EMAIL_OTP is {code}. Where
// there is a parameters.username, it is the username to answer with.
//
// # Choosing
//
// Where the app client allows ALLOW_USER_AUTH, a sign-in without a password is asked by SELECT_CHALLENGE how it shall go on, or goes on as
// preferredChallenge says at once, with a password beside it if that is PASSWORD. parameters.choices are the ways that there are: a password
// (PASSWORD), one that is proved and not sent (PASSWORD_SRP), codes (EMAIL_OTP, SMS_OTP) and a passkey (WEB_AUTHN). The user pool says which,
// and what becomes of who is not there: with PreventUserExistenceErrors it asks them too.
//
//	SELECT_CHALLENGE    {choice}, with password for PASSWORD, and with srpA for PASSWORD_SRP
//	PASSWORD            {password}
//	PASSWORD_SRP        {srpA}
//	PASSWORD_VERIFIER   {secretBlock, signature, timestamp}, of parameters.srp; it may have no session
//	EMAIL_OTP, SMS_OTP  {code}
//	WEB_AUTHN           {credential}, what navigator.credentials.get gives for parameters.credentialRequestOptions, as its toJSON has it
//
// # Devices
//
// A user pool may remember devices. Then tokens of a sign-in come with device, {key, groupKey, password}, which the client keeps as it does
// a refresh token, and beyond that: it is given once. The client sends device with each request of a later sign-in of the same user, which
// may then ask for no second factor, and its key as deviceKey with the refresh token, which is good with it alone. The function confirms the
// device, and proves its password to the pool; a device that the pool does not know any more is as none, and there is another one with the
// tokens. Where it could not be confirmed there is no device although the pool remembers them: the log says why, the tokens are good until
// they end, and refreshing them is a 401. Whether a pool remembers devices it is not asked: that would take a permission. Devices of a pool
// with DeviceOnlyRememberedOnUserPrompt are confirmed, and not remembered until the client calls UpdateDeviceStatus.
//
// # Revoking
//
// A refresh token is opaque. It is used once more, for an access token that names the family that authorizers are told of. Where the
// provider refuses that, since the token was revoked already, its user is disabled, a trigger refuses or a device's key is missing, the
// family is that of the accessToken, which may be sent along and which the provider checks; one that was ended there before, or is a disabled
// user's, is good for that, too, so that this can be repeated. The answer's accessTokens are "revoked", or
// "accepted until they end" where no family is known, or there are no Revocations; the refresh token is good for nothing in any case
// (RFC 7009, section 2.2). One that never was any is not told from one that was ended, and the message says so. Where the accessToken alone
// named the family, and the provider takes it still, the sign-in's own refresh token was another one: the message says that it was not ended.
// An accessToken of another sign-in than that of a refresh token that was used is not revoked, and the message says that.
//
// Signing out ends what was issued up to now, in whole seconds, as the claim iat is: the rest of the second in which it is done, and for
// half a second more, in which the provider does it. It is answered when that is over, up to a second and a half later, so that who signs
// in then gets tokens that are good. It can be repeated with the same access token until all of it is done, also where the provider has ended
// that already: Revocations keep a mark of it, its SHA-256, from before the provider is asked until all is done. So nobody ends anything by a
// token that was ended before, but for the rest of that sign-out; where the token was ended in another way meanwhile, by POST /tokens/revoke, the
// provider is not asked again. Of several sign-outs of one user at once it is the last to begin that can be repeated so.
//
// Clocks: "now" is this function's; an iat that the provider's clock has made later than that is not ended, but for the access token's own, and
// one that is earlier ends with it.
//
// Where browsers and programs sign in at the pool by an app client without a secret, and the function has one with, tokens of both can be
// revoked and signed out here, and those of the function's own are renewed.
//
// # Refusals
//
// All are {"error": text}, and none may be cached.
//
//	400  the body is wrong; the text names the member, never its value
//	401  one text for an operation, whatever the reason: an unknown user and a wrong password are the same bytes;
//	     of signing out with WWW-Authenticate: Bearer realm="tokens", and error="invalid_token" where there was a token
//	403  the account asks for a step that cannot be handed on, such as setting up a second factor
//	415  the body does not say that it is JSON (Content-Type), which keeps out the forms of other origins' pages; also one that signing out
//	     does not need
//	429  the provider throttles; Retry-After
//	503  the provider, the app client's secret or Revocations cannot be reached, or not before the invocation's time is over; Retry-After
//
// API Gateway's REST APIs hand WWW-Authenticate on as x-amzn-Remapped-WWW-Authenticate: clients should read either. A 401 to credentials in
// a body has no challenge, since no scheme is registered that would say so.
//
// Revoking a refresh token that was rotated before is a 401 where there are Revocations, without a good accessToken: it is ended, and they
// cannot be told.
// Where revoking fails after the refresh token was rotated, the answer's refreshToken is the one to try again with.
// Nothing of a request's body or Authorization header is logged.
package tokens

import (
	"context"
	"time"
)

// Tokens are what a sign-in or a refresh gives.
type Tokens struct {
	// Access is what an API is called with, and ID what says who signed in: both JWTs.
	Access, ID Secret
	// Refresh is "" where a refresh gave no other one: the one before goes on being good.
	Refresh Secret
	// Expires is how long the access token is good, in seconds.
	Expires int
	// Device is what the provider remembers the client by from now on: given once, by a provider that does. Its zero value: nothing new.
	Device Device
	// Unremembered is why there is no Device although the provider wanted one: it will not take the refresh token.
	Unremembered error
}

// Device is what a provider remembers a client by. Its zero value is none.
type Device struct {
	Key, GroupKey string
	Password      Secret
}

// The challenges that can be handed on, by the names that Cognito gives them
// (https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_RespondToAuthChallenge.html).
const (
	NewPasswordRequired = "NEW_PASSWORD_REQUIRED"
	SMSCode             = "SMS_MFA"
	AuthenticatorCode   = "SOFTWARE_TOKEN_MFA"
	EmailCode           = "EMAIL_OTP"
	SelectFactor        = "SELECT_MFA_TYPE"

	SelectChallenge  = "SELECT_CHALLENGE"
	PasswordAsked    = "PASSWORD"
	SRPAsked         = "PASSWORD_SRP"
	PasswordVerifier = "PASSWORD_VERIFIER"
	SMSOneTimeCode   = "SMS_OTP"
	Passkey          = "WEB_AUTHN"
)

// Choices are the ways to sign in that can be chosen, by the names of their challenges. The list is the caller's.
func Choices() []string {
	return []string{PasswordAsked, SRPAsked, EmailCode, SMSOneTimeCode, Passkey}
}

// Credentials start a sign-in.
type Credentials struct {
	Username string
	// Password is "" where the user chooses how to sign in, or signs in without one.
	Password Secret
	// Choice is how to sign in, one of Choices. "": with the password, or where there is none, the user is asked by SelectChallenge.
	Choice string
	// Device is the client's, as Tokens had it.
	Device Device
}

// Challenge is one more step that a sign-in asks for.
type Challenge struct {
	Name    string // one of the challenges above
	Session Secret // to answer with, once; may be "" of PasswordVerifier
	// Username is the name to answer with, which is another one than that of the sign-in where that was an alias; "": the same.
	Username string
	// RequiredAttributes are the names of the attributes that must come with a new password.
	RequiredAttributes []string
	// Delivery and Destination say how a code was sent, such as SMS, and where to, masked by the provider.
	Delivery, Destination string
	// Factors are the challenges that can be selected by SelectFactor, and Choices those by SelectChallenge.
	Factors, Choices []string
	// SRP is what PasswordVerifier asks with.
	SRP SRPChallenge
	// CredentialRequest is what Passkey asks with: PublicKeyCredentialRequestOptionsJSON of WebAuthn, a JSON object.
	CredentialRequest string
}

// SRPChallenge is what somebody has to prove a password with, as the provider wrote it
// (https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-authentication-flow-methods.html, "Sign-in with
// persistent passwords and secure payload").
type SRPChallenge struct {
	User        string // USER_ID_FOR_SRP
	Salt        string // SALT
	B           string // SRP_B
	SecretBlock string // SECRET_BLOCK
}

// SRPProof shows that a password is known.
type SRPProof struct {
	SecretBlock, Signature, Timestamp string // PASSWORD_CLAIM_SECRET_BLOCK, PASSWORD_CLAIM_SIGNATURE, TIMESTAMP
}

// Claims are what an access token says of itself. None of them is missing.
type Claims struct {
	Issuer  string    // iss
	Subject string    // sub
	Origin  string    // origin_jti, which all tokens of one sign-in share
	Issued  time.Time // iat
}

// Outcome is how a step of a sign-in ended: exactly one of its fields is set.
type Outcome struct {
	Tokens    *Tokens    // it is done
	Challenge *Challenge // it goes on
}

// Reply answers a challenge. Of the fields after Username those are set that the challenge asks for.
type Reply struct {
	Challenge string // the name of the one that is answered
	Session   Secret // its
	Username  string // as the challenge names it, or else as of the sign-in
	Device    Device // as of the sign-in

	NewPassword Secret            // of NewPasswordRequired
	Attributes  map[string]string // with a new password; may be empty
	Code        Secret            // of the four with codes
	Factor      string            // of SelectFactor: one of Challenge.Factors

	Choice     string   // of SelectChallenge: one of Challenge.Choices
	Password   Secret   // of PasswordAsked, and of SelectChallenge with that choice
	SRPA       string   // of SRPAsked, and of SelectChallenge with that choice: SRP_A
	Proof      SRPProof // of PasswordVerifier
	Credential Secret   // of Passkey: AuthenticationResponseJSON of WebAuthn, a JSON object
}

// Identity is the identity provider. It is safe for concurrent use. What it refuses is [ErrRefused] alike, whether a user
// is unknown, disabled, unconfirmed or gave another password; its other errors are a [*ThrottledError], an
// [*UnavailableError], an [*InputError] where a Reply asks for what cannot be, and errors of its configuration. No error
// holds anything of what was given.
type Identity interface {
	// SignIn starts a sign-in. A challenge that is none of those above is a [*ChallengeError]. Where nobody can choose how to sign in, what
	// asks for it is an [*InputError].
	SignIn(ctx context.Context, c Credentials) (Outcome, error)
	// Reply goes on with a sign-in, as SignIn does.
	Reply(ctx context.Context, r Reply) (Outcome, error)
	// Refresh gives new tokens for a refresh token, of the device with this key if there is one; [ErrReplaced] where another one took its place.
	Refresh(ctx context.Context, refresh Secret, device string) (Tokens, error)
	// Redeem is Refresh for a token that is given up, which may be one of another app client whose tokens can be given up here. An access token
	// may say which; "" for none.
	Redeem(ctx context.Context, refresh, access Secret, device string) (Tokens, error)
	// Revoke ends a refresh token, and every token that came of it, of the app clients of Redeem. One that is not known is ErrRefused, and one of
	// another app client an [*InputError].
	Revoke(ctx context.Context, refresh, access Secret) error
	// Claims reads an access token without having it checked: one that Redeem gave, or one for which nothing is done.
	Claims(access Secret) (Claims, error)
	// Check reads an access token after the provider has checked it. With ErrEnded and with ErrDisabled it gives its claims all the same.
	Check(ctx context.Context, access Secret) (Claims, error)
	// SignOut ends all tokens of the user of an access token.
	SignOut(ctx context.Context, access Secret) error
}

// Revocations remembers what authorizers must not accept any more although it is not expired. It is safe for concurrent
// use, and what it was told twice is as what it was told once. Ends are exact: what clocks may differ by it adds itself.
type Revocations interface {
	// RevokeFamily ends the tokens of one sign-in, by their claims iss and origin_jti. The last of them ends at ends.
	RevokeFamily(ctx context.Context, issuer, origin string, ends time.Time) error
	// RevokeUser ends all tokens of a user, by their claims iss and sub, whose iat is not after before, in whole seconds.
	// The last of them ends at ends.
	RevokeUser(ctx context.Context, issuer, subject string, before, ends time.Time) error
	// BeginSignOut is RevokeUser, and keeps a mark of the sign-out until EndSignOut.
	BeginSignOut(ctx context.Context, issuer, subject string, before, ends time.Time, mark string) error
	// EndSignOut is RevokeUser where the mark is kept still, and forgets it. Otherwise it does nothing, and pending is false.
	EndSignOut(ctx context.Context, issuer, subject string, before, ends time.Time, mark string) (pending bool, err error)
}
