package terraform_test

import (
	"bytes"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
)

// Public list prices in USD of us-east-1; the README says where each stands.
const (
	restFirst, restNext = 3.50, 2.80 // a million requests: of the first 333 million in a month, and of the next 667
	httpFirst, httpNext = 1.00, 0.90 // of the first 300 million in a month, and of more
	messages            = 1.00       // a million of a WebSocket API, of either direction and at most 32 KB, of the first 1000 million in a month
	connectionMinutes   = 0.25       // a million
	invocations         = 0.20       // a million
	gbSecond            = 0.0000133334
	readUnits           = 0.125 // a million
	tracesRecorded      = 5.00  // a million
	logGB               = 0.50
	customMetric        = 0.30 // a month
	alarmMetric         = 0.10 // a month
	webACL, aclRule     = 5.00, 1.00
	cacheHour           = 0.02 // of 0.5 GB
	hours               = 730  // of a month
)

// What the README assumes.
const (
	memoryGB   = 0.25
	readMS     = 10 // an invocation with a read of DynamoDB
	messageMS  = 1  // an invocation that asks nobody
	keyReads   = 1  // a key of our own
	tokenReads = 4  // what may take a token back: its jti, origin_jti, sub and iss
	kept       = 0.01
	sampled    = 0.05
	eventSize  = 26 // bytes that CloudWatch adds to each event of a log
)

// modeCosts is what a mode makes of a request.
type modeCosts struct {
	name, gateway string
	asked         float64 // share of requests for which the authorizer's function is asked
	askedMS       float64
	askedReads    float64
}

// TestReadmeCosts: each row of the README's tables of costs is what the prices make of what is assumed.
func TestReadmeCosts(t *testing.T) {
	readme := string(read(t, "README.md"))
	rows := fixedRows(logBytes(t, "invocation"))
	for _, mode := range []modeCosts{
		{"`rest-token`, policies kept", "REST", kept, readMS, tokenReads},
		{"`rest-token`, TTL 0", "REST", 1, readMS, tokenReads},
		{"`rest-request` (keeps none)", "REST", 1, readMS, keyReads},
		{"`rest-api-key`, `rest-iam`, `rest-cognito`", "REST", 0, 0, 0},
		{"`http-lambda`, policies kept", "HTTP", kept, readMS, tokenReads},
		{"`http-lambda`, TTL 0", "HTTP", 1, readMS, tokenReads},
		{"`http-jwt`, `http-iam`", "HTTP", 0, 0, 0},
	} {
		rows = append(rows, mode.row(t))
	}
	rows = append(rows, webSocketRows(t)...)
	for _, row := range rows {
		if !strings.Contains(readme, row+"\n") {
			t.Errorf("README.md has no row\n%s", row)
		}
	}
}

// row is the mode's row of the table.
func (m modeCosts) row(t *testing.T) string {
	first, next, firstMillions, traces := restFirst, restNext, 333.0, sampled
	if m.gateway == "HTTP" { // it begins no trace: each function does
		first, next, firstMillions, traces = httpFirst, httpNext, 300.0, sampled*(1+m.asked)
	}
	invocation := logBytes(t, "invocation")
	access := logBytes(t, strings.ToLower(m.gateway)+"-access")
	others := []float64{
		m.asked * function(m.askedMS),
		function(readMS),
		(1 + m.asked*m.askedReads) * readUnits,
		logs(access + invocation + m.asked*(invocation+logBytes(t, "decision"))),
		traces * tracesRecorded,
	}
	row, sum := fmt.Sprintf("| %s | %.3f |", m.name, first), 0.0
	for _, cost := range others {
		row += fmt.Sprintf(" %.3f |", cost)
		sum += cost
	}
	billion := firstMillions*first + (1000-firstMillions)*next + 1000*sum
	return row + fmt.Sprintf(" **%.2f** | %.0f |", first+sum, billion)
}

// webSocketRows are the rows of the table of a WebSocket API.
func webSocketRows(t *testing.T) []string {
	access, invocation, traces := logBytes(t, "websocket-access"), logBytes(t, "invocation"), sampled*tracesRecorded // each function begins one
	row := func(what string, gateway, authorizer, live, reads, logs, traces float64) string {
		return fmt.Sprintf("| %s | %.3f | %.3f | %.3f | %.3f | %.3f | %.3f | **%.2f** |", what, gateway, authorizer, live, reads, logs, traces, gateway+authorizer+live+reads+logs+traces)
	}
	return []string{
		row("messages `whoami`, with their answers", 2*messages, 0, function(messageMS), 0, logs(access+invocation+logBytes(t, "message")), traces),
		row("clients that connect with a token, and leave", 0, function(readMS), 2*function(messageMS), tokenReads*readUnits,
			logs(2*access+3*invocation+logBytes(t, "decision")+logBytes(t, "disconnected")), 3*traces),
		row("minutes of open connections", connectionMinutes, 0, 0, 0, 0, 0),
	}
}

// function is the cost of a million invocations that take so many milliseconds each.
func function(ms float64) float64 { return invocations + ms/1000*memoryGB*gbSecond*1e6 }

// logs is the cost of a million times so many bytes.
func logs(size float64) float64 { return size * 1e6 / 1e9 * logGB }

// logBytes is what CloudWatch counts of the lines of a log that one request, or one invocation, leaves.
func logBytes(t *testing.T, name string) float64 {
	text := read(t, filepath.Join("testdata", "lines", name+".txt"))
	events := bytes.Count(text, []byte("\n"))
	return float64(len(text) - events + events*eventSize)
}

// fixedRows are the rows of what a month costs whatever is called.
func fixedRows(invocation float64) []string {
	saved := function(readMS) + readUnits + logs(invocation)
	row := func(what, arithmetic string, cost float64) string {
		return fmt.Sprintf("| %s | %s | %.2f |", what, arithmetic, cost)
	}
	return []string{
		row("each REST mode: metrics by method", "15 methods (6 of them preflights) × 5 metrics × 0.30", 15*5*customMetric),
		row("each HTTP mode: metrics by route", "9 routes × 6 metrics × 0.30", 9*6*customMetric),
		row("each WebSocket mode: metrics by route", "4 routes × 6 metrics × 0.30", 4*6*customMetric),
		row("each REST or HTTP mode: 2 alarms of 2 metrics", "4 × 0.10", 4*alarmMetric),
		row("each WebSocket mode: 2 alarms, of 4 and of 3 metrics", "7 × 0.10", 7*alarmMetric),
		row("each Lambda authorizer: 4 alarms, 5 metrics of the decision log", "4 × 0.10 + 5 × 0.30", 4*alarmMetric+5*customMetric),
		row("`waf`: a web ACL with 3 rules, and 0.60 a million requests", "5 + 3 × 1", webACL+3*aclRule),
		row(fmt.Sprintf("a stage cache of 0.5 GB; it pays from %.0f million answers of it a month", cacheHour*hours/saved), "730 hours × 0.02", cacheHour*hours),
	}
}
