package verifytest

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Like names the shape in which a provider writes a token: which claims it has, of which kinds, and the header.
type Like string

// The shapes. Where a comment says nothing else, Options.Subject is sub, Options.Audience is aud, Options.ClientID is the
// claim that names the app, and Options.Groups and Options.Roles are not written.
const (
	// LikeCognito is a user's access token of an Amazon Cognito user pool: see [Issuer.CognitoAccessClaims].
	LikeCognito Like = "cognito"

	// LikeCognitoMachine is an app's own access token (client credentials): sub is the client_id, and there is neither
	// username nor group.
	// Source: https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-define-resource-servers.html.
	LikeCognitoMachine Like = "cognito-machine"

	// LikeCognitoBound is a user's access token that is bound to a resource, which aud names beside the client_id.
	// Source: the same page, "Resource binding".
	LikeCognitoBound Like = "cognito-bound"

	// LikeCognitoID is an ID token of an Amazon Cognito user pool: see [Issuer.CognitoIDClaims].
	LikeCognitoID Like = "cognito-id"

	// LikeEntra is a user's access token of Microsoft Entra ID, version 2.0: azp, scp as a text, roles, groups.
	// Source: https://learn.microsoft.com/en-us/entra/identity-platform/access-token-claims-reference.
	LikeEntra Like = "entra"

	// LikeEntraApp is an app's own access token of Microsoft Entra ID, version 2.0: roles and no scp, idtyp is app.
	// Source: the same page, and https://learn.microsoft.com/en-us/entra/identity-platform/optional-claims-reference.
	LikeEntraApp Like = "entra-app"

	// LikeEntraV1 is a user's access token of Microsoft Entra ID, version 1.0: appid in place of azp.
	// Source: the page of LikeEntra.
	LikeEntraV1 Like = "entra-v1"

	// LikeAuth0 is a user's access token of Auth0: aud lists the userinfo endpoint too; Options.Roles are the permissions.
	// Source: https://auth0.com/docs/secure/tokens/access-tokens/access-token-profiles.
	LikeAuth0 Like = "auth0"

	// LikeAuth0Machine is an app's own access token of Auth0: sub is the app with "@clients" behind it, and gty says so.
	// Source: the same page.
	LikeAuth0Machine Like = "auth0-machine"

	// LikeOkta is a user's access token of an Okta custom authorization server: cid, scp as a list, groups; sub is the user's
	// login, Options.Email, and Options.Subject is the uid.
	// Source: https://developer.okta.com/docs/api/openapi/okta-oauth/guides/overview/.
	LikeOkta Like = "okta"

	// LikeOktaMachine is an app's own access token of Okta: sub is the cid, and there is no uid.
	// Source: the same page.
	LikeOktaMachine Like = "okta-machine"

	// LikeKeycloak is a user's access token of Keycloak. Options.Roles are the roles at the client that is the first audience,
	// /resource_access/CLIENT/roles; realm_access has the realm's default roles.
	// Source: https://www.keycloak.org/docs/latest/server_admin/.
	LikeKeycloak Like = "keycloak"

	// LikeKeycloakMachine is a service account's access token of Keycloak.
	// Source: the same page, "Using a service account".
	LikeKeycloakMachine Like = "keycloak-machine"

	// LikeGoogle is an ID token of a Google Workspace account: aud and azp are the app, hd is the domain of
	// Options.Email, and there is no scope. Options.Audience is not written.
	// Source: https://developers.google.com/identity/openid-connect/openid-connect.
	LikeGoogle Like = "google"

	// LikeGitHub is the token of a GitHub Actions workflow on the branch main of octo-org/octo-repo; without Options.Subject,
	// sub is in the form with immutable ids. There is no app.
	// Source: https://docs.github.com/en/actions/reference/security/oidc.
	LikeGitHub Like = "github"

	// LikeKubernetes is a service account's token, bound to a pod; Options.Subject is system:serviceaccount:NAMESPACE:NAME.
	// Source: https://kubernetes.io/docs/reference/access-authn-authz/service-accounts-admin/.
	LikeKubernetes Like = "kubernetes"

	// LikeADFS is a user's access token of Active Directory Federation Services: appid, apptype, scp as a text; a group or
	// role is a text, several are a list. There is no sub: claim rules write upn, Options.Email. The header has x5t and no
	// kid, as that of access tokens of Windows Server 2016; later ones have both.
	// Source: https://learn.microsoft.com/en-us/windows-server/identity/ad-fs/development/ad-fs-openid-connect-oauth-concepts.
	LikeADFS Like = "adfs"

	// LikeZitadel is an access token of Zitadel: Options.Roles are the members of the object
	// urn:zitadel:iam:org:project:roles, each with the organisation in which the user has it.
	// Source: https://zitadel.com/docs/apis/openidoauth/claims.
	LikeZitadel Like = "zitadel"

	// LikeAWS is a token of an IAM role (outbound identity federation): Options.Subject is the role's ARN, and all that AWS
	// says of it is in the object https://sts.amazonaws.com/. There is no app.
	// Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_outbound_token_claims.html.
	LikeAWS Like = "aws"

	// LikeRFC9068 is a JWT access token whose header has the typ at+jwt, with the claims of [Issuer.OIDCClaims], and with
	// Options.Roles as roles.
	// Source: RFC 9068, section 2.
	LikeRFC9068 Like = "rfc9068"
)

// DefaultAudience is the API that access tokens are for, where providers name it and Options.Audience is empty.
const DefaultAudience = "https://api.example.com"

// Texts of the providers' documentation that Options do not say.
const (
	exampleTenant = "7c1a6e0d-2f5b-4a53-9a0e-6f1f4c6d2b10"
	exampleApp    = "2b0e6a31-94f7-4d0a-8b1c-53d7a2f0c9e4"
	exampleOrg    = "69234237810729019"
)

// shape is how a provider writes a token.
type shape struct {
	like   Like
	claims func(*Issuer, Options) map[string]any
	typ    string // the header's, "" for none
	x5t    bool   // the header has x5t beside kid
}

// shapes are all shapes, in the order of the constants.
func shapes() []shape {
	return []shape{
		{LikeCognito, (*Issuer).CognitoAccessClaims, "", false},
		{LikeCognitoMachine, (*Issuer).cognitoMachine, "", false},
		{LikeCognitoBound, (*Issuer).cognitoBound, "", false},
		{LikeCognitoID, (*Issuer).CognitoIDClaims, "", false},
		{LikeEntra, (*Issuer).entra, "JWT", false},
		{LikeEntraApp, (*Issuer).entraApp, "JWT", false},
		{LikeEntraV1, (*Issuer).entraV1, "JWT", true},
		{LikeAuth0, (*Issuer).auth0, "JWT", false},
		{LikeAuth0Machine, (*Issuer).auth0Machine, "JWT", false},
		{LikeOkta, (*Issuer).okta, "", false},
		{LikeOktaMachine, (*Issuer).oktaMachine, "", false},
		{LikeKeycloak, (*Issuer).keycloak, "JWT", false},
		{LikeKeycloakMachine, (*Issuer).keycloakMachine, "JWT", false},
		{LikeGoogle, (*Issuer).google, "JWT", false},
		{LikeGitHub, (*Issuer).gitHub, "JWT", true},
		{LikeKubernetes, (*Issuer).kubernetes, "", false},
		{LikeADFS, (*Issuer).adfs, "JWT", true},
		{LikeZitadel, (*Issuer).zitadel, "JWT", false},
		{LikeAWS, (*Issuer).aws, "JWT", false},
		{LikeRFC9068, (*Issuer).rfc9068, "at+jwt", false},
	}
}

// Likes are all shapes.
func Likes() []Like {
	var all []Like
	for _, s := range shapes() {
		all = append(all, s.like)
	}
	return all
}

func mustShape(like Like) shape {
	all := shapes()
	k := slices.IndexFunc(all, func(s shape) bool { return s.like == like })
	if k < 0 {
		panic(fmt.Sprintf("verifytest: unknown shape %q: want one of %v", like, Likes()))
	}
	return all[k]
}

// Claims returns the claims of a token in the shape of a provider. The iss is the issuer's URL, whatever the provider's
// looks like, so that its keys are found; Options.Extra says otherwise. The map is the caller's. It panics if like is not
// one of [Likes].
func (i *Issuer) Claims(like Like, o Options) map[string]any {
	claims := mustShape(like).claims(i, o)
	maps.Copy(claims, o.Extra)
	return claims
}

// HeaderLike returns the header of a token in the shape of a provider; see [Issuer.Header].
func (i *Issuer) HeaderLike(like Like) map[string]any {
	s, header := mustShape(like), i.Header()
	if s.typ != "" {
		header["typ"] = s.typ
	}
	if s.x5t {
		header["x5t"] = header["kid"]
	}
	if like == LikeADFS {
		delete(header, "kid")
	}
	return header
}

// Token signs the claims that Claims returns, under the header that HeaderLike does.
func (i *Issuer) Token(like Like, o Options) string {
	return i.SignHeader(i.HeaderLike(like), i.Claims(like, o))
}

// as are the options with the default values of a provider.
func (o Options) as(subject, client, audience string) Options {
	o.Subject, o.ClientID = cmp.Or(o.Subject, subject), cmp.Or(o.ClientID, client)
	if len(o.Audience) == 0 {
		o.Audience = []string{audience}
	}
	return o.withDefaults()
}

// oneOrList is a text, or a list of several.
func oneOrList(texts []string) any {
	if len(texts) == 1 {
		return texts[0]
	}
	return texts
}

// put adds a claim for texts, where there are some.
func put(claims map[string]any, name string, texts []string, value any) {
	if len(texts) > 0 {
		claims[name] = value
	}
}

func (i *Issuer) cognitoMachine(o Options) map[string]any {
	o = o.withDefaults()
	claims := i.registeredClaims(o)
	claims["sub"] = o.ClientID
	claims["client_id"] = o.ClientID
	claims["token_use"] = "access"
	claims["auth_time"] = claims["iat"]
	claims["version"] = 2
	put(claims, "scope", o.Scopes, strings.Join(o.Scopes, " "))
	return claims
}

func (i *Issuer) cognitoBound(o Options) map[string]any {
	o = o.as("", "", DefaultAudience)
	claims := i.CognitoAccessClaims(o)
	claims["version"] = 2
	claims["aud"] = oneOrList(o.Audience)
	return claims
}

// entraClaims are those of all access tokens of Microsoft Entra ID, which names them in uti and not in jti.
func (i *Issuer) entraClaims(o Options, version string) map[string]any {
	claims := i.registeredClaims(o)
	claims["uti"] = claims["jti"]
	delete(claims, "jti")
	claims["aud"] = oneOrList(o.Audience)
	claims["nbf"] = claims["iat"]
	claims["oid"] = o.Subject
	claims["tid"] = exampleTenant
	claims["ver"] = version
	put(claims, "roles", o.Roles, o.Roles)
	put(claims, "groups", o.Groups, o.Groups)
	return claims
}

// entra has a sub that only this API knows, and the user's id in oid.
func (i *Issuer) entra(o Options) map[string]any {
	o = o.as("", exampleApp, exampleApp)
	claims := i.entraClaims(o, "2.0")
	claims["sub"] = "AAAAAAAAAAAAAAAAAAAAAIkzqFVrSaSaFHy782bbtaQ"
	claims["azp"] = o.ClientID
	claims["azpacr"] = "0"
	claims["name"] = o.Username
	claims["preferred_username"] = o.Email
	put(claims, "scp", o.Scopes, strings.Join(o.Scopes, " "))
	return claims
}

func (i *Issuer) entraApp(o Options) map[string]any {
	o = o.as("", exampleApp, exampleApp)
	claims := i.entraClaims(o, "2.0")
	claims["azp"] = o.ClientID
	claims["azpacr"] = "1"
	claims["idtyp"] = "app"
	return claims
}

func (i *Issuer) entraV1(o Options) map[string]any {
	o = o.as("", exampleApp, "api://"+exampleApp)
	claims := i.entraClaims(o, "1.0")
	claims["sub"] = "AAAAAAAAAAAAAAAAAAAAAIkzqFVrSaSaFHy782bbtaQ"
	claims["appid"] = o.ClientID
	claims["appidacr"] = "0"
	claims["acr"] = "1"
	claims["amr"] = []string{"pwd"}
	claims["name"] = o.Username
	claims["unique_name"] = o.Email
	claims["upn"] = o.Email
	put(claims, "scp", o.Scopes, strings.Join(o.Scopes, " "))
	return claims
}

func (i *Issuer) auth0(o Options) map[string]any {
	o = o.as("auth0|5f7c8ec7c33c6c004bbafe82", "", DefaultAudience)
	claims := i.auth0Claims(o)
	claims["aud"] = append(slices.Clone(o.Audience), i.address("/userinfo"))
	claims["scope"] = strings.Join(append([]string{"openid", "profile"}, o.Scopes...), " ")
	return claims
}

func (i *Issuer) auth0Machine(o Options) map[string]any {
	o = o.as("", "", DefaultAudience)
	claims := i.auth0Claims(o)
	claims["sub"] = o.ClientID + "@clients"
	claims["aud"] = oneOrList(o.Audience)
	claims["gty"] = "client-credentials"
	put(claims, "scope", o.Scopes, strings.Join(o.Scopes, " "))
	return claims
}

// auth0Claims are those of all access tokens of Auth0's own profile, which has no jti.
func (i *Issuer) auth0Claims(o Options) map[string]any {
	claims := i.registeredClaims(o)
	delete(claims, "jti")
	claims["azp"] = o.ClientID
	put(claims, "permissions", o.Roles, o.Roles)
	return claims
}

func (i *Issuer) okta(o Options) map[string]any {
	o = o.as("00u1a2b3c4d5e6f7g8h9", "0oa1a2b3c4d5e6f7g8h9", "api://default")
	claims := i.oktaClaims(o)
	claims["sub"] = o.Email
	claims["uid"] = o.Subject
	claims["auth_time"] = claims["iat"]
	claims["scp"] = append([]string{"openid"}, o.Scopes...)
	put(claims, "groups", o.Groups, o.Groups)
	return claims
}

func (i *Issuer) oktaMachine(o Options) map[string]any {
	o = o.as("", "0oa1a2b3c4d5e6f7g8h9", "api://default")
	claims := i.oktaClaims(o)
	claims["sub"] = o.ClientID
	claims["scp"] = append([]string{}, o.Scopes...)
	return claims
}

func (i *Issuer) oktaClaims(o Options) map[string]any {
	claims := i.registeredClaims(o)
	claims["jti"] = "AT." + newUUID()
	claims["ver"] = 1
	claims["aud"] = oneOrList(o.Audience)
	claims["cid"] = o.ClientID
	return claims
}

func (i *Issuer) keycloak(o Options) map[string]any {
	o = o.as("", "", "api")
	claims := i.keycloakClaims(o)
	claims["auth_time"] = claims["iat"]
	claims["sid"] = newUUID()
	claims["scope"] = strings.Join(append([]string{"openid", "profile", "email"}, o.Scopes...), " ")
	claims["preferred_username"] = o.Username
	claims["email"] = o.Email
	claims["email_verified"] = true
	put(claims, "groups", o.Groups, o.Groups)
	return claims
}

func (i *Issuer) keycloakMachine(o Options) map[string]any {
	o = o.as("", "", "api")
	claims := i.keycloakClaims(o)
	claims["scope"] = strings.Join(append([]string{"profile", "email"}, o.Scopes...), " ")
	claims["preferred_username"] = "service-account-" + o.ClientID
	claims["client_id"] = o.ClientID
	claims["clientHost"] = "192.0.2.7"
	claims["clientAddress"] = "192.0.2.7"
	return claims
}

func (i *Issuer) keycloakClaims(o Options) map[string]any {
	claims := i.registeredClaims(o)
	claims["aud"] = append(slices.Clone(o.Audience), "account")
	claims["typ"] = "Bearer"
	claims["azp"] = o.ClientID
	claims["acr"] = "1"
	claims["allowed-origins"] = []string{"https://app.example.com"}
	claims["realm_access"] = map[string]any{"roles": []string{"default-roles-fixture", "offline_access", "uma_authorization"}}
	access := map[string]any{"account": map[string]any{"roles": []string{"manage-account", "view-profile"}}}
	put(access, o.Audience[0], o.Roles, map[string]any{"roles": o.Roles})
	claims["resource_access"] = access
	return claims
}

func (i *Issuer) google(o Options) map[string]any {
	o = o.as("110169484474386276334", "1234987819200.apps.googleusercontent.com", "")
	claims := i.registeredClaims(o)
	claims["aud"] = o.ClientID
	claims["azp"] = o.ClientID
	claims["email"] = o.Email
	claims["email_verified"] = true
	claims["name"] = o.Username
	_, claims["hd"], _ = strings.Cut(o.Email, "@")
	return claims
}

func (i *Issuer) gitHub(o Options) map[string]any {
	const ref, workflow = "refs/heads/main", "octo-org/octo-repo/.github/workflows/deploy.yml@refs/heads/main"
	o = o.as("repo:octo-org@123456/octo-repo@456789:ref:"+ref, "", "https://github.com/octo-org")
	claims := i.registeredClaims(o)
	maps.Copy(claims, map[string]any{
		"aud": oneOrList(o.Audience), "nbf": claims["iat"], "ref": ref, "ref_type": "branch", "sha": "c5e1f0a3b7d94286",
		"repository": "octo-org/octo-repo", "repository_id": "456789", "repository_visibility": "private",
		"repository_owner": "octo-org", "repository_owner_id": "123456", "actor": "octocat", "actor_id": "12",
		"event_name": "push", "head_ref": "", "base_ref": "", "workflow": "deploy", "workflow_ref": workflow,
		"job_workflow_ref": workflow, "run_id": "1234567890", "run_number": "10", "run_attempt": "1", "runner_environment": "github-hosted",
	})
	return claims
}

func (i *Issuer) kubernetes(o Options) map[string]any {
	o = o.as("system:serviceaccount:shop:orders", "", DefaultAudience)
	claims := i.registeredClaims(o)
	claims["aud"] = o.Audience
	claims["nbf"] = claims["iat"]
	namespace, name, _ := strings.Cut(strings.TrimPrefix(o.Subject, "system:serviceaccount:"), ":")
	claims["kubernetes.io"] = map[string]any{
		"namespace":      namespace,
		"node":           map[string]any{"name": "worker-1", "uid": newUUID()},
		"pod":            map[string]any{"name": name + "-0", "uid": newUUID()},
		"serviceaccount": map[string]any{"name": name, "uid": newUUID()},
		"warnafter":      o.IssuedAt.Unix() + 3607,
	}
	return claims
}

func (i *Issuer) adfs(o Options) map[string]any {
	o = o.as("", exampleApp, DefaultAudience)
	claims := i.registeredClaims(o)
	delete(claims, "sub")
	delete(claims, "jti")
	claims["aud"] = oneOrList(o.Audience)
	claims["apptype"] = "Public"
	claims["appid"] = o.ClientID
	claims["authmethod"] = "urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport"
	claims["auth_time"] = o.IssuedAt.UTC().Format("2006-01-02T15:04:05.000Z")
	claims["ver"] = "1.0"
	claims["upn"] = o.Email
	claims["scp"] = strings.Join(append([]string{"openid"}, o.Scopes...), " ")
	put(claims, "group", o.Groups, oneOrList(o.Groups))
	put(claims, "role", o.Roles, oneOrList(o.Roles))
	return claims
}

func (i *Issuer) zitadel(o Options) map[string]any {
	o = o.as("77776025198584418", "69234237810729234@shop", exampleOrg)
	claims := i.registeredClaims(o)
	claims["aud"] = append([]string{o.ClientID}, o.Audience...)
	claims["client_id"] = o.ClientID
	claims["nbf"] = claims["iat"]
	roles := map[string]any{}
	for _, role := range o.Roles {
		roles[role] = map[string]any{exampleOrg: "acme.example.com"}
	}
	put(claims, "urn:zitadel:iam:org:project:roles", o.Roles, roles)
	return claims
}

func (i *Issuer) aws(o Options) map[string]any {
	o = o.as("arn:aws:iam::123456789012:role/DataProcessingRole", "", DefaultAudience)
	claims := i.registeredClaims(o)
	claims["aud"] = oneOrList(o.Audience)
	claims["https://sts.amazonaws.com/"] = map[string]any{
		"aws_account": "123456789012", "source_region": "us-east-1", "org_id": "o-abc1234567",
		"principal_tags": map[string]any{"team": "data"},
	}
	return claims
}

func (i *Issuer) rfc9068(o Options) map[string]any {
	o = o.as("", "", DefaultAudience)
	claims := i.OIDCClaims(o)
	put(claims, "roles", o.Roles, o.Roles)
	return claims
}
