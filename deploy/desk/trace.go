package desk

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"portcullis/deploy/desk/internal/terminal"
	"portcullis/deploy/gateway"
)

// traceText tells people the way of a request, or of an event of a connection: a line of how it ended, and under it a line for each
// thing that had a part in it, in the order of the way.
func traceText(t *gateway.Trace) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "%s %s: %d in %.1f ms", cmp.Or(t.EventType, t.Method), terminal.Printable(t.Path), t.Status, t.Milliseconds)
	if t.ResponseType != "" {
		fmt.Fprintf(&b, ", the gateway's %s", t.ResponseType)
	}
	b.WriteByte('\n')
	line := func(name, format string, args ...any) {
		fmt.Fprintf(&b, "  %-12s %s\n", name, terminal.Printable(fmt.Sprintf(format, args...)))
	}
	textLine(line, "reason", t.Reason)
	textLine(line, "connection", t.ConnectionID)
	line("route", "%s", routeText(t))
	if t.Authorizer != nil {
		line("authorizer", "%s", authorizerText(t.Authorizer))
		textLine(line, "  event", string(t.Authorizer.Event))
		textLine(line, "  answer", string(t.Authorizer.Answer))
		textLine(line, "  error", t.Authorizer.Error)
		textLine(line, "  decision", decisionText(t.Authorizer))
	}
	if t.Signature != nil {
		line("signature", "%s", cmp.Or(t.Signature.ARN, "refused: "+t.Signature.Error))
	}
	if t.Policy != nil {
		line("policy", "%s, %s: %s", t.Policy.Decision, t.Policy.Reason, t.Policy.ARN)
		textLine(line, "  by", statementText(t.Policy))
		textLine(line, "  as sent", routedText(t.Policy))
	}
	if t.ResourcePolicy != nil {
		line("api policy", "%s, %s: %s", t.ResourcePolicy.Decision, t.ResourcePolicy.Reason, t.ResourcePolicy.ARN)
		textLine(line, "  by", resourceText(t.ResourcePolicy))
	}
	if t.Key != nil {
		line("key", "%s", keyText(t.Key))
	}
	textLine(line, "throttle", t.Throttle)
	textLine(line, "validation", t.Validation)
	textLine(line, "cache", t.Cache)
	if t.Integration != nil {
		line("integration", "%s in %.1f ms%s", t.Integration.Function, t.Integration.Milliseconds, failed(t.Integration.Error))
	}
	return b.Bytes()
}

// textLine writes a line where there is a text for it.
func textLine(line func(name, format string, args ...any), name, text string) {
	if text != "" {
		line(name, "%s", text)
	}
}

func routeText(t *gateway.Trace) string {
	if t.Route == "" {
		return "none"
	}
	text := t.Route
	for _, name := range slices.Sorted(maps.Keys(t.Parameters)) {
		text += fmt.Sprintf(", %s=%s", name, t.Parameters[name])
	}
	return text
}

func authorizerText(a *gateway.AuthorizerTrace) string {
	text := strings.TrimSpace(a.Type + " " + a.Function)
	switch {
	case a.Cached:
		return text + ", the answer was cached"
	case a.Event == nil:
		return text
	}
	return text + fmt.Sprintf(", asked in %.1f ms", a.Milliseconds)
}

// decisionText is the reason of the decision that an authorizer's error stands for, and how its log calls the invocation. Of others the
// reason is in that log alone, and is not asked for.
func decisionText(a *gateway.AuthorizerTrace) string {
	switch {
	case a.InvocationID == "":
		return a.Reason
	case a.Reason == "" && a.Error == "":
		return "logged with invocation " + a.InvocationID
	}
	return cmp.Or(a.Reason, "not known") + ", invocation " + a.InvocationID
}

// statementText is the statement of a policy that decided, as far as it did.
func statementText(p *gateway.PolicyTrace) string {
	if p.Statement == nil {
		return ""
	}
	decided := *p.Statement
	if slices.Contains(decided.Resource, p.Pattern) {
		decided.Resource = []string{p.Pattern}
	}
	text, err := json.Marshal(decided)
	if err != nil {
		return err.Error()
	}
	return string(text)
}

// resourceText is the statement of a resource policy that decided, or came closest to it, counted from 1.
func resourceText(p *gateway.ResourceTrace) string {
	if p.Statement == nil {
		return ""
	}
	text, err := json.Marshal(p.Statement)
	if err != nil {
		return err.Error()
	}
	return fmt.Sprintf("statement %d, %s", p.Index+1, text)
}

// routedText says that the form of the path decided, where it did.
func routedText(p *gateway.PolicyTrace) string {
	if p.RoutedARN == "" {
		return ""
	}
	return fmt.Sprintf("the path as it was sent decides; by the path that routed it would be %s: %s", p.RoutedDecision, p.RoutedARN)
}

func keyText(k *gateway.KeyTrace) string {
	text := cmp.Or(k.ID, "none that is known")
	if k.Plan != "" {
		text += " in the plan " + k.Plan
	}
	return text + failed(k.Refused)
}

func failed(reason string) string {
	if reason == "" {
		return ""
	}
	return ", " + reason
}
