package login

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"portcullis/api/tokens"
)

// fill asks for what answers a challenge.
func fill(ctx context.Context, ask asker, c tokens.Challenge, r *tokens.Reply) (err error) {
	switch c.Name {
	case tokens.NewPasswordRequired:
		if r.NewPassword, err = askNewPassword(ctx, ask); err == nil {
			r.Attributes, err = askAttributes(ctx, ask, c.RequiredAttributes)
		}
	case tokens.SelectFactor:
		r.Factor, err = askFactor(ctx, ask, c.Factors)
	case tokens.SMSCode, tokens.EmailCode, tokens.AuthenticatorCode:
		r.Code, err = askCode(ctx, ask, c)
	default:
		err = &tokens.ChallengeError{Name: c.Name}
	}
	return explain(err, "")
}

// askNewPassword asks twice where somebody types.
func askNewPassword(ctx context.Context, ask asker) (tokens.Secret, error) {
	for range ask.tries() {
		first, err := ask.secret(ctx, "The password is temporary. New password")
		if err != nil || ask.tries() == 1 {
			return first, err
		}
		again, err := ask.secret(ctx, "New password again")
		if err != nil || first == again {
			return first, err
		}
	}
	return "", errors.New("the new passwords are not the same")
}

func askAttributes(ctx context.Context, ask asker, names []string) (map[string]string, error) {
	attributes := map[string]string{}
	for _, name := range names {
		value, err := ask.line(ctx, "Your "+name)
		if err != nil {
			return nil, err
		}
		attributes[name] = value
	}
	return attributes, nil
}

// factorNames are for people.
var factorNames = map[string]string{
	tokens.SMSCode:           "a code by SMS",
	tokens.EmailCode:         "a code by email",
	tokens.AuthenticatorCode: "an authenticator app",
}

// askFactor takes the name of a factor, or its number.
func askFactor(ctx context.Context, ask asker, factors []string) (string, error) {
	var choices []string
	for i, factor := range factors {
		choices = append(choices, fmt.Sprintf("%d for %s (%s)", i+1, factorNames[factor], factor))
	}
	for range ask.tries() {
		choice, err := ask.line(ctx, "Second factor, "+strings.Join(choices, ", "))
		if err != nil {
			return "", err
		}
		choice = strings.ToUpper(strings.TrimSpace(choice))
		if n, err := strconv.Atoi(choice); err == nil && 1 <= n && n <= len(factors) {
			return factors[n-1], nil
		}
		if slices.Contains(factors, choice) {
			return choice, nil
		}
	}
	return "", errors.New("that is none of the second factors")
}

func askCode(ctx context.Context, ask asker, c tokens.Challenge) (tokens.Secret, error) {
	prompt := "Code of your authenticator app"
	if c.Name != tokens.AuthenticatorCode {
		prompt = fmt.Sprintf("Code that was sent to %s", c.Destination)
	}
	code, err := ask.line(ctx, prompt)
	return tokens.Secret(strings.ReplaceAll(strings.TrimSpace(code), " ", "")), err // apps show 123 456
}
