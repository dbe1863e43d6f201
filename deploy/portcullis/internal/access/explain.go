package access

import (
	"errors"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"portcullis/deploy/portcullis/internal/cli"
	"portcullis/policy"
)

// defaultARN stands for an API and a stage that nothing names.
var defaultARN = policy.MustParseARN("arn:aws:execute-api:us-east-1:123456789012:api/stage/GET/")

// question is a request that explain is asked about.
type question struct {
	connect      bool       // to connect to the WebSocket API
	key, message string     // of a message to it: its route's key, and its text, if that is known
	method, path string     // $connect or "message KEY", and "", of the WebSocket API
	arn          policy.ARN // of the request, or of connecting
}

// String is the method and path, or what is asked of a WebSocket API.
func (q question) String() string { return routeName(policy.Route{Method: q.method, Path: q.path}) }

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
	var q question
	flags.StringVar(&q.method, "method", "", "the `METHOD` of the request")
	flags.StringVar(&q.path, "path", "", "its `PATH` as it is sent, without the stage")
	flags.BoolVar(&q.connect, "connect", false, "in place of them: to connect to the WebSocket API")
	flags.StringVar(&q.key, "route", "", "in place of them: a message to the WebSocket API, by the `KEY` of its route")
	flags.StringVar(&q.message, "message", "", "with --route: the message, as `JSON`, for whom it is about")
	arn := flags.String("arn", "", "an invocation, as an `ARN`, of the API and stage to write the policy for; without --method and --path also the request")
	cli.RefuseEmpty(flags, "method", "path", "arn", "route", "message")
	who := addIdentity(command)
	output := cli.AddOutput(command, cli.FormatTable, cli.FormatJSON)
	command.RegisterFlagCompletionFunc("method", cobra.FixedCompletions(methods, cobra.ShellCompDirectiveNoFileComp))
	command.RegisterFlagCompletionFunc("route", cobra.NoFileCompletions)
	command.RegisterFlagCompletionFunc("message", cobra.NoFileCompletions)
	command.RunE = func(command *cobra.Command, args []string) error {
		if err := errors.Join(q.complete(*arn), who.check(), refuseSharedStdin("FILE", strings.Join(args, ""), "--token", who.token)); err != nil {
			return err
		}
		contract, groups, told, err := in.read(command.Context(), s, args)
		if err != nil {
			return err
		}
		who.ofDesk = in.ofDesk() && who.issuers == ""
		caller, err := who.read(command.Context(), told, groups, q.path+q.message)
		if err != nil {
			return err
		}
		answer, err := (&inquiry{question: q, contract: contract, subject: caller}).answer(s.Now())
		if err != nil {
			return err
		}
		if err := answer.print(s, output.Value); err != nil {
			return err
		}
		if answer.Decision != decisionAllow {
			return cli.No
		}
		return nil
	}
	return command
}

// complete takes what the flags do not say of the request from the ARN, and what is missing of that from the default.
func (q *question) complete(arn string) error {
	q.arn = defaultARN
	if arn != "" {
		var err error
		if q.arn, err = policy.ParseARN(arn); err != nil {
			return cli.Usage("--arn: %w", err)
		}
	}
	isNamed := q.method != "" || q.path != ""
	switch {
	case q.connect && (isNamed || q.key != ""):
		return cli.Usage("--connect is a request itself: leave --method, --path and --route out")
	case q.key != "" && isNamed:
		return cli.Usage("--route is for a message: leave --method and --path out")
	case q.key != "":
		return q.completeMessage()
	case q.message != "":
		return cli.Usage("--message wants --route, the key of its route")
	case q.connect || q.arn.RouteKey != "" && !isNamed:
		return q.completeConnect()
	case q.arn.RouteKey != "":
		return cli.Usage("--arn names a WebSocket API, whose requests have no --method and --path")
	case arn != "" && !isNamed:
		q.method, q.path = q.arn.Method, "/"+q.arn.Path
	}
	return q.completeRequest()
}

func (q *question) completeConnect() error {
	if q.arn.RouteKey != "" && q.arn.RouteKey != policy.RouteConnect {
		return cli.Usage("--arn: %q: an authorizer is asked at %s only", q.arn.RouteKey, policy.RouteConnect)
	}
	q.connect, q.method, q.arn.RouteKey = true, policy.RouteConnect, policy.RouteConnect
	return nil
}

func (q *question) completeRequest() error {
	if q.method == "" || q.path == "" {
		return cli.Usage("want a request, by --method and --path, by --connect, by --route, or by --arn")
	}
	var wrong []error
	given := q.method
	if q.method = strings.ToUpper(given); !slices.Contains(methods, q.method) {
		wrong = append(wrong, cli.Usage("--method %q: want one of %s", given, strings.Join(methods, ", ")))
	}
	if !strings.HasPrefix(q.path, "/") || strings.ContainsFunc(q.path, isNeverSent) {
		wrong = append(wrong, cli.Usage("--path %q: want a path as it is sent, with a slash first, without the stage and the query", q.path))
	}
	q.arn.Method, q.arn.Path = q.method, strings.TrimPrefix(q.path, "/")
	return errors.Join(wrong...)
}

// isNeverSent tells whether a character never stands in the path of a request (RFC 9112, section 3.2).
func isNeverSent(r rune) bool { return r <= ' ' || r == 0x7f || r == '?' || r == '#' }
