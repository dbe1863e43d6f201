package environ

import (
	"errors"

	"portcullis/authorizers"
)

// TokenSources names the variable that says where authorizers look for tokens: a comma-separated list, in the words of
// [authorizers.ParseTokenSources], such as "bearer,raw" for tokens with and without the scheme Bearer. Default: bearer, and for
// WebSocket handshakes also query:token and protocol:token. The TOKEN and JWT authorizers take bearer and raw alone.
const TokenSources = "TOKEN_SOURCES"

func (s *settings) tokenSources() authorizers.TokenSources {
	sources, err := authorizers.ParseTokenSources(s.getenv(TokenSources))
	s.wrong.note(TokenSources, err)
	return sources
}

// aboutSources names the variable where an authorizer refuses what it says.
func aboutSources(err error) error {
	if wrong, ok := errors.AsType[*authorizers.ConfigError](err); ok && wrong.Field == "TokenSources" {
		return &Error{TokenSources, errors.New(wrong.Reason)}
	}
	return err
}
