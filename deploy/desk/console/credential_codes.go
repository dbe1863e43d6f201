package console

import "portcullis/authorizers"

// credentialCodes are the reasons to refuse a credential, and what would be right, for who looks at one and for who sees a call refused.
var credentialCodes = map[authorizers.Code]struct{ why, change string }{
	"credential-missing": {"there is no token or key where it looks", "send Authorization: Bearer and a token, or an API key in X-Api-Key where the mode takes keys"},

	authorizers.CodeTooLarge:     {"the token is longer than what is looked at", "send a shorter token: MAX_TOKEN is the limit"},
	authorizers.CodeMalformed:    {"it is no JSON Web Token: three parts of base64url, with JSON in them", "send the token as it was given; to get one, sign in"},
	authorizers.CodeHeader:       {"the token's header asks for what is not done, such as crit, b64 or another typ", "sign in for a token of the usual form"},
	authorizers.CodeAlgorithm:    {"the token is signed by an algorithm that its issuer's entry does not allow, or by none", "sign in for a token that the issuer has signed, or allow the algorithm in ISSUERS"},
	authorizers.CodeKeyID:        {"the token does not say by which key it is signed", "sign in for a token whose header has the kid of a key of its issuer"},
	authorizers.CodeKeyUnknown:   {"the issuer publishes no such key", "sign in again: the key was replaced, or the token is of another issuer"},
	authorizers.CodeKeyAlgorithm: {"the key is for another algorithm than the token's", "sign in for a token that the issuer has signed"},
	authorizers.CodeSignature:    {"the signature is not the issuer's: the token was changed or forged", "sign in, and send the token as it was given"},
	authorizers.CodeIssuer:       {"no entry of ISSUERS has the token's iss", "sign in at an issuer that the API trusts, or add an entry to ISSUERS"},
	authorizers.CodeAudience:     {"the token is meant for somebody else", "sign in with a client that is in the audience of the issuer's entry, or add it there"},
	authorizers.CodeTokenUse:     {"the token is for another use, such as an ID token, which tells an app who signed in", "send the access token; to get one, sign in"},
	authorizers.CodeExpired:      {"the token has expired", "sign in again"},
	authorizers.CodeNotYet:       {"the token is not valid yet", "wait until its nbf or iat, or let CLOCK_SKEW allow for clocks that differ"},
	authorizers.CodeClaim:        {"a claim is missing, or of the wrong type", "sign in for a token that has it"},
	authorizers.CodeRequired:     {"a claim has none of the values that the issuer's entry requires", "sign in as one whose token has one of them"},
	authorizers.CodeBound:        {"the token is bound to a key of its sender, which a bearer does not prove to have", "sign in for a token that is not bound"},
	authorizers.CodeRevoked:      {"the token was revoked", "sign in again, or take the revocation back with revoke undo"},

	authorizers.CodeAPIKeyMalformed: {"the key has not the form of an API key, pk_ID_SECRET (keys of a usage plan are others)", "send the key as it was given when it was made"},
	authorizers.CodeAPIKeyMistyped:  {"the end of the key does not fit the rest: it was mistyped, or is of another table", "send the key as it was given when it was made"},
	authorizers.CodeAPIKeyUnsealed:  {"the key has not the table's newest seal, which API_KEYS_UNSEALED asks for", "rotate the key, and send the new one"},
	authorizers.CodeAPIKeyUnknown:   {"no key has its id: it was deleted, or is of another table", "make a key in the table that the authorizer reads"},
	authorizers.CodeAPIKeySecret:    {"there is a key with its id, whose secret is another", "send the key as it was given; after a rotation, the new one"},
	authorizers.CodeAPIKeyExpired:   {"the key has expired", "make another key, or rotate this one"},
	authorizers.CodeAPIKeyDisabled:  {"the key is disabled", "enable it again with key enable, or make another"},
	authorizers.CodeAPIKeyNetwork:   {"the key is used from an address that it is not for", "call from one of the key's networks, or make a key for this one"},
}

// wordsOf are a reason to refuse a credential and what would be right, in one text; the code where it is none of these.
func wordsOf(code authorizers.Code) string {
	known, is := credentialCodes[code]
	if !is {
		return string(code)
	}
	return known.why + "; " + known.change
}
