// Package apigateway sends to the connections of a WebSocket API, and closes them, by API Gateway's @connections API. It needs the
// permission execute-api:ManageConnections on arn:…:API/STAGE/POST/@connections/* and …/DELETE/@connections/*, and no other.
// See https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-how-to-call-websocket-api-connections.html.
package apigateway

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/service/apigatewaymanagementapi"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"portcullis/api/internal/awsfailure"
	"portcullis/api/live/manage"
)

// Client is what a Sender needs of *apigatewaymanagementapi.Client. Calls go to as many connections at once as their callers do: an HTTP
// client that keeps fewer of its own open per host makes some anew for each.
type Client interface {
	PostToConnection(context.Context, *apigatewaymanagementapi.PostToConnectionInput, ...func(*apigatewaymanagementapi.Options)) (*apigatewaymanagementapi.PostToConnectionOutput, error)
	DeleteConnection(context.Context, *apigatewaymanagementapi.DeleteConnectionInput, ...func(*apigatewaymanagementapi.Options)) (*apigatewaymanagementapi.DeleteConnectionOutput, error)
}

// How often a call is made, how long is waited between, and how long it may take with all its attempts; an earlier deadline of the context
// counts.
const (
	maxAttempts = 3
	maxBackoff  = 100 * time.Millisecond
	callTimeout = 5 * time.Second
)

// Sender is a manage.Sender by the AWS SDK. A call that API Gateway is too busy for is not made again here: who calls knows for how long
// that is worth it. One that fails otherwise, and may pass, is made three times in all, so that a client may be sent a text twice.
type Sender struct {
	client Client
	option func(*apigatewaymanagementapi.Options)
}

// ErrEndpoint says that a text is not the address of @connections. It does not say the text, in which there may be a password.
var ErrEndpoint = errors.New("apigateway: the endpoint is not the address of @connections: want https://HOST/STAGE, or http:// on a loopback host, without what follows the stage")

// New returns the sender of a WebSocket API's stage, or [ErrEndpoint]. The endpoint is https://API.execute-api.REGION.amazonaws.com/STAGE,
// or a custom domain with the key of its mapping in the stage's place; @connections follows it. http:// is taken on loopback hosts only.
//
// The endpoint is for configuration to say, and cannot be had of events: those of streams and schedules name no API. What the events of a
// WebSocket API have, requestContext.domainName and stage, makes no address where the client came by a custom domain, since that has
// no stage but the key of a mapping, which no event has; and signed calls are not to go to where an event says.
func New(client Client, endpoint string) (*Sender, error) {
	if client == nil {
		return nil, errors.New("apigateway: client is nil")
	}
	if !isEndpoint(endpoint) {
		return nil, ErrEndpoint
	}
	retryer := retry.NewStandard(func(o *retry.StandardOptions) {
		o.MaxAttempts = maxAttempts
		o.Backoff = retry.NewExponentialJitterBackoff(maxBackoff)
		o.Retryables = append([]retry.IsErrorRetryable{retry.IsErrorRetryableFunc(unlessBusy)}, retry.DefaultRetryables...)
	})
	return &Sender{client, func(o *apigatewaymanagementapi.Options) { o.BaseEndpoint, o.Retryer = &endpoint, retryer }}, nil
}

func isEndpoint(text string) bool {
	u, err := url.Parse(text)
	if err != nil || u.Hostname() == "" || u.RawQuery != "" || u.ForceQuery || strings.ContainsAny(text, "#@") || strings.HasSuffix(u.Path, "/") {
		return false
	}
	return u.Scheme == "https" || u.Scheme == "http" && isLoopback(u.Hostname())
}

func isLoopback(host string) bool {
	address, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && address.IsLoopback()
}

// unlessBusy says that a refusal for being too busy is not to be tried again, and nothing of other failures.
func unlessBusy(err error) aws.Ternary {
	if isBusy(err) {
		return aws.FalseTernary
	}
	return aws.UnknownTernary
}

func isBusy(err error) bool {
	return statusOf(err) == http.StatusTooManyRequests || awsfailure.Throttles.IsErrorRetryable(err) == aws.TrueTernary
}

// statusOf is that of the answer that an error is made of; 0: there is none.
func statusOf(err error) int {
	if answered := (*smithyhttp.ResponseError)(nil); errors.As(err, &answered) {
		return answered.HTTPStatusCode()
	}
	return 0
}

// Send implements [manage.Sender].
func (s *Sender) Send(ctx context.Context, connectionID, text string) error {
	if len(text) > manage.MaxText {
		return manage.ErrTooLarge
	}
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	_, err := s.client.PostToConnection(ctx, &apigatewaymanagementapi.PostToConnectionInput{ConnectionId: &connectionID, Data: []byte(text)}, s.option)
	return failed("PostToConnection", err)
}

// Close implements [manage.Sender].
func (s *Sender) Close(ctx context.Context, connectionID string) error {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	_, err := s.client.DeleteConnection(ctx, &apigatewaymanagementapi.DeleteConnectionInput{ConnectionId: &connectionID}, s.option)
	return failed("DeleteConnection", err)
}

// failed is the error of a call, as a [manage.Sender] says it. It goes by statuses where it can: bodies of refusals are not always of the
// kind that the SDK reads. API Gateway refuses what has not the form of an ID with 400, and there is no such connection.
func failed(operation string, err error) error {
	if err == nil {
		return nil
	}
	status := statusOf(err)
	if status == http.StatusGone || status == http.StatusBadRequest && !isBusy(err) {
		return manage.ErrGone
	}
	if status == http.StatusRequestEntityTooLarge {
		return manage.ErrTooLarge
	}
	said := fmt.Errorf("%s: %w", operation, awsfailure.Loggable(err))
	switch {
	case isBusy(err):
		return &manage.BusyError{Err: said}
	case awsfailure.MayPass(err):
		return &manage.UnavailableError{Err: said}
	}
	return said
}
