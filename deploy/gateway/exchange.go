package gateway

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/google/uuid"

	"portcullis/deploy/modes"
	"portcullis/policy"
)

// exchange is one request on its way through the gateway.
type exchange struct {
	*stage
	w     http.ResponseWriter
	r     *http.Request
	start time.Time

	headerLines []byte // as the client wrote them; nil: not known

	ours       bool   // the request is for this stage
	stagePath  string // the path as sent, with the stage
	path       string // without the stage, that routes: of a REST API as sent but for slashes in front, of an HTTP API decoded
	policyPath string // the one that policies are matched with: of a REST API as sent, of an HTTP API decoded
	sourceIP   string
	requestID  string
	extendedID string // of HTTP APIs the only id
	traceID    string

	method     *method // nil: none was found
	invoked    string  // see arn; "": nobody has asked for it yet
	parameters map[string]string
	sources    []source    // the identity sources that were looked at
	identity   *identity   // nil: nobody was asked for
	signer     *signer     // nil: nobody signed
	key        *Admission  // nil: no key was asked for
	integrated integration // what came of the function behind the method
	query      url.Values
	body       []byte
	bodyRead   bool

	status       int
	responseType string // of a gateway response, such as ACCESS_DENIED
	errorMessage string // of a gateway response

	authorizerReason string // of an HTTP API's authorizer, for what it has against the request

	sent       int    // bytes of the answer's body
	trace      *Trace // nil: nobody asked for it
	traceAsked bool   // in the answer's header
}

// integration is what came of the function behind a method.
type integration struct {
	called   bool
	latency  time.Duration
	status   int    // of the invocation: 200 where the function answered
	answered int    // the function's own status; 0: not known
	err      string // why it failed
}

func (s *stage) newExchange(w http.ResponseWriter, r *http.Request) *exchange {
	x := &exchange{stage: s, w: w, r: r, start: s.config.Now(), stagePath: pathAsSent(r), headerLines: headerLines(r)}
	x.policyPath, x.ours = s.behindStage(x.stagePath)
	x.path = x.policyPath
	if s.mode.Gateway == modes.REST {
		x.path = oneSlash(x.path)
	}
	x.sourceIP, _, _ = net.SplitHostPort(r.RemoteAddr)
	x.requestID = uuid.NewString()
	var random [23]byte
	rand.Read(random[:])
	x.extendedID = base64.StdEncoding.EncodeToString(random[:11])
	x.traceID = fmt.Sprintf("Root=1-%08x-%s", x.start.Unix(), hex.EncodeToString(random[11:]))
	x.startTrace()
	return x
}

// behindStage cuts the stage off a path as sent, and tells whether the path is this stage's. A REST API passes over empty
// segments in front of the stage.
func (s *stage) behindStage(path string) (rest string, ours bool) {
	if s.mode.Gateway == modes.REST {
		path = oneSlash(path)
	}
	rest, ours = strings.CutPrefix(path, "/"+s.mode.Name)
	if rest == "" {
		rest = "/"
	}
	return rest, ours && rest[0] == '/'
}

// oneSlash makes one of several slashes that a path begins with.
func oneSlash(path string) string {
	for strings.HasPrefix(path, "//") {
		path = path[1:]
	}
	return path
}

// pathAsSent is the path of the request's target, neither decoded nor cleaned.
func pathAsSent(r *http.Request) string {
	target := r.RequestURI
	if target == "" {
		return r.URL.EscapedPath()
	}
	path, _, _ := strings.Cut(target, "?")
	if scheme, rest, absolute := strings.Cut(path, "://"); absolute && !strings.Contains(scheme, "/") {
		return rest[min(strings.IndexByte(rest+"/", '/'), len(rest)):]
	}
	return path
}

// The limits of API Gateway, in bytes. See
// https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html and
// https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html.
const (
	maxBody    = 10 << 20 // of a request
	maxHead    = 10_240   // of a request line and all header names and values
	maxPayload = 6 << 20  // of a function's event and answer
	maxARN     = 1600     // that a policy is evaluated for
)

// headTooLarge tells whether the request line and the headers are more than API Gateway takes.
func (x *exchange) headTooLarge() bool {
	size := len(x.r.Method) + len(x.r.RequestURI) + len(x.r.Proto) + len("Host") + len(x.r.Host)
	for name, values := range x.r.Header {
		for _, value := range values {
			size += len(name) + len(value)
		}
	}
	return size > maxHead
}

// errBodyTooLarge and errBodyCut say why a body could not be read.
var (
	errBodyTooLarge = errors.New("the body is larger than 10 MB")
	errBodyCut      = errors.New("the body ended early")
)

// readBody reads the body, once.
func (x *exchange) readBody() error {
	if x.bodyRead {
		return nil
	}
	body, err := io.ReadAll(http.MaxBytesReader(x.w, x.r.Body, maxBody))
	switch {
	case errors.As(err, new(*http.MaxBytesError)):
		return errBodyTooLarge
	case err != nil:
		return errBodyCut
	}
	x.body, x.bodyRead = body, true
	return nil
}

// arn is the ARN of the method and path that the request invokes. In a REST API the path is the one that was sent: in
// which of its forms AWS matches it with a policy, where empty segments were passed over to route it, is not known.
func (x *exchange) arn() string {
	if x.invoked == "" {
		x.invoked = x.arnOf(x.policyPath)
	}
	return x.invoked
}

// arnOf is the ARN of the request's method with a path. In a REST API a slash at the path's end, behind anything, is in
// the path but not in the ARN: what AWS does is not known, and its routing passes over the slash as well. In an HTTP API
// it is in both.
func (x *exchange) arnOf(path string) string {
	path = strings.TrimPrefix(path, "/")
	if x.mode.Gateway == modes.REST && path != "/" {
		path = strings.TrimSuffix(path, "/")
	}
	return policy.ARN{
		Partition: partitionOf(x.config.Region), Region: x.config.Region, Account: x.config.AccountID, API: x.apiID,
		Stage: x.mode.Name, Method: x.r.Method, Path: path,
	}.String()
}

// partitionOf is the part of AWS that a region is in. See
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html.
func partitionOf(region string) string {
	switch {
	case strings.HasPrefix(region, "cn-"):
		return "aws-cn"
	case strings.HasPrefix(region, "us-gov-"):
		return "aws-us-gov"
	}
	return "aws"
}

// queries are the query's parameters, decoded once.
func (x *exchange) queries() url.Values {
	if x.query == nil {
		x.query = parseQuery(x.r.URL.RawQuery)
	}
	return x.query
}

// parseQuery reads all of a query: a semicolon is a part of a value, and what has a malformed escape stays as it was
// sent. That the function sees the latter is a choice.
func parseQuery(text string) url.Values {
	all := url.Values{}
	for part := range strings.SplitSeq(text, "&") {
		if part == "" {
			continue
		}
		name, value, _ := strings.Cut(part, "=")
		name, value = decodeQuery(name), decodeQuery(value)
		all[name] = append(all[name], value)
	}
	return all
}

func decodeQuery(text string) string {
	if decoded, err := url.QueryUnescape(text); err == nil {
		return decoded
	}
	return text
}

// domain is the host that the request is for, without a port, and its first label.
func (x *exchange) domain() (name, prefix string) {
	name, _, err := net.SplitHostPort(x.r.Host)
	if err != nil {
		name = x.r.Host
	}
	prefix, _, _ = strings.Cut(name, ".")
	return name, prefix
}

// finish ends what an exchange has begun.
func (x *exchange) finish() {
	x.log.write(x)
	x.reportTrace()
}

// send writes the answer. Everything that is to be in its header is there already.
func (x *exchange) send(status int, body []byte) {
	x.status, x.sent = status, len(body)
	x.showTrace()
	x.w.WriteHeader(status)
	x.w.Write(body)
}

// spelling is a header's name as the client wrote it, where that is known, and else in the canonical case.
func (x *exchange) spelling(name string) string { return spellingIn(x.headerLines, name) }
