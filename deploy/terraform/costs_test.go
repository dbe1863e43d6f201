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
	writeUnits          = 0.625 // a million
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
	keyReads   = 1  // a key of our own
	tokenReads = 4  // what may take a token back: its jti, origin_jti, sub and iss
	kept       = 0.01

	// What package connections/dynamo does of a connection that four names may revoke, and its owner's: calls of DynamoDB, one after the other,
	// of which each takes readMS; and units. An item that is in the index is written there, too.
	openCalls, openWrites           = 7, 7 // five names, the connection, and reading it again
	subscribeCalls, subscribeWrites = 3, 2 // whether it is revoked, the connection, and the topic
	forgetCalls, forgetWrites       = 8, 8 // reading it, five names, a topic, the connection

	// Of a change for 100 clients, as package scale has measured it in a simulation.
	changeReads  = 8  // who is subscribed
	pushReads    = 3  // for each, what may take a token back; its issuer is remembered
	pushMS       = 10 // a call of @connections
	pushesAtOnce = 32
	liveGB       = 1.0

	duePerMinute = 100 // queries of the index, of half a unit each: 25 hours, in 4 parts
	sampled      = 0.05
	eventSize    = 26 // bytes that CloudWatch adds to each event of a log
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

// mix is what a month is made of, in the example of a thousand million messages.
var mix = struct{ connections, hours, pingMinutes, subscribers float64 }{connections: 20_000, hours: 2, pingMinutes: 9, subscribers: 100}

// usage is what something of a WebSocket API takes, each time.
type usage struct {
	name                string
	messages, asked     float64 // messages that API Gateway counts, and invocations of the authorizer
	ms                  []float64
	invocations         float64 // of live
	reads, writes, logs float64 // units, units, bytes
	traces, minutes     float64
}

// usages are the rows of the table of a WebSocket API whose clients may subscribe.
func usages(t *testing.T) []usage {
	access, invocation := logBytes(t, "websocket-access"), logBytes(t, "invocation")
	message := access + invocation + logBytes(t, "message")
	return []usage{
		{name: "messages `ping` or `whoami`, with their answers", messages: 2, invocations: 1, ms: []float64{readMS}, reads: tokenReads, logs: message, traces: 1},
		{name: "clients that connect with a token, subscribe, and leave", messages: 2, asked: 1, invocations: 3,
			ms:    []float64{openCalls * readMS, subscribeCalls * readMS, forgetCalls * readMS},
			reads: tokenReads + 1 + tokenReads + 1, writes: openWrites + subscribeWrites + forgetWrites,
			logs: 2*access + 3*invocation + logBytes(t, "decision") + logBytes(t, "disconnected") + message, traces: 4},
		{name: fmt.Sprintf("messages of changes, each to %.0f clients", mix.subscribers), messages: 1, invocations: 1 / mix.subscribers,
			ms:    []float64{(2*readMS + mix.subscribers*(pushMS+readMS)/pushesAtOnce)},
			reads: pushReads + changeReads/mix.subscribers, logs: (invocation + logBytes(t, "delivered")) / mix.subscribers, traces: 1 / mix.subscribers},
		{name: "minutes of open connections", minutes: 1},
	}
}

// parts are what a million of it costs: gateway, authorizer, live, DynamoDB, logs, X-Ray.
func (u usage) parts() []float64 {
	live := u.invocations * invocations
	for _, ms := range u.ms {
		live += u.invocations / float64(len(u.ms)) * ms / 1000 * liveGB * gbSecond * 1e6
	}
	return []float64{
		u.messages*messages + u.minutes*connectionMinutes, u.asked * function(readMS), live,
		u.reads*readUnits + u.writes*writeUnits, logs(u.logs), u.traces * sampled * tracesRecorded,
	}
}

// row is a row of a name and figures, with their sum at the end.
func row(name, format, sumFormat string, parts []float64) string {
	text, sum := "| "+name+" |", 0.0
	for _, part := range parts {
		text += fmt.Sprintf(" "+format+" |", part)
		sum += part
	}
	return text + fmt.Sprintf(" **"+sumFormat+"** |", sum)
}

// webSocketRows are the rows of the tables of a WebSocket API: what a million of each thing costs, and a month of mix.
func webSocketRows(t *testing.T) []string {
	all := usages(t)
	minutes := mix.connections * hours * 60 / 1e6 // millions, as all that follow
	opened, pings := minutes/60/mix.hours, minutes/mix.pingMinutes
	pushes := 1000 - all[0].messages*pings - all[1].messages*opened
	var rows []string
	sum := make([]float64, 6)
	for i, millions := range []float64{pings, opened, pushes, minutes} {
		rows = append(rows, row(all[i].name, "%.3f", "%.2f", all[i].parts()))
		month := all[i].parts()
		for j := range month {
			month[j] *= millions
			sum[j] += month[j]
		}
		rows = append(rows, row(fmt.Sprintf("%.1f million %s", millions, all[i].name), "%.0f", "%.0f", month))
	}
	return append(rows, row("**all of it**", "%.0f", "%.0f", sum))
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
	scheduled := hours * 60 / 1e6 * (invocations + duePerMinute*readMS/1000*liveGB*gbSecond*1e6 + duePerMinute*readUnits/2 + logs(invocation))
	row := func(what, arithmetic string, cost float64) string {
		return fmt.Sprintf("| %s | %s | %.2f |", what, arithmetic, cost)
	}
	return []string{
		row("each REST mode: metrics by method", "15 methods (6 of them preflights) × 5 metrics × 0.30", 15*5*customMetric),
		row("each HTTP mode: metrics by route", "9 routes × 6 metrics × 0.30", 9*6*customMetric),
		row("each WebSocket mode: metrics by route", "6 routes × 6 metrics × 0.30", 6*6*customMetric),
		row("each REST or HTTP mode: 2 alarms of 2 metrics", "4 × 0.10", 4*alarmMetric),
		row("each WebSocket mode: 2 alarms, of 4 and of 3 metrics", "7 × 0.10", 7*alarmMetric),
		row("each Lambda authorizer: 7 alarms, 8 metrics of the decision log", "7 × 0.10 + 8 × 0.30", 7*alarmMetric+8*customMetric),
		row("each Lambda authorizer that takes API keys: 1 alarm, 1 metric more", "0.10 + 0.30", alarmMetric+customMetric),
		row("the feed: 6 alarms, one of 2 metrics, 1 metric of the log", "7 × 0.10 + 0.30", 7*alarmMetric+customMetric),
		row("the feed: each minute 100 queries of what has ended", "43,800 × (100 × 0.5 reads, 1 s, a line)", scheduled),
		row("`waf`: a web ACL with 3 rules, and 0.60 a million requests", "5 + 3 × 1", webACL+3*aclRule),
		row(fmt.Sprintf("a stage cache of 0.5 GB; it pays from %.0f million answers of it a month", cacheHour*hours/saved), "730 hours × 0.02", cacheHour*hours),
	}
}
