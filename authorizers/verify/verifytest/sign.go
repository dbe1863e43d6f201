package verifytest

// Header returns the JOSE header that Sign writes: kid and alg, as Cognito's tokens have, and
// nothing else. A test alters it and hands it to SignHeader.
// See https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-the-access-token.html.
func (i *Issuer) Header() map[string]any {
	return i.current().header()
}

// Sign returns the claims, exactly as they are, as a signed JWT in compact form (RFC 7515 section
// 3.1). It panics if claims cannot be written as JSON.
func (i *Issuer) Sign(claims map[string]any) string {
	k := i.current()
	return k.token(k.header(), claims)
}

// SignHeader is Sign with the header given, exactly as it is. The signature is always that of the
// current key and of its algorithm, whatever the header says of them.
func (i *Issuer) SignHeader(header, claims map[string]any) string {
	return i.current().token(header, claims)
}

// SignRaw is SignHeader with header and payload as bytes, which need not be JSON: for texts that no
// map can express, and for fuzzing.
func (i *Issuer) SignRaw(header, payload []byte) string {
	return i.current().tokenOf(header, payload)
}

// CognitoAccess signs CognitoAccessClaims.
func (i *Issuer) CognitoAccess(o Options) string { return i.Sign(i.CognitoAccessClaims(o)) }

// CognitoID signs CognitoIDClaims.
func (i *Issuer) CognitoID(o Options) string { return i.Sign(i.CognitoIDClaims(o)) }

// OIDC signs OIDCClaims.
func (i *Issuer) OIDC(o Options) string { return i.Sign(i.OIDCClaims(o)) }

func (k key) header() map[string]any {
	return map[string]any{"kid": k.id, "alg": k.name}
}

func (k key) token(header, claims map[string]any) string {
	return k.tokenOf(mustJSON(object(header)), mustJSON(object(claims)))
}

func (k key) tokenOf(header, payload []byte) string {
	return k.seal(encode(header) + "." + encode(payload))
}

// seal adds the signature to the first two parts of a token.
func (k key) seal(input string) string { return input + "." + encode(k.sign(input)) }

// object makes a nil map the empty object it stands for, where encoding/json writes null.
func object(m map[string]any) map[string]any {
	if m == nil {
		return map[string]any{}
	}
	return m
}
