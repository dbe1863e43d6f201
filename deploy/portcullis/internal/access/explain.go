package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"slices"
	"strings"

	"portcullis/policy"
)

// defaultARN stands for an API and a stage that nothing names.
var defaultARN = policy.MustParseARN("arn:aws:execute-api:us-east-1:123456789012:api/stage/GET/")

// question is a request that explain is asked about.
type question struct {
	connect      bool       // to connect to the WebSocket API
	method, path string     // $connect and "" to connect
	arn          policy.ARN // of the request
}

func explainCommand(ctx context.Context, s *session, args []string) (int, error) {
	var (
		in    inputs
		who   identity
		q     question
		flags = flag.NewFlagSet("explain", flag.ContinueOnError)
		arn   = flags.String("arn", "", "")
	)
	in.add(flags)
	who.add(flags)
	flags.StringVar(&q.method, "method", "", "")
	flags.StringVar(&q.path, "path", "", "")
	flags.BoolVar(&q.connect, "connect", false, "")
	if _, err := parse(flags, args, 0); err != nil {
		return 0, err
	}
	if err := q.complete(*arn); err != nil {
		return 0, err
	}
	contract, groups, err := in.read(s)
	if err != nil {
		return 0, err
	}
	caller, err := who.read(ctx, s, groups, q.path)
	if err != nil {
		return 0, err
	}
	a := answer{question: q, contract: contract, subject: caller, out: s.out}
	return a.write()
}

// complete takes what the flags do not say of the request from the ARN, and what is missing of that from the default.
func (q *question) complete(arn string) error {
	q.arn = defaultARN
	if arn != "" {
		var err error
		if q.arn, err = policy.ParseARN(arn); err != nil {
			return fmt.Errorf("-arn: %w", err)
		}
	}
	isNamed := q.method != "" || q.path != ""
	switch {
	case q.connect && isNamed:
		return errors.New("-connect is a request itself: leave -method and -path out")
	case q.connect || q.arn.RouteKey != "" && !isNamed:
		return q.completeConnect()
	case q.arn.RouteKey != "":
		return errors.New("-arn names a WebSocket API, whose requests have no -method and -path")
	case arn != "" && !isNamed:
		q.method, q.path = q.arn.Method, "/"+q.arn.Path
	}
	return q.completeRequest()
}

func (q *question) completeConnect() error {
	if q.arn.RouteKey != "" && q.arn.RouteKey != policy.RouteConnect {
		return fmt.Errorf("-arn: %q: an authorizer is asked at %s only", q.arn.RouteKey, policy.RouteConnect)
	}
	q.connect, q.method, q.arn.RouteKey = true, policy.RouteConnect, policy.RouteConnect
	return nil
}

func (q *question) completeRequest() error {
	if q.method == "" || q.path == "" {
		return errors.New("want a request, by -method and -path, by -connect, or by -arn")
	}
	if q.method = strings.ToUpper(q.method); !slices.Contains(methods, q.method) {
		return fmt.Errorf("-method %q: want one of %s", q.method, strings.Join(methods, ", "))
	}
	if !strings.HasPrefix(q.path, "/") || strings.ContainsFunc(q.path, isNeverSent) {
		return fmt.Errorf("-path %q: want a path as it is sent, with a slash first, without the stage and the query", q.path)
	}
	q.arn.Method, q.arn.Path = q.method, strings.TrimPrefix(q.path, "/")
	return nil
}

// isNeverSent tells whether a character never stands in the path of a request (RFC 9112, section 3.2).
func isNeverSent(r rune) bool { return r <= ' ' || r == 0x7f || r == '?' || r == '#' }
