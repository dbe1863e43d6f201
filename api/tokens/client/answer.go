package client

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
	"unicode"

	"portcullis/api/tokens"
)

const (
	maxAnswer   = 1 << 18          // bytes; three tokens have some 5,000
	maxToken    = 8192             // bytes
	maxText     = 300              // characters of an error's text
	maxLifetime = 24 * 3600        // seconds that an access token of Cognito's may be good
	maxWait     = 10 * time.Minute // that Retry-After may ask for
)

// AnswerError says that an API answered what its contract does not have.
type AnswerError struct {
	URL     string // of the call
	Status  int    // of the answer
	Problem string // goes on with "the answer …"
}

// Error names the call and the status before the problem. Of the answer's body it holds at most its text for people, without
// what could steer a terminal and cut to 300 characters.
func (e *AnswerError) Error() string {
	return fmt.Sprintf("POST %s: the answer, of status %d, %s", e.URL, e.Status, e.Problem)
}

// RotatedError is a failure after which the refresh token that was sent is replaced by another one.
type RotatedError struct {
	Refresh tokens.Secret // the one that is good now
	Err     error         // what failed
}

// Error is the failure's text. It does not hold the token.
func (e *RotatedError) Error() string { return e.Err.Error() }

// Unwrap returns the failure.
func (e *RotatedError) Unwrap() error { return e.Err }

// answer is everything that a body may have.
type answer struct {
	url    string // that was called
	status int

	AccessToken  string `json:"accessToken"`
	IDToken      string `json:"idToken"`
	RefreshToken string `json:"refreshToken"`
	TokenType    string `json:"tokenType"`
	ExpiresIn    int    `json:"expiresIn"`
	Device       device `json:"device"`

	Challenge  string `json:"challenge"`
	Session    string `json:"session"`
	Parameters struct {
		Username           string   `json:"username"`
		RequiredAttributes []string `json:"requiredAttributes"`
		Delivery           string   `json:"delivery"`
		Destination        string   `json:"destination"`
		MFATypes           []string `json:"mfaTypes"`
		Choices            []string `json:"choices"`
		SRP                struct {
			User        string `json:"user"`
			Salt        string `json:"salt"`
			B           string `json:"b"`
			SecretBlock string `json:"secretBlock"`
		} `json:"srp"`
		CredentialRequest json.RawMessage `json:"credentialRequestOptions"`
	} `json:"parameters"`

	AccessTokens string `json:"accessTokens"` // what became of them

	Error   string `json:"error"`
	Message string `json:"message"` // of the gateway itself
}

// device is what a provider remembers a client by.
type device struct {
	Key      string `json:"key"`
	GroupKey string `json:"groupKey"`
	Password string `json:"password"`
}

// maxDevice is what each part of a device may have, in bytes.
const maxDevice = 256

// valid tells what can be sent again.
func (d device) valid() bool {
	for _, part := range []string{d.Key, d.GroupKey, d.Password} {
		if !ValidToken(part) || len(part) > maxDevice {
			return false
		}
	}
	return true
}

// read reads a response.
func read(url string, response *http.Response, text []byte) (answer, error) {
	a := answer{url: url, status: response.StatusCode}
	if len(text) > maxAnswer {
		return a, a.wrong("is too large")
	}
	err := json.Unmarshal(text, &a)
	switch {
	case response.StatusCode != http.StatusOK:
		return a, a.rotated(a.failure(response.Header))
	case err != nil:
		return a, a.wrong("is no JSON as the API's contract has it") // the error may repeat some of it
	}
	return a, nil
}

func (a answer) wrong(problem string) error { return &AnswerError{a.url, a.status, problem} }

// failure is what another status than 200 means.
func (a answer) failure(h http.Header) error {
	text := printable(a.Error)
	if text == "" {
		text = printable(a.Message)
	}
	switch status := a.status; {
	case status == http.StatusUnauthorized:
		return tokens.ErrRefused
	case status == http.StatusBadRequest && a.Error != "":
		return &tokens.InputError{Problem: text}
	case status == http.StatusTooManyRequests:
		return &tokens.ThrottledError{RetryAfter: retryAfter(h), Err: fmt.Errorf("POST %s: status %d", a.url, status)}
	case status == http.StatusServiceUnavailable || status == http.StatusGatewayTimeout || status == http.StatusBadGateway:
		return &tokens.UnavailableError{RetryAfter: retryAfter(h), Err: fmt.Errorf("POST %s: status %d", a.url, status)}
	case status/100 == 3:
		return a.wrong("is a redirect, which is not followed")
	case text == "":
		return a.wrong("is none that the API's contract has")
	}
	return a.wrong(fmt.Sprintf("says %q", text))
}

// rotated keeps a refresh token that came with a failure.
func (a answer) rotated(err error) error {
	if !ValidToken(a.RefreshToken) {
		return err
	}
	return &RotatedError{tokens.Secret(a.RefreshToken), err}
}

// outcome is either tokens or a challenge.
func (a answer) outcome() (tokens.Outcome, error) {
	if a.Challenge == "" {
		issued, err := a.tokens()
		if err == nil && issued.Refresh == "" {
			err = a.wrong("has no refreshToken")
		}
		return tokens.Outcome{Tokens: &issued}, err
	}
	if a.AccessToken != "" || a.Session == "" && a.Challenge != tokens.PasswordVerifier {
		return tokens.Outcome{}, a.wrong("has a challenge that cannot be answered")
	}
	return tokens.Outcome{Challenge: &tokens.Challenge{
		Name: printable(a.Challenge), Session: tokens.Secret(a.Session), Username: a.Parameters.Username,
		RequiredAttributes: a.Parameters.RequiredAttributes, Factors: a.Parameters.MFATypes, Choices: a.Parameters.Choices,
		SRP: tokens.SRPChallenge(a.Parameters.SRP), CredentialRequest: string(a.Parameters.CredentialRequest),
		Delivery: printable(a.Parameters.Delivery), Destination: printable(a.Parameters.Destination),
	}}, nil
}

// tokens are those of an answer that must have them.
func (a answer) tokens() (tokens.Tokens, error) {
	switch {
	case !ValidToken(a.AccessToken) || !ValidToken(a.IDToken) || a.RefreshToken != "" && !ValidToken(a.RefreshToken):
		return tokens.Tokens{}, a.wrong("has no tokens")
	case !strings.EqualFold(a.TokenType, "Bearer"):
		return tokens.Tokens{}, a.wrong("has tokens of another type than Bearer")
	case a.ExpiresIn < 1 || a.ExpiresIn > maxLifetime:
		return tokens.Tokens{}, a.wrong("has an expiresIn that no token has")
	case a.Device != (device{}) && !a.Device.valid():
		return tokens.Tokens{}, a.wrong("has a device that is none")
	}
	return tokens.Tokens{
		Access: tokens.Secret(a.AccessToken), ID: tokens.Secret(a.IDToken), Refresh: tokens.Secret(a.RefreshToken), Expires: a.ExpiresIn,
		Device: tokens.Device{Key: a.Device.Key, GroupKey: a.Device.GroupKey, Password: tokens.Secret(a.Device.Password)},
	}, nil
}

// ValidToken tells what may stand in an Authorization header as a token (RFC 6750, section 2.1).
func ValidToken(text string) bool {
	token := strings.TrimRight(text, "=")
	return token != "" && len(text) <= maxToken && !strings.ContainsFunc(token, notInToken)
}

func notInToken(c rune) bool {
	return !('a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || strings.ContainsRune("-._~+/", c))
}

// retryAfter reads Retry-After, in seconds; 0 where it says nothing.
func retryAfter(h http.Header) time.Duration {
	seconds, err := strconv.Atoi(h.Get("Retry-After"))
	if err != nil || seconds < 0 {
		return 0
	}
	return min(time.Duration(min(seconds, 3600))*time.Second, maxWait)
}

// printable is a text without what could steer a terminal, cut at maxText.
func printable(text string) string {
	clean := []rune(strings.Map(func(c rune) rune {
		if unicode.IsPrint(c) {
			return c
		}
		return -1
	}, text))
	return string(clean[:min(len(clean), maxText)])
}
