package stage

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/google/uuid"

	"portcullis/policy"
)

// Request is a request as it was sent to a stage, with what tells it apart, and the method that it is for.
type Request struct {
	*Stage
	HTTP  *http.Request // its header and target; the body is in Body
	Start time.Time     // when it came in

	headerLines []byte // as the client wrote them; nil: not known

	Ours       bool   // the request is for this stage
	StagePath  string // the path as sent, with the stage
	Path       string // without the stage, that routes: of a REST API as sent but for slashes in front, of an HTTP API decoded
	policyPath string // the one that policies are matched with: of a REST API as sent, of an HTTP API decoded
	SourceIP   string // the client's address
	RequestID  string // a UUID
	ExtendedID string // of HTTP APIs the only id
	TraceID    string // of X-Ray, as events have it in X-Amzn-Trace-Id

	Method     *Method           // nil: none was found
	invoked    string            // the ARN; "": nobody has asked for it yet
	Parameters map[string]string // of the path, by name
	query      url.Values
	Body       []byte // once it was read: see [Exchange.ReadBody]
	bodyRead   bool
}

func (s *Stage) newRequest(r *http.Request, headerLines []byte) Request {
	q := Request{Stage: s, HTTP: r, Start: s.Config.Now(), StagePath: pathAsSent(r), headerLines: headerLines}
	q.policyPath, q.Ours = s.behindStage(q.StagePath)
	q.Path = q.policyPath
	if s.PassesSlashes {
		q.Path = oneSlash(q.Path)
	}
	q.SourceIP, _, _ = net.SplitHostPort(r.RemoteAddr)
	q.RequestID = uuid.NewString()
	var random [idBytes + 12]byte
	rand.Read(random[:])
	q.ExtendedID = s.encoding().EncodeToString(random[:idBytes])
	q.TraceID = fmt.Sprintf("Root=1-%08x-%s", q.Start.Unix(), hex.EncodeToString(random[idBytes:]))
	return q
}

// encoding is that of ids that are not UUIDs.
func (s *Stage) encoding() *base64.Encoding {
	if s.Sockets {
		return base64.URLEncoding
	}
	return base64.StdEncoding
}

// behindStage cuts the stage off a path as sent, and tells whether the path is this stage's. A REST API passes over empty
// segments in front of the stage.
func (s *Stage) behindStage(path string) (rest string, ours bool) {
	if s.PassesSlashes {
		path = oneSlash(path)
	}
	rest, ours = strings.CutPrefix(path, "/"+s.Plan.Name)
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

// HeadTooLarge tells whether the request line and the headers are more than API Gateway takes.
// See https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html.
func (r *Request) HeadTooLarge() bool {
	size := len(r.HTTP.Method) + len(r.HTTP.RequestURI) + len(r.HTTP.Proto) + len("Host") + len(r.HTTP.Host)
	for name, values := range r.HTTP.Header {
		for _, value := range values {
			size += len(name) + len(value)
		}
	}
	return size > maxHead
}

// ARN is the ARN of the method and path that the request invokes. In a REST API the path is the one that was sent: in
// which of its forms AWS matches it with a policy, where empty segments were passed over to route it, is not known.
// See https://docs.aws.amazon.com/apigateway/latest/developerguide/arn-format-reference.html.
func (r *Request) ARN() string {
	if r.invoked == "" {
		r.invoked = r.arnOf(r.policyPath)
	}
	return r.invoked
}

// ARNTooLong tells whether API Gateway evaluates no policy for so long an ARN.
// See https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html.
func (r *Request) ARNTooLong() bool { return len(r.ARN()) > maxARN }

// UsePath routes by another path than the one that was sent, and has policies matched with it.
func (r *Request) UsePath(path string) { r.Path, r.policyPath = path, path }

// arnOf is the ARN of the request's method with a path. In a REST API a slash at the path's end, behind anything, is in
// the path but not in the ARN: what AWS does is not known, and its routing passes over the slash as well. In an HTTP API
// it is in both. A WebSocket API's route has neither method nor path.
func (r *Request) arnOf(path string) string {
	if r.Sockets && r.Method != nil {
		return r.arn(policy.ARN{RouteKey: r.Method.Route.Method})
	}
	path = strings.TrimPrefix(path, "/")
	if r.PassesSlashes && path != "/" {
		path = strings.TrimSuffix(path, "/")
	}
	return r.arn(policy.ARN{Method: r.HTTP.Method, Path: path})
}

// arn is the text of an ARN of the request's stage.
func (r *Request) arn(a policy.ARN) string {
	a.Partition, a.Region, a.Account = partitionOf(r.Config.Region), r.Config.Region, r.Config.AccountID
	a.API, a.Stage = r.APIID, r.Plan.Name
	return a.String()
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

// Queries are the query's parameters, decoded once.
func (r *Request) Queries() url.Values {
	if r.query == nil {
		r.query = parseQuery(r.HTTP.URL.RawQuery)
	}
	return r.query
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

// Domain is the host that the request is for, without a port, and its first label.
func (r *Request) Domain() (name, prefix string) {
	name, _, err := net.SplitHostPort(r.HTTP.Host)
	if err != nil {
		name = r.HTTP.Host
	}
	prefix, _, _ = strings.Cut(name, ".")
	return name, prefix
}

// RequestTime is when the request came in, in UTC, as the Common Log Format writes it.
func (r *Request) RequestTime() string { return r.Start.UTC().Format("02/Jan/2006:15:04:05 +0000") }

// spelling is a header's name as the client wrote it, where that is known, and else in the canonical case.
func (r *Request) spelling(name string) string {
	if rest, ok := strings.CutPrefix(name, "Sec-Websocket-"); ok && r.headerLines == nil {
		return "Sec-WebSocket-" + rest // as RFC 6455 writes it, and all clients but Go's
	}
	return spellingIn(r.headerLines, name)
}
