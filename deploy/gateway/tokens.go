package gateway

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"portcullis/policy"
)

// Tokens makes the verifiers of the gateway's own authorizers.
type Tokens interface {
	// Verifier makes the verifier of one issuer's tokens.
	Verifier(issuer TokenIssuer) (TokenVerifier, error)
}

// TokenIssuer says which tokens an authorizer of the gateway takes.
type TokenIssuer struct {
	UserPool string   // COGNITO_USER_POOLS: the ARN of a user pool; "": the stack's own. For any of its clients
	Use      string   // of a user pool's token: "id" or "access"; "" for JWT
	Issuer   string   // JWT: an https URL; "": the stack's own user pool, and its clients
	Audience []string // JWT: whom tokens may be meant for, by aud or, where there is none, client_id
}

// TokenVerifier checks the signature of a token, its times, its issuer and whom it is meant for, as API Gateway does: RSA
// algorithms only. The error is a [*TokenError] for a bad token, and any other where that cannot be told.
type TokenVerifier interface {
	VerifyToken(ctx context.Context, token string) error
}

// TokenError says why a token is refused.
type TokenError struct {
	Description string // as in error_description (RFC 6750, section 3)
	Expired     bool   // it was good once
}

func (e *TokenError) Error() string { return e.Description }

// bearer gives the token of a header's value; API Gateway's own authorizers take it with and without "Bearer".
func bearer(value string) string {
	if scheme, token, cut := strings.Cut(value, " "); cut && strings.EqualFold(scheme, "Bearer") {
		return strings.TrimSpace(token)
	}
	return value
}

// readClaims reads the claims of a token that was verified.
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

// claimText is a claim in an HTTP API's event and in logs: a list in brackets, separated by spaces.
func claimText(value any) string {
	switch value := value.(type) {
	case nil:
		return ""
	case []any:
		return "[" + strings.Join(claimTexts(value), " ") + "]"
	}
	if text, ok := scalarText(value); ok {
		return text
	}
	text, _ := json.Marshal(value)
	return string(text)
}

func claimTexts(list []any) []string {
	texts := make([]string, len(list))
	for i, item := range list {
		texts[i] = claimText(item)
	}
	return texts
}

// restClaims are the claims in a REST API's event: lists are separated by commas, and the times of expiry and issue
// are written out.
func restClaims(claims map[string]any) map[string]string {
	all := make(map[string]string, len(claims))
	for name, value := range claims {
		switch list, isList := value.([]any); {
		case isList:
			all[name] = strings.Join(claimTexts(list), ",")
		case name == "exp" || name == "iat":
			all[name] = timeText(value)
		default:
			all[name] = claimText(value)
		}
	}
	return all
}

func timeText(value any) string {
	number, _ := value.(json.Number)
	seconds, err := number.Int64()
	if err != nil {
		return claimText(value)
	}
	return time.Unix(seconds, 0).UTC().Format("Mon Jan 02 15:04:05 MST 2006")
}

// methodScopes are the scopes of which a token needs any one, as the gateway's own authorizers have it, for a method that
// is not open to any token. A rule that they cannot express would open more than it says, and is refused.
func methodScopes(s *stage, m *method) ([]string, error) {
	refuse := func(reason string) ([]string, error) {
		return nil, s.mode.Wrong(fmt.Sprintf("%s cannot express the rule of %s: %s", s.mode.Authorization, m.key(), reason), "authorization")
	}
	var all []string
	for _, alternative := range m.operation.Access.Alternatives {
		if len(alternative) != 1 || alternative[0].Scheme != policy.SchemeBearer {
			if slices.ContainsFunc(alternative, func(r policy.Requirement) bool { return r.Scheme == policy.SchemeBearer }) {
				return refuse("an alternative asks for another scheme beside the token")
			}
			continue // no token meets it
		}
		scopes := alternative[0].Scopes
		switch {
		case len(scopes) > 1:
			return refuse("an alternative asks for several scopes at once")
		case len(scopes) == 1 && s.config.Contract.OwnerScopes[scopes[0]] != "":
			continue // the gateway does not know owners: the scope opens nothing
		}
		all = append(all, scopes...)
	}
	if len(all) == 0 {
		return refuse("no scope of a token opens it")
	}
	slices.Sort(all)
	return slices.Compact(all), nil
}

// anyToken tells whether the method is open to every token.
func anyToken(m *method) bool {
	return slices.ContainsFunc(m.operation.Access.Alternatives, func(a policy.Alternative) bool {
		return len(a) == 1 && a[0].Scheme == policy.SchemeBearer && len(a[0].Scopes) == 0
	})
}

// scopesByMethod are the scopes of each method that is not public; none: any token opens it.
func scopesByMethod(s *stage) (map[*method][]string, error) {
	all := map[*method][]string{}
	for _, m := range s.methods {
		if m.public || anyToken(m) {
			continue
		}
		scopes, err := methodScopes(s, m)
		if err != nil {
			return nil, err
		}
		all[m] = scopes
	}
	return all, nil
}

// hasAny tells whether a token has any of the scopes.
func hasAny(have, want []string) bool {
	return slices.ContainsFunc(want, func(scope string) bool { return slices.Contains(have, scope) })
}

// needTokens refuses a configuration without what verifies tokens.
func needTokens(s *stage) error {
	if s.config.Tokens == nil {
		return configError("mode %s: want Tokens: %s asks for them", s.mode.Name, s.mode.Authorization)
	}
	return nil
}

// traceToken notes what the gateway thinks of a token.
func (x *exchange) traceToken(err error) {
	x.traceAuthorizer(func(t *AuthorizerTrace) {
		if err != nil {
			t.Error = err.Error()
		}
	})
}
