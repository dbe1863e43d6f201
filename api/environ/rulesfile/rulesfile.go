// Package rulesfile reads the environment variables of the live function, which decides by rules.json, and makes what they
// configure. It is for mains and for the desk; a bad value is an [*environ.Error] that names its variable.
package rulesfile

import (
	"errors"
	"log/slog"
	"os"
	"path/filepath"
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
	rules, err := load(getenv(Rules), log)
	if err != nil {
		return nil, err
	}
	function, err := live.NewFunction(live.FunctionConfig{
		AllowedOrigins: environ.Origins(getenv(environ.AllowedOrigins)), Protocols: protocols(getenv(TokenSources)), Log: log,
	})
	if wrong := (*live.OriginError)(nil); errors.As(err, &wrong) {
		return nil, &environ.Error{Variable: environ.AllowedOrigins, Value: wrong.Origin, Want: wrong.Want}
	}
	if err != nil {
		return nil, err
	}
	return live.New(live.Config{Rules: rules, Next: function, Log: log})
}

// load reads the rules, and logs which they are.
func load(file string, log *slog.Logger) (*policy.Rules, error) {
	if file == "" {
		binary, err := os.Executable()
		if err != nil {
			return nil, &environ.Error{Variable: Rules, Want: "the path of a " + policy.RulesFile + ", since the binary's folder is not known: " + err.Error()}
		}
		file = filepath.Join(filepath.Dir(binary), policy.RulesFile)
	}
	rules, source, err := policy.LoadRules(file)
	if err != nil {
		return nil, &environ.Error{Variable: Rules, Value: file, Want: "a file of rules: " + err.Error()}
	}
	log.Info("rules", slog.String("contract", source.Name), slog.String("sha256", source.SHA256))
	return rules, nil
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
