package gateway

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/google/uuid"

	"portcullis/policy"
)

// exchange is one request on its way through the gateway.
type exchange struct {
	*Gateway
	w     http.ResponseWriter
	r     *http.Request
	start time.Time

	ours       bool   // the request is for this stage
	stagePath  string // the path as sent, with the stage
	path       string // the path as sent, without the stage
	sourceIP   string
	requestID  string
	extendedID string
	traceID    string

	method     *method // nil: none was found
	parameters map[string]string
	identity   *identity // nil: the method is open
	query      url.Values
	body       []byte

	status    int
	errorType string
}

func (g *Gateway) newExchange(w http.ResponseWriter, r *http.Request) *exchange {
	x := &exchange{Gateway: g, w: w, r: r, start: g.config.Now(), stagePath: pathAsSent(r)}
	stage := "/" + g.config.Mode.Name
	rest, ours := strings.CutPrefix(x.stagePath, stage)
	x.ours = ours && (rest == "" || rest[0] == '/')
	x.path = rest
	if rest == "" {
		x.path = "/"
	}
	x.sourceIP, _, _ = net.SplitHostPort(r.RemoteAddr)
	x.requestID = uuid.NewString()
	var random [23]byte
	rand.Read(random[:])
	x.extendedID = base64.StdEncoding.EncodeToString(random[:11])
	x.traceID = fmt.Sprintf("Root=1-%08x-%s", x.start.Unix(), hex.EncodeToString(random[11:]))
	return x
}

// pathAsSent is the path of the request's target, neither decoded nor cleaned.
func pathAsSent(r *http.Request) string {
	target := r.RequestURI
	if target == "" {
		return r.URL.EscapedPath()
	}
	path, _, _ := strings.Cut(target, "?")
	if scheme, rest, absolute := strings.Cut(path, "://"); absolute && !strings.Contains(scheme, "/") {
		return rest[strings.IndexByte(rest+"/", '/'):]
	}
	return path
}

// maxBody is the largest body of a request to API Gateway, in bytes.
const maxBody = 10 << 20

func (x *exchange) readBody() bool {
	body, err := io.ReadAll(http.MaxBytesReader(x.w, x.r.Body, maxBody))
	if large := (*http.MaxBytesError)(nil); errors.As(err, &large) {
		x.fail(requestTooLarge, "")
		return false
	}
	if err != nil {
		x.fail(badRequest, "the body ended early")
		return false
	}
	x.body = body
	return true
}

// arn names the method and path that the request invokes. A trailing slash is in the path but not in the
// ARN: what AWS does is not known, and routing passes over it as well.
func (x *exchange) arn() policy.ARN {
	path := strings.TrimPrefix(x.path, "/")
	return policy.ARN{
		Partition: "aws", Region: x.config.Region, Account: x.config.AccountID, API: x.apiID,
		Stage: x.config.Mode.Name, Method: x.r.Method, Path: strings.TrimSuffix(path, "/"),
	}
}

// queries are the query's parameters, decoded once.
func (x *exchange) queries() url.Values {
	if x.query == nil {
		x.query, _ = url.ParseQuery(x.r.URL.RawQuery)
	}
	return x.query
}

// log writes the access log's line, in the terms of API Gateway's $context.
func (x *exchange) log() {
	attributes := []slog.Attr{
		slog.String("requestId", x.requestID),
		slog.String("ip", x.sourceIP),
		slog.String("httpMethod", x.r.Method),
		slog.String("path", x.stagePath),
		slog.Int("status", x.status),
		slog.Int64("responseLatency", x.config.Now().Sub(x.start).Milliseconds()),
	}
	if x.method != nil {
		attributes = append(attributes, slog.String("resourcePath", x.method.route.Path))
	}
	if x.identity != nil {
		attributes = append(attributes, slog.String("principalId", x.identity.principalID), slog.Bool("authorizerCached", x.identity.cached))
	}
	if x.errorType != "" {
		attributes = append(attributes, slog.String("errorType", x.errorType))
	}
	x.config.AccessLog.LogAttrs(x.r.Context(), slog.LevelInfo, "request", attributes...)
}
