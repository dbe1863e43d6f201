// Package environ reads the environment variables of the authorizer functions and makes the authorizers
// that they configure. It is for mains only; a bad value is an error that names its variable.
package environ

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"portcullis/api"
	"portcullis/authorizers"
	"portcullis/authorizers/verify"
	"portcullis/policy"
)

// The environment variables of the authorizer functions.
const (
	Contract    = "CONTRACT"     // path of the OpenAPI file; default openapi.yaml beside the binary
	Issuers     = "ISSUERS"      // JSON list of issuers, in the shape of verify.Issuer; required, unless there are API keys
	GroupScopes = "GROUP_SCOPES" // JSON object: group -> list of scopes; default {}
	ClockSkew   = "CLOCK_SKEW"   // Go duration, 0s to 5m; default 0s

	APIKeysTable = "API_KEYS_TABLE" // of the REQUEST authorizer: DynamoDB table of API keys; not set: keys are not accepted
	Response     = "RESPONSE"       // of the REQUEST and JWT authorizers: "policy", the default, or "simple"
)

// Error says which variable cannot be used, and why.
type Error struct {
	Variable string
	Err      error
}

func (e *Error) Error() string { return e.Variable + ": " + e.Err.Error() }

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Err }

// Token makes the TOKEN authorizer that the variables describe. getenv gives a variable's value, "" where it
// is not set. The error is an [*Error].
func Token(getenv func(string) string, log *slog.Logger) (*authorizers.Token, error) {
	rules, groups, err := readAccess(getenv, log)
	if err != nil {
		return nil, err
	}
	verifier, revocations, err := readTokens(getenv)
	if err != nil {
		return nil, err
	}
	return authorizers.NewToken(authorizers.TokenConfig{Rules: rules, Verifier: verifier, Revocations: revocations, GroupScopes: groups, Log: log})
}

// JWT makes the JWT authorizer that the variables describe, as Token does.
func JWT(getenv func(string) string, log *slog.Logger) (*authorizers.Request, error) {
	rules, groups, err := readAccess(getenv, log)
	if err != nil {
		return nil, err
	}
	verifier, revocations, err := readTokens(getenv)
	if err != nil {
		return nil, err
	}
	simple, err := readResponse(getenv)
	if err != nil {
		return nil, err
	}
	return authorizers.NewJWT(authorizers.JWTConfig{
		Rules: rules, Verifier: verifier, Revocations: revocations, GroupScopes: groups, Simple: simple, Log: log,
	})
}

// Request makes the REQUEST authorizer that the variables describe, as Token does. The keys are those of the table
// that [APIKeysTable] names, nil where it names none; without them ISSUERS is required.
func Request(getenv func(string) string, keys authorizers.KeyVerifier, log *slog.Logger) (*authorizers.Request, error) {
	rules, groups, err := readAccess(getenv, log)
	if err != nil {
		return nil, err
	}
	config := authorizers.RequestConfig{Rules: rules, Keys: keys, GroupScopes: groups, Log: log}
	if keys == nil || getenv(Issuers) != "" {
		if config.Tokens, config.Revocations, err = readTokens(getenv); err != nil {
			return nil, err
		}
	} else if err := checkUnused(getenv); err != nil {
		return nil, err
	}
	if config.Simple, err = readResponse(getenv); err != nil {
		return nil, err
	}
	return authorizers.NewRequest(config)
}

// readAccess reads what decides who may call what.
func readAccess(getenv func(string) string, log *slog.Logger) (*policy.Rules, authorizers.GroupScopes, error) {
	rules, err := readRules(getenv(Contract))
	if err != nil {
		return nil, nil, &Error{Contract, err}
	}
	groups, err := ParseGroupScopes(getenv(GroupScopes))
	if err != nil {
		return nil, nil, &Error{GroupScopes, err}
	}
	logConflicts(rules, log)
	return rules, groups, nil
}

// readResponse tells whether answers are simple ones.
func readResponse(getenv func(string) string) (simple bool, err error) {
	switch text := getenv(Response); text {
	case "", "policy":
		return false, nil
	case "simple":
		return true, nil
	default:
		return false, &Error{Response, fmt.Errorf(`want "policy" or "simple", got %.40q`, text)}
	}
}

func readRules(name string) (*policy.Rules, error) {
	if name == "" {
		binary, err := os.Executable()
		if err != nil {
			return nil, fmt.Errorf("is not set, and the binary's folder is not known: %w", err)
		}
		name = filepath.Join(filepath.Dir(binary), "openapi.yaml")
	}
	contract, err := api.Load(name)
	if err != nil {
		return nil, err
	}
	return contract.Rules()
}

// logConflicts warns, once, of what no policy can tell apart.
func logConflicts(rules *policy.Rules, log *slog.Logger) {
	if log == nil {
		return
	}
	for _, conflict := range rules.Conflicts() {
		log.Warn("conflict", slog.String("closed", conflict.Closed.String()), slog.String("open", conflict.Open.String()),
			slog.String("lost", conflict.Paths), slog.String("what", conflict.String()))
	}
}

// readTokens makes what decides which tokens are good, and whether they were taken back.
func readTokens(getenv func(string) string) (authorizers.TokenVerifier, authorizers.Revocations, error) {
	if getenv(Issuers) == "" {
		return nil, nil, &Error{Issuers, errors.New(`is not set; want a JSON list such as [{"issuer":"https://…","audience":["…"]}]`)}
	}
	issuers, err := verify.ParseIssuers(getenv(Issuers))
	if err != nil {
		return nil, nil, &Error{Issuers, err}
	}
	skew, err := readClockSkew(getenv)
	if err != nil {
		return nil, nil, err
	}
	verifier, err := verify.New(verify.Config{Issuers: issuers, ClockSkew: skew})
	if err != nil {
		return nil, nil, &Error{Issuers, err}
	}
	revocations, err := readRevocations(getenv, issuers)
	return verifier, revocations, err
}

// checkUnused makes sure of the variables about tokens where none are accepted.
func checkUnused(getenv func(string) string) error {
	if _, err := readClockSkew(getenv); err != nil {
		return err
	}
	_, err := readRevocations(getenv, nil)
	return err
}

func readClockSkew(getenv func(string) string) (time.Duration, error) {
	skew, err := ParseClockSkew(getenv(ClockSkew))
	if err != nil {
		return 0, &Error{ClockSkew, err}
	}
	return skew, nil
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

// ParseGroupScopes reads a JSON object whose members are lists of scopes; an empty text is an empty object.
func ParseGroupScopes(text string) (authorizers.GroupScopes, error) {
	groups := authorizers.GroupScopes{}
	if text == "" {
		return groups, nil
	}
	decoder := json.NewDecoder(bytes.NewReader([]byte(text)))
	if err := decoder.Decode(&groups); err != nil {
		return nil, fmt.Errorf("want a JSON object of groups to lists of scopes: %w", err)
	}
	if groups == nil {
		return nil, errors.New("want a JSON object of groups to lists of scopes, got null")
	}
	if _, err := decoder.Token(); err != io.EOF {
		return nil, errors.New("something follows the JSON object")
	}
	for group, scopes := range groups {
		for _, scope := range scopes {
			if !policy.ValidScope(scope) {
				return nil, fmt.Errorf("group %q: %q is no scope (RFC 6749, section 3.3)", group, scope)
			}
		}
	}
	return groups, nil
}
