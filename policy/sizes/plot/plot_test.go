package plot_test

import (
	"slices"
	"strings"
	"testing"

	"portcullis/policy/sizes/plot"
)

// TestDraw: a line goes from the lower left corner of its frame, through its middle, to the upper right one; what is below the least is at the least.
func TestDraw(t *testing.T) {
	drawn := string(plot.Draw([]plot.Panel{{
		Left: 70, Title: "a title", X: plot.Axis{Least: 1, Most: 100, Ticks: []float64{1, 100}}, Y: plot.Axis{Least: 0.1, Most: 10},
		Limits: []plot.Limit{{Name: "a limit", Value: 1}},
		Lines:  []plot.Line{{Colour: "red", Dashed: true, Points: []plot.Point{{1, 0.1}, {10, 1}, {100, 10}, {100, 0}}}},
	}}, plot.Key(70, "red", "a key")))
	for what, want := range map[string]string{
		"a line":      `<polyline fill="none" stroke="red" stroke-width="2" stroke-dasharray="6 4" points="70.0,310.0 260.0,180.0 450.0,50.0 450.0,310.0 "/>`,
		"a limit":     `<line x1="70" y1="180.0" x2="450" y2="180.0" stroke="#555" stroke-dasharray="2 3"/><text x="74" y="176.0" fill="#555">a limit</text>`,
		"a tick of X": `<text x="450.0" y="326" text-anchor="middle">100</text>`,
		"a tick of Y": `<text x="64" y="54.0" text-anchor="end">10</text>`,
		"a title":     `font-size="14">a title</text>`,
		"a key":       `stroke="red" stroke-width="2"/><text x="100" y="359">a key</text>`,
	} {
		if !strings.Contains(drawn, want) {
			t.Errorf("%s is missing: want %s in\n%s", what, want, drawn)
		}
	}
}

// TestLinear: a line a case: the axis ends at a round number that is not below the most, with up to five steps.
func TestLinear(t *testing.T) {
	for _, test := range []struct {
		most  float64
		ticks []float64
	}{
		{0.07, []float64{0, 0.02, 0.04, 0.06, 0.08}}, {1, []float64{0, 0.2, 0.4, 0.6, 0.8, 1}}, {1.9, []float64{0, 0.5, 1, 1.5, 2}},
		{599.8, []float64{0, 200, 400, 600}}, {491, []float64{0, 100, 200, 300, 400, 500}}, {0, []float64{0, 2e-10 * 1}},
	} {
		a := plot.Linear(test.most)
		if test.most > 0 && (!slices.Equal(a.Ticks, test.ticks) || a.Most != test.ticks[len(test.ticks)-1]) || len(a.Ticks) > 7 {
			t.Errorf("%v: %v", test.most, a.Ticks)
		}
	}
	drawn := string(plot.Draw([]plot.Panel{{Left: 70, X: plot.Linear(10), Y: plot.Linear(4), Lines: []plot.Line{{Colour: "red", Points: []plot.Point{{0, 0}, {5, 2}, {10, 4}, {10, -1}}}}}}, ""))
	if want := `points="70.0,310.0 260.0,180.0 450.0,50.0 450.0,310.0 "`; !strings.Contains(drawn, want) {
		t.Errorf("want %s in\n%s", want, drawn)
	}
}
