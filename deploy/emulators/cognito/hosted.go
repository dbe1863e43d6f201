package cognito

import (
	"net/http"
	"slices"
	"strings"

	"portcullis/deploy/emulators/internal/wire"
)

// instead is what this pool has in the place of pages and endpoints of a user pool's domain.
// Source: Amazon Cognito developer guide, "User pool endpoints and managed login reference".
var instead = []struct {
	paths []string
	what  string
}{
	{[]string{"/login", "/oauth2/authorize", "/passkeys/add"}, "People sign in with InitiateAuth and RespondToAuthChallenge"},
	{[]string{"/logout", "/saml2/logout"}, "People sign out with GlobalSignOut, or RevokeToken"},
	{[]string{"/signup"}, "People sign up with SignUp"},
	{[]string{"/confirmUser", "/confirm", "/resendcode"}, "People confirm that with ConfirmSignUp, and get another code with ResendConfirmationCode"},
	{[]string{"/forgotPassword", "/forgotpassword", "/confirmForgotPassword", "/confirmforgotpassword"},
		"People set another password with ForgotPassword and ConfirmForgotPassword"},
	{[]string{"/changePassword", "/changepassword"}, "People change their password with ChangePassword"},
	{[]string{"/oauth2/userInfo"}, "The claims are in the ID token, and GetUser tells who an access token is of"},
	{[]string{"/oauth2/revoke"}, "Refresh tokens are revoked with RevokeToken"},
	{[]string{"/oauth2/idpresponse", "/saml2/idpresponse"}, "There are no other identity providers: all users are the pool's own"},
	{[]string{tokenPath}, "The pool has no resource servers, whose scopes a machine would get a token for; people sign in with InitiateAuth"},
}

// notHosted is the body of the answer. Its members are those of OAuth 2.0, which clients show (RFC 6749, section 5.2).
type notHosted struct {
	Error       string `json:"error"`
	Description string `json:"error_description"`
}

// refuse answers at an address below the pool's where there is nothing, with what there is in its place: pages and endpoints of a domain,
// which this pool has not, are looked for below the issuer, too.
func (p *Pool) refuse(w http.ResponseWriter, path string) {
	end := strings.TrimRight(strings.TrimPrefix(path, "/"+PoolID), "/")
	what := "The discovery document is at " + p.base + "/" + PoolID + "/.well-known/openid-configuration"
	for _, there := range instead {
		if slices.Contains(there.paths, end) {
			what = "This pool has neither a domain nor managed login. " + there.what
		}
	}
	if end == tokenPath && len(*p.scopes.Load()) > 0 {
		what = "The token endpoint is " + p.base + tokenPath
	}
	wire.Write(w, wire.RESTJSON, http.StatusNotFound, notHosted{"not_found", "There is no " + path + " here. " + what +
		". Operations are asked for by POST at " + p.base + "/ with Content-Type: " + wire.JSON11 + " and X-Amz-Target: " + service + "OPERATION"})
}
