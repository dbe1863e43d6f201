package tokens

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"portcullis/api/internal/lambdaproxy"
)

// The most characters of what clients send. Those of names and sessions are Cognito's
// (https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_RespondToAuthChallenge.html).
const (
	maxUsername  = 128
	maxPassword  = 256
	maxSession   = 2048
	maxToken     = 8192
	maxCode      = 16
	maxAttribute = 2048
	maxDevice    = 128   // of a device's keys: Cognito's have up to 55
	maxNumber    = 1024  // of SRP's, in hexadecimal digits
	maxProof     = 4096  // of an SRP proof's parts
	maxPasskey   = 16384 // bytes of what a passkey's authenticator says
)

// readCredentials reads {username, password, preferredChallenge}, the last two of which need not be there.
func readCredentials(body lambdaproxy.Object) (c Credentials, err error) {
	if c.Username, err = readUsername(body); err != nil {
		return Credentials{}, err
	}
	if body.Has("preferredChallenge") {
		c.Choice, err = readChoice(body, "preferredChallenge")
	}
	if err == nil && body.Has("password") {
		c.Password, err = readPassword(body, "password")
	}
	if err == nil {
		c.Device, err = readDevice(body)
	}
	if err == nil && c.Password != "" && c.Choice != "" && c.Choice != PasswordAsked {
		err = invalid("password", "must not be given with another preferredChallenge than "+PasswordAsked)
	}
	return c, err
}

// readChoice reads a member that is a way to sign in.
func readChoice(body lambdaproxy.Object, member string) (string, error) {
	choice, err := readText(body, member, maxUsername)
	if err == nil && !slices.Contains(Choices(), choice) {
		err = invalid(body.Field(member), "must be one of "+strings.Join(Choices(), ", "))
	}
	return choice, err
}

func readUsername(body lambdaproxy.Object) (string, error) {
	username, err := readText(body, "username", maxUsername)
	if err != nil {
		return "", err
	}
	if strings.ContainsFunc(username, func(c rune) bool { return !isName(c) }) {
		return "", invalid("username", "must be of letters, marks, numbers, punctuation and symbols")
	}
	return username, nil
}

// isName tells what Cognito takes in the names of users and of attributes.
func isName(c rune) bool {
	return c != utf8.RuneError && unicode.In(c, unicode.L, unicode.M, unicode.N, unicode.P, unicode.S)
}

func readPassword(body lambdaproxy.Object, member string) (Secret, error) {
	password, err := readText(body, member, maxPassword)
	return Secret(password), err
}

// readText reads a member that must be there, with 1 to most characters. U+FFFD is refused: the JSON decoder puts it where
// half of a surrogate pair was sent.
func readText(body lambdaproxy.Object, member string, most int) (string, error) {
	text, given, err := body.Text(member)
	if err != nil {
		return "", err
	}
	if !given {
		return "", invalid(body.Field(member), "is missing")
	}
	if n := utf8.RuneCountInString(text); n < 1 || n > most {
		return "", invalid(body.Field(member), fmt.Sprintf("must have 1 to %d characters, not %d", most, n))
	}
	if strings.ContainsRune(text, utf8.RuneError) {
		return "", invalid(body.Field(member), "must not contain characters that are not valid")
	}
	return text, nil
}

// readBody reads the request's body, of the type that it has to be, with these members and no others.
func readBody(e *lambdaproxy.Event, members ...string) (lambdaproxy.Object, error) {
	if err := e.RequireJSON(); err != nil {
		return lambdaproxy.Object{}, err
	}
	return e.ReadBody(members...)
}

// readDevice reads {device: {key, groupKey, password}}, which need not be there.
func readDevice(body lambdaproxy.Object) (d Device, err error) {
	if !body.Has("device") {
		return d, nil
	}
	device, err := body.Object("device", []string{"key", "groupKey", "password"})
	if err != nil {
		return d, err
	}
	if d.Key, err = readMade(device, "key", maxDevice, deviceText); err == nil {
		d.GroupKey, err = readMade(device, "groupKey", maxDevice, deviceText)
	}
	if err == nil {
		d.Password, err = readPassword(device, "password")
	}
	return d, err
}

// readRefreshToken reads the body {refreshToken, deviceKey}; a device's key need not be there.
func readRefreshToken(e *lambdaproxy.Event) (refresh Secret, device string, err error) {
	body, err := readBody(e, "refreshToken", "deviceKey")
	if err != nil {
		return "", "", err
	}
	if refresh, err = readToken(body, "refreshToken", "a refresh token"); err != nil || !body.Has("deviceKey") {
		return refresh, "", err
	}
	device, err = readMade(body, "deviceKey", maxDevice, deviceText)
	return refresh, device, err
}

// revocable is what a client gives up.
type revocable struct {
	refresh, access Secret
	device          string
}

// readRevoked reads the body {refreshToken, accessToken, deviceKey}; the last two need not be there.
func readRevoked(e *lambdaproxy.Event) (r revocable, err error) {
	body, err := readBody(e, "refreshToken", "accessToken", "deviceKey")
	if err == nil {
		r.refresh, err = readToken(body, "refreshToken", "a refresh token")
	}
	if err == nil && body.Has("accessToken") {
		r.access, err = readToken(body, "accessToken", "an access token")
	}
	if err == nil && body.Has("deviceKey") {
		r.device, err = readMade(body, "deviceKey", maxDevice, deviceText)
	}
	return r, err
}

// readToken reads a member that is a token of Cognito's.
func readToken(body lambdaproxy.Object, member, kind string) (Secret, error) {
	token, err := readText(body, member, maxToken)
	if err != nil {
		return "", err
	}
	if strings.ContainsFunc(token, func(c rune) bool { return !isTokenCharacter(c) }) {
		return "", invalid(member, "must be "+kind+", as it was given")
	}
	return Secret(token), nil
}

// isTokenCharacter tells what Cognito's tokens are made of: base64url, and dots.
func isTokenCharacter(c rune) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || strings.ContainsRune("-_.=", c)
}

// readSignOut reads the access token of a request that needs no body. One that has a body all the same must be of the type of the other
// operations.
func readSignOut(e *lambdaproxy.Event) (Secret, error) {
	if e.Body != "" {
		if err := e.RequireJSON(); err != nil {
			return "", err
		}
	}
	return readBearer(e)
}

// readBearer reads the access token in Authorization (RFC 6750, section 2.1). What is there twice or is of another scheme
// is no access token.
func readBearer(e *lambdaproxy.Event) (Secret, error) {
	lines := e.Header("Authorization")
	isBearer := func(line string) bool {
		scheme, _, _ := strings.Cut(line, " ")
		return strings.EqualFold(scheme, "Bearer")
	}
	if !slices.ContainsFunc(lines, isBearer) {
		return "", errNoAccess
	}
	_, token, _ := strings.Cut(lines[0], " ")
	token = strings.Trim(token, " ")
	bad := strings.ContainsFunc(token, func(c rune) bool { return !isTokenCharacter(c) })
	if len(lines) != 1 || token == "" || len(token) > maxToken || bad {
		return "", errAccess
	}
	return Secret(token), nil
}
