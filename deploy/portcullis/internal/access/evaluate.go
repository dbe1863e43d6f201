package access

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"portcullis/deploy/portcullis/internal/cli"
	"portcullis/policy"
)

// maxAnswer bounds what is read of an authorizer's answer, in bytes: what a Lambda function answers at most
// (https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html).
const maxAnswer = 6 << 20

func evaluateCommand(s *cli.Session) *cobra.Command {
	command := &cobra.Command{
		Use:   "evaluate [FILE]",
		Short: "What an authorizer's answer means, for one request or for every route",
		Long: `Tells what API Gateway makes of an authorizer's answer, whoever wrote the authorizer: its policy document, the whole answer with
principalId and policyDocument, or an HTTP API's isAuthorized. An answer that API Gateway does not take is a 500 whatever it allows.

--arn is the ARN of one invocation, as in the authorizer's event. With that of a stage, arn:aws:execute-api:REGION:ACCOUNT:API/STAGE,
all routes of the contract are asked about, and without it those in the stage that the policy names. Then the parameters of a path
stand for any value, the caller's id, and each segment that the policy names. Where a caller is given, as to explain, a row says what
the rules of the contract say as well: OVER-GRANT where the answer lets through what the rules deny, FALSE 403 where it denies what
they allow. No authorizer is asked about public operations. Conditions are evaluated without any key of a request, so that none on
an address is met.

JSON: {"answer": {"form", "principalId", "bytes", "malformed"}, "arn", "caller": {"trust", "id", "ownsNothing", "schemes", "scopes",
"notes"}, "requests": [{"method", "path", "operationId", "request", "arn", "decision", "statement", "text", "rules", "finding"}],
"counts": {"allow", "deny", "overGrant", "false403"}, "notes"}. A form is answer, document or simple; malformed says why API Gateway
takes it for none, or is empty. A route has a request for each way in which its requests come out. A decision is allow or deny,
statement the index of the one that decides, -1 where none does; rules is allow, deny or empty; finding is over-grant, false-403 or
empty. caller is null where none is given.

Exit status: 0 the one request is allowed, or of all routes nothing was found; 1 it is denied, something was found, or the answer is
malformed; 2 it could not be told.`,
		Example: `  echo '{"Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}' | portcullis access evaluate api/openapi.yaml --policy -
  echo '{"principalId":"7","policyDocument":{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"execute-api:Invoke","Resource":"*/GET/users/7"}]}}' | portcullis access evaluate --policy - --arn arn:aws:execute-api:us-east-1:123456789012:abc/v1/GET/users/7
  echo '{"isAuthorized":true}' | portcullis access evaluate api/openapi.yaml --policy - --scopes 'users/read users/write' -o json`,
		Args:              cli.Arguments(0, 1, ""),
		ValidArgsFunction: completeFiles(1),
	}
	in := addInputs(command)
	flags := command.Flags()
	from := flags.String("policy", "", "the `FILE` of the authorizer's answer, or of its policy; - reads stdin")
	arn := flags.String("arn", "", "one invocation, or the stage of all of them, as an `ARN`")
	cli.RefuseEmpty(flags, "policy", "arn")
	who := addIdentity(command)
	output := cli.AddOutput(command, cli.FormatTable, cli.FormatMarkdown, cli.FormatJSON)
	command.RunE = func(command *cobra.Command, args []string) error {
		asked, err := newAsked(*arn)
		err = errors.Join(err, who.check(), refuseSharedStdin("--policy", *from, "--token", who.token, "FILE", strings.Join(args, "")))
		if *from == "" {
			err = errors.Join(err, cli.Usage("want the authorizer's answer, by --policy FILE"))
		}
		if err != nil {
			return err
		}
		text, err := readAnswer(command.Context(), s, *from)
		if err != nil {
			return err
		}
		e, err := newEvaluation(asked, text)
		if err != nil {
			return err
		}
		if asked.one == nil || who.isGiven() || len(args) > 0 {
			if err := e.against(command.Context(), s, in, who, args); err != nil {
				return err
			}
		}
		e.ask()
		if err := e.print(s, output.Value); err != nil {
			return err
		}
		if !e.isGood() {
			return cli.No
		}
		return nil
	}
	return command
}

// isGiven tells whether the flags say who calls.
func (i *identity) isGiven() bool {
	return i.token != "" || slices.ContainsFunc([]string{flagScopes, "groups", "id", "scheme"}, i.flags.Changed)
}

// readAnswer reads what an authorizer answered, from a file or stdin.
func readAnswer(ctx context.Context, s *cli.Session, name string) ([]byte, error) {
	if name == stdin {
		return s.ReadStdinBytes(ctx, "--policy", maxAnswer)
	}
	file, err := os.Open(name)
	if err != nil {
		return nil, fmt.Errorf("--policy: %w", err)
	}
	defer file.Close()
	text, err := io.ReadAll(io.LimitReader(file, maxAnswer+1))
	switch {
	case err != nil:
		return nil, fmt.Errorf("--policy: %w", err)
	case len(text) > maxAnswer:
		return nil, cli.Usage("--policy: %s has more than %d bytes, which no function answers", name, maxAnswer)
	}
	return text, nil
}

// asked is what an ARN of the command line asks about.
type asked struct {
	one   *policy.ARN // one invocation; nil: all routes
	stage policy.ARN  // whose routes; the zero ARN where none is named
}

// newAsked reads the ARN of an invocation or of a stage.
func newAsked(arn string) (asked, error) {
	if arn == "" {
		return asked{}, nil
	}
	one, err := policy.ParseARN(arn)
	if err == nil && one.Path != "*" && one.Path != "*/*" {
		return asked{one: &one, stage: one}, nil
	}
	for _, rest := range []string{"/*/*", "/*", "/"} {
		if before, isStage := strings.CutSuffix(arn, rest); isStage {
			arn = before
			break
		}
	}
	stage, wrong := policy.ParseARN(arn + "/GET/")
	if wrong == nil && !strings.Contains(stage.Path, "/") && strings.Count(arn, "/") == 1 {
		return asked{stage: stage}, nil
	}
	return asked{}, cli.Usage("--arn: %w, or of a stage {api}/{stage}", err)
}

// against reads the contract whose routes are asked about, and who the caller is.
func (e *evaluation) against(ctx context.Context, s *cli.Session, in *inputs, who *identity, args []string) error {
	contract, groups, told, err := in.read(ctx, s, args)
	if err != nil {
		return err
	}
	e.contract = contract
	if !who.isGiven() {
		return nil
	}
	who.ofDesk = in.ofDesk() && who.issuers == ""
	path := ""
	if e.asked.one != nil {
		path = e.asked.one.Path
	}
	e.subject, err = who.read(ctx, told, groups, path)
	return err
}
