package rest

import (
	"cmp"
	"fmt"
	"hash/fnv"
	"strings"

	"portcullis/deploy/gateway/internal/stage"
)

// tracing is what a client says in X-Amzn-Trace-Id, in the form
//
//	Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1
//
// whose fields stand in any order, their names in any case. Other fields, and those whose values are none, are passed over. See
// https://docs.aws.amazon.com/xray/latest/devguide/xray-concepts.html#xray-concepts-tracingheader.
type tracing struct {
	root, parent, sampled string // "": it says none
}

func readTracing(header string) tracing {
	var t tracing
	for field := range strings.SplitSeq(header, ";") {
		name, value, _ := strings.Cut(strings.TrimSpace(field), "=")
		switch {
		case strings.EqualFold(name, "Root") && isTraceID(value):
			t.root = value
		case strings.EqualFold(name, "Parent") && len(value) == 16 && isHex(value):
			t.parent = value
		case strings.EqualFold(name, "Sampled") && (value == "0" || value == "1"):
			t.sampled = value
		}
	}
	return t
}

// isTraceID tells whether a text is a trace's id: a version, a time and a random number.
func isTraceID(text string) bool {
	return len(text) == 35 && text[:2] == "1-" && text[10] == '-' && isHex(text[2:10]) && isHex(text[11:])
}

func isHex(text string) bool { return strings.Trim(text, "0123456789abcdefABCDEF") == "" }

// traceID is what events and answers have in X-Amzn-Trace-Id. A trace that the client began goes on: it keeps its root, its parent, or gets
// one, and whether it is sampled, which it is where it has a parent and does not say. Another request begins its own.
func (a *API) traceID(x *stage.Exchange) string {
	parent := x.RequestID[:8] + x.RequestID[24:32] // made up, and of random digits
	t := readTracing(x.HTTP.Header.Get("X-Amzn-Trace-Id"))
	if t.root == "" {
		return x.TraceID + ";Parent=" + parent + ";Sampled=0;Lineage=" + a.lineage
	}
	switch {
	case t.sampled != "":
	case t.parent != "":
		t.sampled = "1"
	default:
		t.sampled = "0"
	}
	return "Root=" + t.root + ";Parent=" + cmp.Or(t.parent, parent) + ";Sampled=" + t.sampled
}

// lineageOf is the field of new traces that says which API they come from, by a made-up name.
func lineageOf(api string) string {
	hash := fnv.New32a()
	hash.Write([]byte(api))
	return fmt.Sprintf("1:%08x:0", hash.Sum32())
}
