package verifytest

// cognitoBreakages are of the claims that only Amazon Cognito's tokens have.
// Source: Amazon Cognito developer guide, "Verifying JSON web tokens".
var cognitoBreakages = []breakage{
	{"token-use-missing", "There is no token_use.", onlyCognito, claimsWithout("token_use")},
	{"token-use-null", "The token_use is null.", onlyCognito, claimsWith("token_use", nil)},
	{"token-use-empty", "The token_use is empty.", onlyCognito, claimsWith("token_use", "")},
	{"token-use-refresh", "The token_use is refresh, which no verifier accepts.", onlyCognito, claimsWith("token_use", "refresh")},
	{"token-use-list", "The token_use is a list with the right one in it.", onlyCognito, func(g *good) string {
		return g.changeClaims(map[string]any{"token_use": []any{g.claims["token_use"]}})
	}},
	{"token-use-other-case", "The token_use is in the other case.", onlyCognito, func(g *good) string {
		return g.changeClaims(map[string]any{"token_use": swapCase(g.claims["token_use"].(string))})
	}},
	{"token-use-wrong-case", "The claim token_use is written Token_use, which is another claim.", onlyCognito, func(g *good) string {
		return g.changeClaims(map[string]any{"Token_use": g.claims["token_use"]}, "token_use")
	}},
	{"token-use-id", "The token is an ID token for the same app, in the place of an access token.", onlyAccess, func(g *good) string {
		return g.changeClaims(map[string]any{"token_use": "id", "aud": g.claims["client_id"]})
	}},
	{"token-use-access", "The token is an access token for the same app, in the place of an ID token.", onlyID, func(g *good) string {
		return g.changeClaims(map[string]any{"token_use": "access", "client_id": g.claims["aud"]})
	}},

	{"client-id-missing", "There is no client_id.", onlyAccess, claimsWithout("client_id")},
	{"client-id-null", "The client_id is null.", onlyAccess, claimsWith("client_id", nil)},
	{"client-id-empty", "The client_id is empty.", onlyAccess, claimsWith("client_id", "")},
	{"client-id-number", "The client_id is a number.", onlyAccess, claimsWith("client_id", 1)},
	{"client-id-list", "The client_id is a list with the right one in it.", onlyAccess, func(g *good) string {
		return g.changeClaims(map[string]any{"client_id": []any{g.claims["client_id"]}})
	}},
	{"client-id-other", "The client_id is that of another app.", onlyAccess, claimsWith("client_id", "another-app")},
	{"client-id-as-aud", "The app is in aud, in the place of client_id.", onlyAccess, func(g *good) string {
		return g.changeClaims(map[string]any{"aud": g.claims["client_id"]}, "client_id")
	}},
	{"client-id-other-aud", "The client_id is that of another app, and the right one is in aud.", onlyAccess, func(g *good) string {
		return g.changeClaims(map[string]any{"aud": g.claims["client_id"], "client_id": "another-app"})
	}},

	{"resource-other", "The aud of an access token names another API, to which it is bound (RFC 8707).", onlyAccess, claimsWith("aud", "https://other-api.example.com")},
	{"resource-others", "The aud of an access token lists other APIs.", onlyAccess, claimsWith("aud", []any{"https://other-api.example.com", "https://third-api.example.com"})},
	{"resource-null", "The aud of an access token is null.", onlyAccess, claimsWith("aud", nil)},
	{"resource-number", "The aud of an access token is a number.", onlyAccess, claimsWith("aud", 1)},
	{"resource-empty", "The aud of an access token is an empty list.", onlyAccess, claimsWith("aud", []any{})},

	{"aud-as-client-id", "The app is in client_id, in the place of aud.", onlyID, func(g *good) string {
		return g.changeClaims(map[string]any{"client_id": g.claims["aud"]}, "aud")
	}},
	{"aud-list", "The aud of an ID token is a list, as Cognito never writes it.", onlyID, func(g *good) string {
		return g.changeClaims(map[string]any{"aud": audiences(g.claims["aud"])})
	}},
}
