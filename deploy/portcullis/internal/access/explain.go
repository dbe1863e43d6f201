package access

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"portcullis/deploy/internal/inquiry"
	"portcullis/deploy/portcullis/internal/cli"
	"portcullis/policy"
)

// defaultARN stands for an API and a stage that nothing names.
var defaultARN = policy.MustParseARN("arn:aws:execute-api:us-east-1:123456789012:api/stage/GET/")

func explainCommand(s *cli.Session) *cobra.Command {
	command := &cobra.Command{
		Use:   "explain [FILE]",
		Short: "Why one request or message is allowed or denied",
		Long: `Tells why one request is allowed or denied, the policy that an authorizer answers for this caller, and the statement of it that
decides. A caller is a token, or what --scopes, --groups, --id and --scheme say of it. A token is verified where ISSUERS or
--issuers is given, and otherwise only decoded; --token - < FILE keeps it off the command line. A public operation is allowed whatever
the token. --connect, or the ARN of a $connect, asks about connecting to a WebSocket API, and --route about the messages of one of its
routes: whether the caller gets a connection, what the authorizer grants it for messages, and what the rules say of that. Where a
member of the message names its owner, --message is the message; it is not checked against its schema.

JSON: {"decision", "text", "request": {"method", "path"}, "caller": {"trust", "id", "ownsNothing", "schemes", "scopes", "notes"},
"message": {"connect": {"decision", "text"}, "grant", "owner": {"member", "id"}}, "route": {"method", "path", "operationId"},
"rules": {"decision", "text", "holds", "alternatives": [{"for", "missing": {"schemes", "scopes", "owners"}}]}, "arn", "document",
"evaluated": {"decision", "statement", "text"}, "conflict": {"text", "of"}}. A decision is allow, deny, or unknown where a token
would be allowed that was not verified; a trust is assumed (there is no token), verified, unverified or refused. holds is the index
of the first alternative that does, and missing null where one does; statement is the index of the one that decides; both are -1
where there is none. conflict says that the document does not say what the rules say.
message, its owner, route, rules, document, evaluated and conflict are null where there is none, and message is of messages only.

Exit status: 0 the request is allowed, and the token, if there is one, verified; 1 it is denied, or not known; 2 it could not be
told.`,
		Example: `  portcullis access explain api/openapi.yaml --method GET --path /users/7 --scopes users/self --id 7
  portcullis access explain api/openapi.yaml --method PUT --path /users/7 --groups admins --group-scopes '{"admins":["users/write"]}' -o json
  portcullis access explain --desk http://127.0.0.1:8080 --method DELETE --path /users/7 --groups admins
  portcullis access explain --desk http://127.0.0.1:8080 --route whoami --groups readers
  portcullis access explain api/openapi.yaml --arn 'arn:aws:execute-api:us-east-1:123456789012:abc/$default/DELETE/users/7' --scheme apiKey --scopes users/write`,
		Args:              cli.Arguments(0, 1, ""),
		ValidArgsFunction: completeFiles(1),
	}
	in := addInputs(command)
	flags := command.Flags()
	var q inquiry.Question
	flags.StringVar(&q.Method, "method", "", "the `METHOD` of the request")
	flags.StringVar(&q.Path, "path", "", "its `PATH` as it is sent, without the stage")
	flags.BoolVar(&q.Connect, "connect", false, "in place of them: to connect to the WebSocket API")
	flags.StringVar(&q.Key, "route", "", "in place of them: a message to the WebSocket API, by the `KEY` of its route")
	flags.StringVar(&q.Message, "message", "", "with --route: the message, as `JSON`, for whom it is about")
	arn := flags.String("arn", "", "an invocation, as an `ARN`, of the API and stage to write the policy for; without --method and --path also the request")
	cli.RefuseEmpty(flags, "method", "path", "arn", "route", "message")
	who := addIdentity(command)
	output := cli.AddOutput(command, cli.FormatTable, cli.FormatJSON)
	command.RegisterFlagCompletionFunc("method", cobra.FixedCompletions(inquiry.Methods, cobra.ShellCompDirectiveNoFileComp))
	command.RegisterFlagCompletionFunc("route", cobra.NoFileCompletions)
	command.RegisterFlagCompletionFunc("message", cobra.NoFileCompletions)
	command.RunE = func(command *cobra.Command, args []string) error {
		if err := errors.Join(complete(&q, *arn), who.check(), refuseSharedStdin("FILE", strings.Join(args, ""), "--token", who.token)); err != nil {
			return err
		}
		contract, groups, told, err := in.read(command.Context(), s, args)
		if err != nil {
			return err
		}
		who.ofDesk = in.ofDesk() && who.issuers == ""
		caller, err := who.read(command.Context(), told, groups, q.Path+q.Message)
		if err != nil {
			return err
		}
		answer, err := (&inquiry.Inquiry{Question: q, Surface: contract, Subject: caller}).Answer(s.Now())
		if err != nil {
			return err
		}
		if err := printAnswer(s, answer, output.Value); err != nil {
			return err
		}
		if answer.Decision != inquiry.Allow {
			return cli.No
		}
		return nil
	}
	return command
}

// complete takes what the flags do not say of the request from the ARN, and what is missing of that from the default.
func complete(q *inquiry.Question, arn string) error {
	q.ARN = defaultARN
	if arn != "" {
		var err error
		if q.ARN, err = policy.ParseARN(arn); err != nil {
			return cli.Usage("--arn: %w", err)
		}
	}
	isNamed := q.Method != "" || q.Path != ""
	switch {
	case q.Connect && (isNamed || q.Key != ""):
		return cli.Usage("--connect is a request itself: leave --method, --path and --route out")
	case q.Key != "" && isNamed:
		return cli.Usage("--route is for a message: leave --method and --path out")
	case q.Key != "":
		return completeMessage(q)
	case q.Message != "":
		return cli.Usage("--message wants --route, the key of its route")
	case q.Connect || q.ARN.RouteKey != "" && !isNamed:
		return completeConnect(q)
	case q.ARN.RouteKey != "":
		return cli.Usage("--arn names a WebSocket API, whose requests have no --method and --path")
	case arn != "" && !isNamed:
		q.Method, q.Path = q.ARN.Method, "/"+q.ARN.Path
	}
	return completeRequest(q)
}

func completeConnect(q *inquiry.Question) error {
	if q.ARN.RouteKey != "" && q.ARN.RouteKey != policy.RouteConnect {
		return cli.Usage("--arn: %q: an authorizer is asked at %s only", q.ARN.RouteKey, policy.RouteConnect)
	}
	q.Connect, q.Method, q.ARN.RouteKey = true, policy.RouteConnect, policy.RouteConnect
	return nil
}

func completeRequest(q *inquiry.Question) error {
	if q.Method == "" || q.Path == "" {
		return cli.Usage("want a request, by --method and --path, by --connect, by --route, or by --arn")
	}
	var wrong []error
	given := q.Method
	if q.Method = strings.ToUpper(given); !slices.Contains(inquiry.Methods, q.Method) {
		wrong = append(wrong, cli.Usage("--method %q: want one of %s", given, strings.Join(inquiry.Methods, ", ")))
	}
	if !strings.HasPrefix(q.Path, "/") || strings.ContainsFunc(q.Path, inquiry.IsNeverSent) {
		wrong = append(wrong, cli.Usage("--path %q: want a path as it is sent, with a slash first, without the stage and the query", q.Path))
	}
	q.ARN.Method, q.ARN.Path = q.Method, strings.TrimPrefix(q.Path, "/")
	return errors.Join(wrong...)
}

// completeMessage makes the question one about a message, or about connecting.
func completeMessage(q *inquiry.Question) error {
	switch {
	case q.Key == policy.RouteConnect && q.Message != "":
		return cli.Usage("--message: there is none at %s", policy.RouteConnect)
	case q.Key == policy.RouteConnect:
		q.Key = ""
		return completeConnect(q)
	case q.Key == policy.RouteDisconnect:
		return cli.Usage("--route %s: nobody is asked when a connection ends", policy.RouteDisconnect)
	case q.Message != "" && !json.Valid([]byte(q.Message)):
		return cli.Usage("--message: want JSON, such as {\"action\":\"send\"}")
	}
	if err := completeConnect(q); err != nil {
		return err
	}
	q.Connect, q.Method = false, inquiry.MessageMethod+q.Key
	return nil
}
