package functions

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	apienviron "portcullis/api/environ"
	"portcullis/api/environ/userpool"
	"portcullis/api/environ/userstable"
	"portcullis/api/environ/websocket"
	"portcullis/authorizers/environ"
)

// Of this program's environment, binaries get what is named here, and nothing else: a shell has secrets that are none of theirs, as those
// of an AWS account. A '*' at the end of a name stands for any end.
var (
	// forAll are what a process needs to run, whom it is to trust, and what the desk's own variables say of all authorizers.
	forAll = []string{
		"PATH", "HOME", "USER", "LOGNAME", "TMPDIR", "LANG", "LANGUAGE", "LC_*",
		"SystemRoot", "SYSTEMROOT", "ComSpec", "PATHEXT", "TEMP", "TMP", "USERPROFILE", "LOCALAPPDATA",
		"SSL_CERT_FILE", "SSL_CERT_DIR", "NODE_EXTRA_CA_CERTS", "REQUESTS_CA_BUNDLE",
		environ.ClockSkew, environ.MaxToken, environ.TokenSources, environ.Unauthorized, environ.Revocation, apienviron.AllowedOrigins,
	}
	// forOurs are what this module's functions are configured by beside that, and find AWS by.
	forOurs = []string{
		"AWS_*", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy",
		environ.Response, environ.APIKeysTable, environ.APIKeysRemembered, environ.APIKeysUnsealed, environ.APIKeysUnknown, environ.RevocationTable, userstable.UsersTable, websocket.ConnectionsTable,
		userpool.ClientID, userpool.ClientSecretARN, userpool.PublicClientIDs,
	}
)

// only are the variables of an environment that are named.
func only(environment []string, names ...[]string) []string {
	all := slices.Concat(names...)
	return slices.DeleteFunc(slices.Clone(environment), func(variable string) bool {
		name, _, _ := strings.Cut(variable, "=")
		return !isNamed(all, name)
	})
}

// isNamed tells whether a variable is among those of a list.
func isNamed(list []string, name string) bool {
	return slices.ContainsFunc(list, func(named string) bool {
		begin, any := strings.CutSuffix(named, "*")
		return named == name || any && strings.HasPrefix(name, begin)
	})
}

// Variables that a function cannot be given: Lambda's own, which no function can be given there either but for credentials, and the desk's.
// See https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime.
var (
	ofLambda = []string{"_HANDLER", "_X_AMZN_TRACE_ID", "AWS_DEFAULT_REGION", "AWS_REGION", "AWS_EXECUTION_ENV", "AWS_LAMBDA_*", "LAMBDA_TASK_ROOT", "LAMBDA_RUNTIME_DIR"}
	ofDesk   = []string{environ.Rules, environ.Contract, environ.Issuers, environ.GroupScopes}
)

// NoneOfName tells of a character that no variable's name has.
// See https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html.
func NoneOfName(r rune) bool {
	return r != '_' && (r < '0' || r > '9') && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z')
}

// CheckVariable refuses names of variables that no function can be given. A '_' may be at the beginning, as of other programs' variables.
func CheckVariable(name string) error {
	switch {
	case name == "" || name[0] >= '0' && name[0] <= '9' || strings.ContainsFunc(name, NoneOfName):
		return errors.New("want NAME or NAME=VALUE, the name of letters, digits and _, and no digit at its beginning")
	case isNamed(ofLambda, name):
		return errors.New("is one that Lambda sets itself; the region is that of AWS_REGION in the environment of this program")
	case isNamed(ofDesk, name):
		return fmt.Errorf("is one that functions get from the contract and from what %s and %s are in the environment of this program", environ.Issuers, environ.GroupScopes)
	}
	return nil
}
