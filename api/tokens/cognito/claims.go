package cognito

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"strings"
	"time"

	"portcullis/api/tokens"
)

// claims are those of an access token that came from Cognito itself, or that it has checked: the signature needs no second
// check (https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-the-access-token.html).
type claims struct {
	Issuer  string `json:"iss"`
	Subject string `json:"sub"`
	Origin  string `json:"origin_jti"` // "" where the app client has token revocation disabled
	Client  string `json:"client_id"`
	Use     string `json:"token_use"`
	Issued  int64  `json:"iat"` // seconds since 1970
}

// lastTime is the end of the year 9999, beyond which no token's iat is one.
const lastTime = 253402300799

// readClaims reads the payload of a JWT in compact form (RFC 7519, section 3). Its errors hold nothing of the token.
func readClaims(access tokens.Secret) (claims, error) {
	var c claims
	parts := strings.Split(string(access), ".")
	if len(parts) != 3 {
		return c, errors.New("access token is no JWT")
	}
	payload, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil || json.Unmarshal(payload, &c) != nil {
		return claims{}, errors.New("access token has no payload that can be read")
	}
	if c.Issuer == "" || c.Subject == "" || c.Use != "access" || c.Issued <= 0 || c.Issued > lastTime {
		return claims{}, errors.New("access token lacks iss, sub, token_use or iat")
	}
	return c, nil
}

func (c claims) read() tokens.Claims {
	return tokens.Claims{Issuer: c.Issuer, Subject: c.Subject, Origin: c.Origin, Issued: time.Unix(c.Issued, 0)}
}
