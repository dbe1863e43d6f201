package gateway

import (
	"context"
	"io"
	"log/slog"
	"time"

	"portcullis/deploy/gateway/internal/lambda"
	"portcullis/deploy/gateway/internal/stage"
	"portcullis/deploy/plan"
)

// Config is an API and how it is guarded.
type Config struct {
	Plan      *plan.Plan         // required
	Functions map[string]Invoker // by the names that the plan uses; required

	Tokens Tokens // for the gateway's own authorizers, COGNITO_USER_POOLS and JWT, where it is required
	Usage  Usage  // keys and plans, where the plan asks for keys; nil: those that it has for a desk

	AllowedOrigins []string // CORS origins; empty: "*"
	Stages         []string // names of all that are served beside it, for people whose requests are for none of them; empty: the plan's
	Region         string   // empty: us-east-1
	AccountID      string   // empty: 123456789012
	APIID          string   // the API's id in ARNs and events; empty: made up of the plan's name, by which usage plans know it

	AccessLog io.Writer    // gets a line for each request, one at a time; nil: none
	Traces    func(*Trace) // gets the way that each request took, when it is answered, in its goroutine; nil: none
	Traced    func() bool  // tells of a request that begins whether Traces gets its way, which costs it; nil: each one's
	Log       *slog.Logger // is told why the gateway answers itself, and where that hangs on what is not known of AWS; nil: nobody is
	ShowTrace bool         // tell a request's trace in the answer's header X-Portcullis-Trace where the request has one

	Timeout time.Duration // how long a function may take, at most; zero: as long as in AWS

	IdleTimeout       time.Duration // after which a connection without messages ends; zero: 10 minutes, as in AWS
	ConnectionTimeout time.Duration // after which every connection ends; zero: 2 hours, as in AWS

	Now func() time.Time // nil: time.Now
}

// ConfigError says what a gateway cannot work with, in its only member, Reason.
type ConfigError = stage.ConfigError

// Invoker is a Lambda function: Invoke(ctx context.Context, event []byte) ([]byte, error). An error whose text is exactly
// "Unauthorized" is an authorizer's way to say 401
// (https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-use-lambda-authorizer.html); any other is a
// failure. A context's deadline is the function's timeout. aws-lambda-go's lambda.Handler is an Invoker.
type Invoker = lambda.Invoker

// Explain is how an authorizer's Invoker may tell, by the context that it is called with, which decision of the function's log its answer
// or its failure stands for: by the decision's reason, and the id of the function's invocation; "": it is not known. The last call counts.
// The trace and the log have both of a request that is refused, also where the answer was cached; clients do not see them.
func Explain(ctx context.Context, reason, invocationID string) {
	lambda.Explain(ctx, lambda.Explanation{Reason: reason, InvocationID: invocationID})
}
