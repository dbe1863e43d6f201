package users_test

import "testing"

// BenchmarkGetUser goes from event JSON to answer JSON, with the event of a REST API.
func BenchmarkGetUser(b *testing.B) {
	h := newHandler(b)
	event := eventOf(b, "rest", call{method: "GET", path: "/users/ann"})
	b.ReportAllocs()
	for b.Loop() {
		if _, err := h.Invoke(b.Context(), event); err != nil {
			b.Fatal(err)
		}
	}
}
