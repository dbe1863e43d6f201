// Package environ reads the environment variables of the authorizer functions and makes the authorizers
// that they configure. It is for mains, and for the desk and the command, which take the same variables; a bad value is an
// error that names its variable.
//
// Go's own variables apply too: HTTPS_PROXY and NO_PROXY say by which proxy keys and AWS are asked, which nothing on the machine itself is
// (https://pkg.go.dev/net/http#ProxyFromEnvironment), and SSL_CERT_FILE names a file of authorities in PEM, beside those in the system's
// folders (https://pkg.go.dev/crypto/x509#SystemCertPool).
package environ

import (
	"errors"
	"fmt"
	"log/slog"
	"strconv"
	"strings"
	"time"

	"portcullis/authorizers"
	"portcullis/authorizers/verify"
	"portcullis/policy"
)

// The environment variables of the authorizer functions.
const (
	Rules       = "RULES"        // path of the compiled rules; default rules.json beside the binary
	Issuers     = "ISSUERS"      // JSON list of issuers, in the shape of verify.Issuer; required, unless there are API keys
	GroupScopes = "GROUP_SCOPES" // JSON object: group of the one issuer -> list of scopes; default {}; several issuers say it each, in their entries
	ClockSkew   = "CLOCK_SKEW"   // Go duration, 0s to 5m; default 0s
	MaxToken    = "MAX_TOKEN"    // the longest token that is looked at, in bytes, 1 to 1048576; default 10240

	APIKeysTable = "API_KEYS_TABLE" // of the REQUEST authorizer: DynamoDB table of API keys, found as Table says; not set: keys are not accepted
	Response     = "RESPONSE"       // of the REQUEST and JWT authorizers: "policy", the default, or "simple"
)

// Unauthorized is the variable that says what is answered where no credential is good: "fail", the default, or "deny".
//
// fail is the error Unauthorized. REST and WebSocket APIs make a 401 of it, by which clients know that another token would do, and keep
// nothing. It is a failed invocation in the function's metrics. Of an HTTP API no document says what it becomes: 401, or the 500 of any
// other failure, which clients take for the API's own and try again.
//
// deny is an answer that denies everything: a 403 for certain, on each kind of API, and no failed invocation. Clients that sign in again
// after a 401 do not. The gateway keeps it for its TTL, as it keeps a good one, so a token that comes before it is good, or before its
// issuer's new key is known, is refused until then, and who sends many bad tokens fills the gateway's cache.
//
// What cannot be told, as when an issuer's keys are out of reach, is another error and a 500 in both.
const Unauthorized = "UNAUTHORIZED"

// Contract is the variable that names the OpenAPI file to the tools that read one. The functions read what is compiled of it, which
// [Rules] names, and do not start where Contract is set: they would not decide by what it names.
const Contract = "CONTRACT"

// Error says which variable cannot be used, and why.
type Error struct {
	Variable string // its name
	Err      error  // what is wrong with its value
}

// Error is the variable's name, and the cause.
func (e *Error) Error() string { return e.Variable + ": " + e.Err.Error() }

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Err }

// Errors is all that is wrong with a function's environment. errors.As finds each [*Error] in it.
type Errors []error

// Error is the texts of all, with semicolons between them.
func (e Errors) Error() string {
	texts := make([]string, len(e))
	for i, err := range e {
		texts[i] = err.Error()
	}
	return strings.Join(texts, "; ")
}

// Unwrap gives the errors one by one.
func (e Errors) Unwrap() []error { return e }

// note keeps what is wrong with a variable, if anything is.
func (e *Errors) note(variable string, err error) {
	if err != nil {
		*e = append(*e, &Error{variable, err})
	}
}

// orNil is nil where nothing is wrong.
func (e Errors) orNil() error {
	if len(e) == 0 {
		return nil
	}
	return e
}

// settings are what the variables say that all authorizers have; errors gather.
type settings struct {
	getenv func(string) string
	log    *slog.Logger
	wrong  Errors
}

// Token makes the TOKEN authorizer that the variables describe. getenv gives a variable's value, "" where it
// is not set. The error holds an [*Error] for each variable that is wrong.
func Token(getenv func(string) string, log *slog.Logger) (*authorizers.TokenAuthorizer, error) {
	s := settings{getenv: getenv, log: log}
	config := s.config(nil)
	if err := s.wrong.orNil(); err != nil {
		return nil, err
	}
	token, err := authorizers.NewToken(config)
	return token, aboutSources(err)
}

// JWT makes the JWT authorizer that the variables describe, as Token does.
func JWT(getenv func(string) string, log *slog.Logger) (*authorizers.RequestAuthorizer, error) {
	s := settings{getenv: getenv, log: log}
	config := s.config(nil)
	config.Simple = s.simple()
	if err := s.wrong.orNil(); err != nil {
		return nil, err
	}
	jwt, err := authorizers.NewJWT(config)
	return jwt, aboutSources(err)
}

// Request makes the REQUEST authorizer that the variables describe, as Token does. The keys are those of the table
// that [APIKeysTable] names, nil where it names none; without them ISSUERS is required.
func Request(getenv func(string) string, keys authorizers.KeyVerifier, log *slog.Logger) (*authorizers.RequestAuthorizer, error) {
	s := settings{getenv: getenv, log: log}
	config := s.config(keys)
	config.Simple = s.simple()
	if err := s.wrong.orNil(); err != nil {
		return nil, err
	}
	return authorizers.NewRequest(config)
}

// config is what all authorizers are made of. Beside keys, tokens are accepted only where [Issuers] is set.
func (s *settings) config(keys authorizers.KeyVerifier) authorizers.Config {
	config := authorizers.Config{Rules: s.rules(), Keys: keys, Deny: s.deny(), MaxToken: s.maxToken(), Log: s.log}
	if keys == nil || s.getenv(Issuers) != "" {
		config.Tokens, config.Revocations = s.tokens(config.MaxToken)
		config.RevocationNames = revocationNames(s.getenv)
	} else {
		s.checkUnused()
	}
	config.TokenSources = s.tokenSources()
	return config
}

// rules reads what decides who may call what.
func (s *settings) rules() *policy.Rules {
	if s.getenv(Contract) != "" {
		s.wrong.note(Contract, fmt.Errorf("is set, and functions read no OpenAPI document: unset it, and name in %s a file made by %q or %q",
			Rules, "portcullis build", "portcullis access compile"))
	}
	rules, source, err := readRules(s.getenv(Rules))
	if err != nil {
		s.wrong.note(Rules, err)
		return nil
	}
	if s.log != nil {
		s.log.Info("rules", slog.String("contract", source.Name), slog.String("sha256", source.SHA256))
		logConflicts(rules, s.log)
	}
	return rules
}

// simple tells whether answers are simple ones.
func (s *settings) simple() bool {
	switch text := s.getenv(Response); text {
	case "", "policy":
		return false
	case "simple":
		return true
	default:
		s.wrong.note(Response, fmt.Errorf(`want "policy" or "simple", got %.40q`, text))
		return false
	}
}

// deny tells whether who is not known is denied.
func (s *settings) deny() bool {
	switch text := s.getenv(Unauthorized); text {
	case "", "fail":
		return false
	case "deny":
		return true
	default:
		s.wrong.note(Unauthorized, fmt.Errorf(`want "fail" or "deny", got %.40q`, text))
		return false
	}
}

func readRules(named string) (*policy.Rules, policy.Source, error) {
	file, err := policy.RulesPath(named)
	if err != nil {
		return nil, policy.Source{}, fmt.Errorf("is not set, and the binary's folder is not known: %w", err)
	}
	return policy.LoadRules(file)
}

// logConflicts warns, once, of what no policy can tell apart.
func logConflicts(rules *policy.Rules, log *slog.Logger) {
	for _, conflict := range rules.Conflicts() {
		log.Warn("conflict", slog.String("closed", conflict.Closed.String()), slog.String("open", conflict.Open.String()),
			slog.String("lost", conflict.Paths), slog.String("what", conflict.String()))
	}
}

// tokens makes what decides which tokens of at most so many bytes are good, and whether they were revoked. Both are nil where
// something is wrong.
func (s *settings) tokens(most int) (authorizers.TokenVerifier, authorizers.Revocations) {
	skew := s.clockSkew()
	if s.getenv(Issuers) == "" {
		s.wrong.note(Issuers, errors.New(`is not set; want a JSON list such as [{"issuer":"https://…","audience":["…"]}]`))
		return nil, nil
	}
	groups, err := ParseGroupScopes(s.getenv(GroupScopes))
	s.wrong.note(GroupScopes, err)
	issuers, err := verify.ParseIssuers(s.getenv(Issuers))
	if err != nil {
		s.wrong.note(Issuers, err)
		return nil, nil
	}
	s.wrong.note(GroupScopes, GiveGroupScopes(issuers, groups))
	verifier, err := verify.New(verify.Config{Issuers: issuers, ClockSkew: skew, MaxToken: most})
	if err != nil {
		s.wrong.note(Issuers, err)
		return nil, nil
	}
	warnOfIssuers(issuers, s.log)
	return verifier, s.revocations(issuers)
}

// checkUnused makes sure of the variables about tokens where none are accepted.
func (s *settings) checkUnused() {
	s.clockSkew()
	_, err := ParseGroupScopes(s.getenv(GroupScopes))
	s.wrong.note(GroupScopes, err)
	s.revocations(nil)
}

func (s *settings) revocations(issuers []verify.Issuer) authorizers.Revocations {
	revocations, err := readRevocations(s.getenv, issuers)
	if err != nil {
		s.wrong = append(s.wrong, err)
	}
	return revocations
}

func (s *settings) clockSkew() time.Duration {
	skew, err := ParseClockSkew(s.getenv(ClockSkew))
	s.wrong.note(ClockSkew, err)
	return skew
}

func (s *settings) maxToken() int {
	most, err := ParseMaxToken(s.getenv(MaxToken))
	s.wrong.note(MaxToken, err)
	return most
}

// ParseMaxToken reads how many bytes a token may have; an empty text is [authorizers.DefaultMaxToken].
func ParseMaxToken(text string) (int, error) {
	if text == "" {
		return authorizers.DefaultMaxToken, nil
	}
	most, err := strconv.Atoi(text)
	if err != nil || most < 1 || most > verify.MaxMaxToken {
		return 0, fmt.Errorf("want a number of bytes from 1 to %d, got %.40q", verify.MaxMaxToken, text)
	}
	return most, nil
}

// ParseClockSkew reads a duration that clocks may differ by; an empty text is none.
func ParseClockSkew(text string) (time.Duration, error) {
	if text == "" {
		return 0, nil
	}
	skew, err := time.ParseDuration(text)
	if err != nil || skew < 0 || skew > verify.MaxClockSkew {
		return 0, fmt.Errorf("want a duration from 0s to %s, got %q", verify.MaxClockSkew, text)
	}
	return skew, nil
}
