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
	case tokens.SelectChallenge:
		err = askChoice(ctx, ask, c.Choices, r)
	case tokens.PasswordAsked, tokens.SRPAsked:
		r.Password, err = askPassword(ctx, ask, r.Username)
	case tokens.SMSCode, tokens.EmailCode, tokens.AuthenticatorCode, tokens.SMSOneTimeCode:
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

// names are what people call factors and ways to sign in.
var names = map[string]string{
	tokens.SMSCode:           "a code by SMS",
	tokens.SMSOneTimeCode:    "a code by SMS",
	tokens.EmailCode:         "a code by email",
	tokens.AuthenticatorCode: "an authenticator app",
	tokens.PasswordAsked:     "a password",
}

// askFactor takes the name of a factor, or its number.
func askFactor(ctx context.Context, ask asker, factors []string) (string, error) {
	return askOneOf(ctx, ask, "Second factor", factors)
}

// askChoice asks how to sign in, of the ways that this command has, and for the password if that is it. A provider to which the password is
// proved does not mind whether it is offered to be sent.
func askChoice(ctx context.Context, ask asker, offered []string, r *tokens.Reply) (err error) {
	var choices []string
	for _, choice := range []string{tokens.PasswordAsked, tokens.EmailCode, tokens.SMSOneTimeCode} {
		if slices.Contains(offered, choice) || choice == tokens.PasswordAsked && slices.Contains(offered, tokens.SRPAsked) {
			choices = append(choices, choice)
		}
	}
	if len(choices) == 0 {
		return &tokens.ChallengeError{Name: strings.Join(offered, ", ")}
	}
	if r.Choice, err = askOneOf(ctx, ask, "Sign in with", choices); err == nil && r.Choice == tokens.PasswordAsked {
		r.Password, err = askPassword(ctx, ask, r.Username)
	}
	return err
}

func askPassword(ctx context.Context, ask asker, username string) (tokens.Secret, error) {
	return ask.secret(ctx, "Password of "+username)
}

// askOneOf takes a word of a list, or its number.
func askOneOf(ctx context.Context, ask asker, what string, words []string) (string, error) {
	var choices []string
	for i, word := range words {
		choices = append(choices, fmt.Sprintf("%d for %s (%s)", i+1, names[word], word))
	}
	for range ask.tries() {
		choice, err := ask.line(ctx, what+", "+strings.Join(choices, ", "))
		if err != nil {
			return "", err
		}
		choice = strings.ToUpper(strings.TrimSpace(choice))
		if n, err := strconv.Atoi(choice); err == nil && 1 <= n && n <= len(words) {
			return words[n-1], nil
		}
		if slices.Contains(words, choice) {
			return choice, nil
		}
	}
	return "", fmt.Errorf("%s: that is none of %s", what, strings.Join(words, ", "))
}

func askCode(ctx context.Context, ask asker, c tokens.Challenge) (tokens.Secret, error) {
	prompt := "Code of your authenticator app"
	if c.Name != tokens.AuthenticatorCode {
		prompt = fmt.Sprintf("Code that was sent to %s", c.Destination)
	}
	code, err := ask.line(ctx, prompt)
	return tokens.Secret(strings.ReplaceAll(strings.TrimSpace(code), " ", "")), err // apps show 123 456
}
