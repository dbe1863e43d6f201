package gateway

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

// request is a request as it was sent to a stage, with what tells it apart, and the method that it is for.
type request struct {
	*stage
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
	query      url.Values
	body       []byte
	bodyRead   bool
}

func (s *stage) newRequest(r *http.Request, headerLines []byte) request {
	q := request{stage: s, r: r, start: s.config.Now(), stagePath: pathAsSent(r), headerLines: headerLines}
	q.policyPath, q.ours = s.behindStage(q.stagePath)
	q.path = q.policyPath
	if s.passesSlashes {
		q.path = oneSlash(q.path)
	}
	q.sourceIP, _, _ = net.SplitHostPort(r.RemoteAddr)
	q.requestID = uuid.NewString()
	var random [23]byte
	rand.Read(random[:])
	q.extendedID = base64.StdEncoding.EncodeToString(random[:11])
	q.traceID = fmt.Sprintf("Root=1-%08x-%s", q.start.Unix(), hex.EncodeToString(random[11:]))
	return q
}

// behindStage cuts the stage off a path as sent, and tells whether the path is this stage's. A REST API passes over empty
// segments in front of the stage.
func (s *stage) behindStage(path string) (rest string, ours bool) {
	if s.passesSlashes {
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

// headTooLarge tells whether the request line and the headers are more than API Gateway takes.
func (q *request) headTooLarge() bool {
	size := len(q.r.Method) + len(q.r.RequestURI) + len(q.r.Proto) + len("Host") + len(q.r.Host)
	for name, values := range q.r.Header {
		for _, value := range values {
			size += len(name) + len(value)
		}
	}
	return size > maxHead
}

// arn is the ARN of the method and path that the request invokes. In a REST API the path is the one that was sent: in
// which of its forms AWS matches it with a policy, where empty segments were passed over to route it, is not known.
func (q *request) arn() string {
	if q.invoked == "" {
		q.invoked = q.arnOf(q.policyPath)
	}
	return q.invoked
}

// arnTooLong tells whether API Gateway evaluates no policy for so long an ARN.
func (q *request) arnTooLong() bool { return len(q.arn()) > maxARN }

// usePath routes by another path than the one that was sent, and has policies matched with it.
func (q *request) usePath(path string) { q.path, q.policyPath = path, path }

// arnOf is the ARN of the request's method with a path. In a REST API a slash at the path's end, behind anything, is in
// the path but not in the ARN: what AWS does is not known, and its routing passes over the slash as well. In an HTTP API
// it is in both.
func (q *request) arnOf(path string) string {
	path = strings.TrimPrefix(path, "/")
	if q.passesSlashes && path != "/" {
		path = strings.TrimSuffix(path, "/")
	}
	return policy.ARN{
		Partition: partitionOf(q.config.Region), Region: q.config.Region, Account: q.config.AccountID, API: q.apiID,
		Stage: q.mode.Name, Method: q.r.Method, Path: path,
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
func (q *request) queries() url.Values {
	if q.query == nil {
		q.query = parseQuery(q.r.URL.RawQuery)
	}
	return q.query
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
func (q *request) domain() (name, prefix string) {
	name, _, err := net.SplitHostPort(q.r.Host)
	if err != nil {
		name = q.r.Host
	}
	prefix, _, _ = strings.Cut(name, ".")
	return name, prefix
}

// spelling is a header's name as the client wrote it, where that is known, and else in the canonical case.
func (q *request) spelling(name string) string { return spellingIn(q.headerLines, name) }
