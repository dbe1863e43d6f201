// Package rulesfile reads the environment variables of the live function, which decides by rules.json, and makes what they
// configure. It is for mains and for the desk; a bad value is an [*environ.Error] that names its variable.
package rulesfile

import (
	"errors"
	"log/slog"
	"strings"

	"portcullis/api/environ"
	"portcullis/api/live"
	"portcullis/policy"
)

// The environment variables of the live function, beside environ.AllowedOrigins.
const (
	Rules        = "RULES"         // path of the compiled rules; default rules.json beside the binary
	TokenSources = "TOKEN_SOURCES" // where the authorizer finds tokens, as it reads it: each protocol:NAME is a subprotocol that is taken; default protocol:token
)

// protocolSource begins a place of tokens in TokenSources that is a subprotocol.
const protocolSource = "protocol:"

// Live makes the live function behind its guard, as the variables say, without calling anybody. getenv gives a variable's value,
// "" where it is not set. What is wrong with a variable is an [*environ.Error].
func Live(getenv func(string) string, log *slog.Logger) (*live.Guard, error) {
	file, err := policy.RulesPath(getenv(Rules))
	if err != nil {
		return nil, &environ.Error{Variable: Rules, Want: "the path of a " + policy.RulesFile + ", since the binary's folder is not known: " + err.Error()}
	}
	rules, source, err := policy.LoadRules(file)
	if err != nil {
		return nil, rulesError(file, err.Error())
	}
	log.Info("rules", slog.String("contract", source.Name), slog.String("sha256", source.SHA256))
	function, err := newFunction(getenv, log)
	if err != nil {
		return nil, err
	}
	guard, err := live.New(live.Config{Rules: rules, Next: function, Log: log})
	if wrong := (*live.ConfigError)(nil); errors.As(err, &wrong) { // all but the rules is there
		return nil, rulesError(file, wrong.Reason)
	}
	return guard, err
}

func newFunction(getenv func(string) string, log *slog.Logger) (*live.Function, error) {
	function, err := live.NewFunction(live.FunctionConfig{
		AllowedOrigins: environ.Origins(getenv(environ.AllowedOrigins)), Protocols: protocols(getenv(TokenSources)), Log: log,
	})
	if wrong := (*live.OriginError)(nil); errors.As(err, &wrong) {
		return nil, &environ.Error{Variable: environ.AllowedOrigins, Value: wrong.Origin, Want: wrong.Want}
	}
	return function, err
}

// rulesError is the error for a file that messages cannot be decided by.
func rulesError(file, reason string) error {
	return &environ.Error{Variable: Rules, Value: file, Want: "a file of rules: " + reason}
}

// protocols are the subprotocols among the places of tokens; nil for the default.
func protocols(sources string) []string {
	if sources == "" {
		return nil
	}
	names := []string{}
	for source := range strings.SplitSeq(sources, ",") {
		if name, is := strings.CutPrefix(strings.TrimSpace(source), protocolSource); is {
			names = append(names, name)
		}
	}
	return names
}
