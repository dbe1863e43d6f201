package gateway

import (
	"io"
	"sync"

	"portcullis/deploy/modes"
)

// The lines of an access log where the mode has no format of its own. No field may hold a credential:
// $context.error.message is left out, since for a malformed Authorization header it quotes the header.
const (
	restLogFormat = `{"requestId":"$context.requestId","extendedRequestId":"$context.extendedRequestId","traceId":"$context.xrayTraceId",` +
		`"time":"$context.requestTime","sourceIp":"$context.identity.sourceIp","method":"$context.httpMethod","path":"$context.path",` +
		`"resourcePath":"$context.resourcePath","status":"$context.status","errorType":"$context.error.responseType",` +
		`"principalId":"$context.authorizer.principalId","authorizerStatus":"$context.authorizer.status","authorizerLatency":"$context.authorizer.latency",` +
		`"userArn":"$context.identity.userArn","apiKeyId":"$context.identity.apiKeyId",` +
		`"integrationStatus":"$context.integration.status","integrationLatency":"$context.integration.latency",` +
		`"latency":"$context.responseLatency","responseLength":"$context.responseLength"}`
	httpLogFormat = `{"requestId":"$context.requestId","time":"$context.requestTime","sourceIp":"$context.identity.sourceIp",` +
		`"method":"$context.httpMethod","path":"$context.path","routeKey":"$context.routeKey","status":"$context.status",` +
		`"authorizerError":"$context.authorizer.error","authorizerLatency":"$context.authorizer.latency",` +
		`"userArn":"$context.identity.userArn","integrationStatus":"$context.integration.status","integrationLatency":"$context.integration.latency",` +
		`"latency":"$context.responseLatency","responseLength":"$context.responseLength"}`
)

// accessLog writes a line for each request.
type accessLog struct {
	line template

	mu sync.Mutex
	to io.Writer // nil: nowhere
}

func newAccessLog(to io.Writer, m *modes.Mode) *accessLog {
	format := m.AccessLogFormat
	switch {
	case format != "":
	case m.Gateway == modes.HTTP:
		format = httpLogFormat
	default:
		format = restLogFormat
	}
	return &accessLog{to: to, line: parseTemplate(format)}
}

// write writes the line of an exchange that has been answered, at once: lines of others do not get in between.
func (l *accessLog) write(x *exchange) {
	if l.to == nil {
		return
	}
	line := append(l.line.expand(x, "-"), '\n')
	l.mu.Lock()
	defer l.mu.Unlock()
	l.to.Write(line)
}
