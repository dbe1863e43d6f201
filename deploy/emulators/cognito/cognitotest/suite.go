// Package cognitotest is one table of cases for whatever answers as an Amazon Cognito user pool does: how people sign in through
// an app client, stay signed in, and revoke their tokens. It speaks through the AWS SDK for Go alone, so that the same cases
// run against the built-in issuer, against emulators of others, and against a pool of Cognito's.
//
// It compares the types of errors and what tokens claim. It does not compare messages, nor what only time brings: ends of
// sessions, codes and tokens.
package cognitotest

import (
	"runtime"
	"slices"
	"strings"
	"testing"

	idp "github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
)

// App is an app client.
type App struct {
	ID     string
	Secret string // "" where there is none
}

// Target is a pool that has all Users.
type Target struct {
	Client *idp.Client
	Pool   string // its ID

	Plain    App // without a secret
	Secret   App // with one
	Rotating App // without a secret, with refresh-token rotation and no grace period

	// TOTPSecret gives the secret of a user's software token, in base32.
	TOTPSecret func(user string) string

	// Code gives the code that was last sent to a user.
	Code func(user string) string

	// Exceptions are why the target does not pass some cases, and their names; "SRP: *" names all that begin so. One that it
	// passes is an error: the exception is to go.
	Exceptions map[string][]string
}

// testCase is a line of the table.
type testCase struct {
	name string
	run  func(testing.TB, *Target)
}

var tables = [][]testCase{signInCases, srpCases, newPasswordCases, mfaCases, refreshCases, rotationCases, revokeCases, userCases, signUpCases, forgottenCases, changeCases, choiceCases, administratorCases, groupCases, listCases}

// Run checks the target with all cases.
func Run(t *testing.T, target *Target) {
	t.Helper()
	all := slices.Concat(tables...)
	exceptions := target.exceptions(t, all)
	for _, c := range all {
		t.Run(c.name, func(t *testing.T) {
			why, excepted := exceptions[c.name]
			switch {
			case !excepted:
				c.run(t, target)
			case passes(t, func(tb testing.TB) { c.run(tb, target) }):
				t.Errorf("passes, although the target %s", why)
			default:
				t.Logf("excepted: the target %s", why)
			}
		})
	}
}

// exceptions are the reasons by case. A name that is of no case, or that stands there twice, is an error.
func (t *Target) exceptions(tb testing.TB, all []testCase) map[string]string {
	tb.Helper()
	reasons := map[string]string{}
	for why, names := range t.Exceptions {
		for _, name := range names {
			named := matching(name, all)
			if len(named) == 0 {
				tb.Errorf("the exception %q is no case", name)
			}
			for _, c := range named {
				if reasons[c] != "" {
					tb.Errorf("%q is excepted twice", c)
				}
				reasons[c] = why
			}
		}
	}
	return reasons
}

// matching are the names of the cases that an exception names.
func matching(name string, all []testCase) (names []string) {
	prefix, many := strings.CutSuffix(name, "*")
	for _, c := range all {
		if c.name == name || many && strings.HasPrefix(c.name, prefix) {
			names = append(names, c.name)
		}
	}
	return names
}

// attempt is a testing.TB that keeps to itself whether a case failed.
type attempt struct {
	testing.TB
	failed bool
}

func (a *attempt) Helper() {}

func (a *attempt) Error(...any) { a.failed = true }

func (a *attempt) Errorf(string, ...any) { a.failed = true }

func (a *attempt) Fatal(...any) { a.failed = true; runtime.Goexit() }

func (a *attempt) Fatalf(string, ...any) { a.failed = true; runtime.Goexit() }

// passes runs a case to see whether it would pass.
func passes(t testing.TB, run func(testing.TB)) bool {
	a := &attempt{TB: t}
	done := make(chan struct{})
	go func() {
		defer close(done)
		run(a)
	}()
	<-done
	return !a.failed
}
