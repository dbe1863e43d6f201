package stage

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"slices"
	"strings"

	"portcullis/deploy/gateway/internal/lambda"
)

// readClaims reads the claims of a token, which it does not verify.
func readClaims(token string) (map[string]any, error) {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return nil, errors.New("the token is not in the compact form")
	}
	payload, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		return nil, err
	}
	claims := map[string]any{}
	decoder := json.NewDecoder(strings.NewReader(string(payload)))
	decoder.UseNumber()
	return claims, decoder.Decode(&claims)
}

// expiryOf is the exp of the first token among texts that has one, in seconds of Unix time; 0: there is none. Nobody has verified it.
func expiryOf(texts []string) int64 {
	for _, text := range texts {
		claims, err := readClaims(text)
		exp, is := claims["exp"].(json.Number)
		if err != nil || !is {
			continue
		}
		if seconds, err := exp.Float64(); err == nil && seconds > 0 && seconds < 1<<53 {
			return int64(seconds)
		}
	}
	return 0
}

// tokenScopes are the scopes of a token: of scope, or else of scp.
func tokenScopes(claims map[string]any) []string {
	for _, name := range []string{"scope", "scp"} {
		switch value := claims[name].(type) {
		case string:
			return strings.Fields(value)
		case []any:
			var list []string
			for _, item := range value {
				if text, ok := item.(string); ok {
					list = append(list, text)
				}
			}
			return list
		}
	}
	return nil
}

// hasAny tells whether a token has any of the scopes.
func hasAny(have, want []string) bool {
	return slices.ContainsFunc(want, func(scope string) bool { return slices.Contains(have, scope) })
}

// ClaimText is a claim in an HTTP API's event and in logs: a list in brackets, separated by spaces.
func ClaimText(value any) string {
	switch value := value.(type) {
	case nil:
		return ""
	case []any:
		return "[" + strings.Join(ClaimTexts(value), " ") + "]"
	}
	if text, ok := lambda.ScalarText(value); ok {
		return text
	}
	text, _ := json.Marshal(value)
	return string(text)
}

// ClaimTexts gives each claim of a list as [ClaimText] does.
func ClaimTexts(list []any) []string {
	texts := make([]string, len(list))
	for i, item := range list {
		texts[i] = ClaimText(item)
	}
	return texts
}
