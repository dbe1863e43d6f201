package verifytest

import (
	"cmp"
	"crypto/rand"
	"fmt"
	"maps"
	"strings"
	"time"
)

// What zero Options stand for.
const (
	DefaultSubject  = "5f0c1a52-8a3e-4d3b-9c1e-0d6f2b7a4e11"
	DefaultUsername = "fixture"
	DefaultEmail    = "fixture@example.com"
	DefaultClientID = "1example23456789fixtureclient"
	DefaultLifetime = time.Hour

	// UserAdminScope is the scope of access tokens that come from Cognito's InitiateAuth.
	UserAdminScope = "aws.cognito.signin.user.admin"
)

// Options say what a token tells of its bearer. The zero value makes a good token of somebody in no
// group.
type Options struct {
	Subject  string   // the claim sub; "" means DefaultSubject
	Username string   // "" means DefaultUsername
	Email    string   // "" means DefaultEmail
	ClientID string   // the app the token is for; "" means DefaultClientID
	Audience []string // the APIs the token is for, where tokens name them beside the app; none means what a Like or method says
	Groups   []string // none leaves the claim out, as Cognito does
	Roles    []string // in the shapes of providers that have roles or permissions; none leaves them out
	Scopes   []string // none means UserAdminScope in Cognito's access tokens, and no claim in others

	IssuedAt time.Time     // iat and auth_time, in whole seconds; zero means now
	Lifetime time.Duration // from iat to exp; 0 means DefaultLifetime; below 0 the token never was good

	// Extra claims are written last: they replace those of the same name.
	Extra map[string]any
}

// CognitoAccessClaims returns the claims of an access token as a Cognito user pool writes them: the
// app is in client_id, and there is no aud. The map is the caller's.
// Source: Amazon Cognito developer guide, "Understanding the access token".
func (i *Issuer) CognitoAccessClaims(o Options) map[string]any {
	o = o.withDefaults()
	claims := i.cognitoClaims(o, "access")
	claims["client_id"] = o.ClientID
	claims["username"] = o.Username
	claims["scope"] = UserAdminScope
	if len(o.Scopes) > 0 {
		claims["scope"] = strings.Join(o.Scopes, " ")
	}
	maps.Copy(claims, o.Extra)
	return claims
}

// CognitoIDClaims returns the claims of an ID token as a Cognito user pool writes them: the app is in
// aud, a string, and there is no scope. The map is the caller's.
// Source: Amazon Cognito developer guide, "Understanding the identity (ID) token".
func (i *Issuer) CognitoIDClaims(o Options) map[string]any {
	o = o.withDefaults()
	claims := i.cognitoClaims(o, "id")
	claims["aud"] = o.ClientID
	claims["cognito:username"] = o.Username
	claims["email"] = o.Email
	claims["email_verified"] = true
	maps.Copy(claims, o.Extra)
	return claims
}

// OIDCClaims returns the claims of a JWT access token as OpenID Connect providers write them (RFC
// 9068 section 2.2): sub, iss, aud, client_id, iat, exp, jti, preferred_username, and scope and
// groups where there are any. The aud is Options.Audience, or else the app. The map is the caller's.
func (i *Issuer) OIDCClaims(o Options) map[string]any {
	o = o.withDefaults()
	claims := i.registeredClaims(o)
	claims["aud"] = o.ClientID
	if len(o.Audience) > 0 {
		claims["aud"] = oneOrList(o.Audience)
	}
	claims["client_id"] = o.ClientID
	claims["preferred_username"] = o.Username
	if len(o.Scopes) > 0 {
		claims["scope"] = strings.Join(o.Scopes, " ")
	}
	if len(o.Groups) > 0 {
		claims["groups"] = o.Groups
	}
	maps.Copy(claims, o.Extra)
	return claims
}

// cognitoClaims are those that Cognito's access and ID tokens share.
func (i *Issuer) cognitoClaims(o Options, use string) map[string]any {
	claims := i.registeredClaims(o)
	claims["token_use"] = use
	claims["auth_time"] = claims["iat"]
	claims["origin_jti"] = newUUID()
	claims["event_id"] = newUUID()
	if len(o.Groups) > 0 {
		claims["cognito:groups"] = o.Groups
	}
	return claims
}

// registeredClaims are of RFC 7519 section 4.1, and in every token.
func (i *Issuer) registeredClaims(o Options) map[string]any {
	return map[string]any{
		"iss": i.URL,
		"sub": o.Subject,
		"iat": o.IssuedAt.Unix(),
		"exp": o.IssuedAt.Add(o.Lifetime).Unix(),
		"jti": newUUID(),
	}
}

func (o Options) withDefaults() Options {
	o.Subject = cmp.Or(o.Subject, DefaultSubject)
	o.Username = cmp.Or(o.Username, DefaultUsername)
	o.Email = cmp.Or(o.Email, DefaultEmail)
	o.ClientID = cmp.Or(o.ClientID, DefaultClientID)
	o.Lifetime = cmp.Or(o.Lifetime, DefaultLifetime)
	if o.IssuedAt.IsZero() {
		o.IssuedAt = time.Now()
	}
	return o
}

// newUUID is a random UUID (RFC 9562 section 5.4).
func newUUID() string {
	var b [16]byte
	rand.Read(b[:])
	b[6] = b[6]&0x0f | 0x40
	b[8] = b[8]&0x3f | 0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}
