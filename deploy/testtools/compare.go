package testtools

import (
	"os/exec"
	"slices"
	"testing"
)

// Wrk returns the path of wrk, a client that measures. It is an optional part: without it the benchmark skips, with CI=true too.
func Wrk(b *testing.B) string {
	b.Helper()
	wrk, err := exec.LookPath("wrk")
	if err != nil {
		skip(b, "wrk", "apt-get install wrk")
	}
	return wrk
}

// Compare reports what a benchmark found of two sides in rounds, in which each had its turn: the median of both sides' figures by the second,
// that of the peer under peer's name, and the ratio in the median, at least and at most.
func Compare(b *testing.B, what, peer string, ours, peers []float64) {
	ratios := make([]float64, len(ours))
	for i := range ratios {
		ratios[i] = ours[i] / peers[i]
	}
	b.ReportMetric(Median(ours), what+"/s")
	b.ReportMetric(Median(peers), peer+"-"+what+"/s")
	b.ReportMetric(Median(ratios), peer+"-"+what+"-ratio")
	b.ReportMetric(slices.Min(ratios), peer+"-"+what+"-ratio-min")
	b.ReportMetric(slices.Max(ratios), peer+"-"+what+"-ratio-max")
}

// Median is the one in the middle of figures, of which there is one at least.
func Median(all []float64) float64 { return slices.Sorted(slices.Values(all))[len(all)/2] }
