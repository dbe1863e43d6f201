package gateway_test

import (
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
)

// FuzzTraceID: whatever a client sends, the answer's trace has the form of one and the root that was sent, if it was one; and a trace
// that goes on through another gateway stays as it is.
func FuzzTraceID(f *testing.F) {
	f.Add("Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1")
	f.Add("Self=1-5759e988-bd862e3fe1be46a994272793; root=1-5759e988-bd862e3fe1be46a994272793;Lineage=1:a84cdf6d:0")
	f.Add("Root=1-5759e988-bd862e3fe1be46a994272793;Root=;;=;Sampled=?")
	form := regexp.MustCompile(`^Root=1-[0-9a-fA-F]{8}-[0-9a-fA-F]{24};Parent=[0-9a-fA-F]{16};Sampled=[01](;Lineage=1:[0-9a-f]{8}:0)?$`)
	g := newOpen(f, invoker(func([]byte) ([]byte, error) { return []byte(`{}`), nil }))
	through := func(sent string) string {
		request := httptest.NewRequest("GET", "/test/open", nil)
		request.Header["X-Amzn-Trace-Id"] = []string{sent}
		answer := httptest.NewRecorder()
		g.ServeHTTP(answer, request)
		return answer.Header().Get("X-Amzn-Trace-Id")
	}
	f.Fuzz(func(t *testing.T, sent string) {
		if len(sent) > 9000 {
			return // refused
		}
		got := through(sent)
		if !form.MatchString(got) {
			t.Fatalf("%q became %q", sent, got)
		}
		goes, fresh, _ := strings.Cut(got, ";Lineage=")
		if root, _, _ := strings.Cut(strings.TrimPrefix(got, "Root="), ";"); fresh == "" && !strings.Contains(sent, root) {
			t.Errorf("%q became %q", sent, got)
		}
		if again := through(goes); again != goes {
			t.Errorf("%q became %q, and then %q", sent, got, again)
		}
	})
}
