package tokens

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"

	"portcullis/api/internal/lambdaproxy"
)

type message struct {
	Message string `json:"message"`
}

// revoked is what a client is told that gave up a refresh token.
type revoked struct {
	Message      string `json:"message"`
	AccessTokens string `json:"accessTokens"` // what authorizers do with those that came of it
}

// issued is Tokens as clients see them, and what RFC 6749, section 5.1, calls them but for the casing.
type issued struct {
	AccessToken  string `json:"accessToken"`
	IDToken      string `json:"idToken"`
	RefreshToken string `json:"refreshToken,omitempty"`
	ExpiresIn    int    `json:"expiresIn"`
	TokenType    string `json:"tokenType"`
	Device       device `json:"device,omitzero"`
}

// device is a Device as clients see it.
type device struct {
	Key      string `json:"key"`
	GroupKey string `json:"groupKey"`
	Password string `json:"password"`
}

func issuedOf(t Tokens) issued {
	return issued{string(t.Access), string(t.ID), string(t.Refresh), t.Expires, "Bearer", device{t.Device.Key, t.Device.GroupKey, string(t.Device.Password)}}
}

// challenged is a Challenge as clients see it.
type challenged struct {
	Challenge  string     `json:"challenge"`
	Session    string     `json:"session,omitempty"`
	Parameters parameters `json:"parameters"`
}

type parameters struct {
	Username           string          `json:"username,omitempty"`
	RequiredAttributes []string        `json:"requiredAttributes,omitempty"`
	Delivery           string          `json:"delivery,omitempty"`
	Destination        string          `json:"destination,omitempty"`
	MFATypes           []string        `json:"mfaTypes,omitempty"`
	Choices            []string        `json:"choices,omitempty"`
	SRP                srp             `json:"srp,omitzero"`
	CredentialRequest  json.RawMessage `json:"credentialRequestOptions,omitempty"`
}

// srp is an SRPChallenge as clients see it.
type srp struct {
	User        string `json:"user"`
	Salt        string `json:"salt"`
	B           string `json:"b"`
	SecretBlock string `json:"secretBlock"`
}

func challengedOf(c Challenge) challenged {
	return challenged{c.Name, string(c.Session), parameters{
		Username: c.Username, RequiredAttributes: c.RequiredAttributes, Delivery: c.Delivery, Destination: c.Destination,
		MFATypes: c.Factors, Choices: c.Choices, SRP: srp(c.SRP), CredentialRequest: json.RawMessage(c.CredentialRequest),
	}}
}

// rotated is an error's body that hands a new refresh token on.
type rotated struct {
	lambdaproxy.Failure
	RefreshToken string `json:"refreshToken"`
}

func ok(body any) lambdaproxy.Answer { return lambdaproxy.Answer{Status: http.StatusOK, Body: body} }

// refuse is the one place that turns errors into answers.
func (h *Handler) refuse(ctx context.Context, e *lambdaproxy.Event, err error) lambdaproxy.Answer {
	status, text, headers := describe(err)
	switch {
	case status == http.StatusInternalServerError:
		e.Report(ctx, h.log, slog.LevelError, err)
	case status > http.StatusUnauthorized && status != http.StatusUnsupportedMediaType:
		e.Report(ctx, h.log, slog.LevelWarn, err)
	}
	a := lambdaproxy.Fail(status, text)
	a.Headers = headers
	if turned := (*rotatedError)(nil); errors.As(err, &turned) {
		a.Body = rotated{lambdaproxy.Failure{Error: text}, string(turned.refresh)}
	}
	return a
}

// describe says what a client is told of an error.
func describe(err error) (status int, text string, headers map[string]string) {
	var (
		input       *InputError
		media       *MediaTypeError
		denial      *unauthorized
		challenge   *ChallengeError
		throttled   *ThrottledError
		unavailable *UnavailableError
	)
	switch {
	case errors.As(err, &input):
		return http.StatusBadRequest, input.Error(), nil
	case errors.As(err, &media): // with what would be taken (RFC 9110, section 15.5.16)
		return http.StatusUnsupportedMediaType, media.Error(), map[string]string{"Accept": "application/json"}
	case errors.As(err, &denial) && denial.challenge != "":
		return http.StatusUnauthorized, denial.text, map[string]string{"WWW-Authenticate": denial.challenge}
	case errors.As(err, &denial):
		return http.StatusUnauthorized, denial.text, nil
	case errors.As(err, &challenge):
		return http.StatusForbidden, "This account cannot sign in here: it asks for a step that is not supported", nil
	case errors.As(err, &throttled):
		return http.StatusTooManyRequests, "Too many attempts, try again later", lambdaproxy.RetryAfter(throttled.RetryAfter)
	case errors.As(err, &unavailable):
		return http.StatusServiceUnavailable, "Tokens are unavailable, try again later", lambdaproxy.RetryAfter(unavailable.RetryAfter)
	}
	return http.StatusInternalServerError, "Internal error", nil
}
