package soak_test

import (
	"fmt"
	"maps"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"

	"portcullis/policy/sizes/plot"
)

// form is where the desk has its functions, by which what comes of a run is kept.
type form struct {
	begin, end string // the lines of the README between which the figures stand
	prefix     string // of the names of files
}

// formOf is that of a run.
func formOf(inProcess bool) form {
	if inProcess {
		return form{"<!-- go test -run TestSoak -in-process -update writes what follows -->\n", "<!-- and what -in-process writes ends here -->\n", "in-process-"}
	}
	return form{"<!-- go test -run TestSoak -update writes what follows -->\n", "<!-- and ends here -->\n", ""}
}

// summary tells what was called, and what came of it.
func (r *run) summary() string {
	took := r.last.at.Sub(r.first.at).Seconds()
	all := r.last.since(r.first, r.start)
	half := r.last.since(r.middle(), r.start)
	of := func(status int) int64 { return r.last.statuses[status] - r.first.statuses[status] }
	var b strings.Builder
	line := func(what, format string, values ...any) {
		fmt.Fprintf(&b, "| %s | %s |\n", what, fmt.Sprintf(format, values...))
	}
	b.WriteString("\n| | |\n|---|---|\n")
	line("time", "%s s", thousands(int64(took)))
	line("distinct tokens", "%s of %d issuers, %s a second", thousands(r.last.tokens), issuerCount, thousands(int64(all.fresh)))
	line("answers", "%s, %s a second: %s of 200, %s of 401, %s of 403, %s others", thousands(int64(all.answers*took)), thousands(int64(all.answers)),
		thousands(of(200)), thousands(of(401)), thousands(of(403)), thousands(int64(all.failed*took+0.5)))
	line("wrong answers", "%s", thousands(int64(r.tally.wrongs())))
	line("half of the answers, and 99 of 100, within", "%g ms, %g ms", all.p50, all.p99)
	line("the gateway had a policy, where it keeps any", "%.0f %% of the requests; what it has are at most 10,000 in each mode", all.policies)
	line("the function that is asked each time knew the token, and the API key", "%.0f %%, %.0f %%", all.memory, all.keys)
	line("key sets fetched", "%s, with %s rotations: %.1f for each", thousands(r.last.fetches), thousands(r.last.rotations), float64(r.last.fetches)/float64(max(r.last.rotations, 1)))
	line("refused for a key that was seconds old, as is documented", "%s", thousands(r.last.early))
	line("tokens revoked, keys changed", "%s, %s", thousands(r.last.revocations), thousands(r.last.keyChanges))
	for _, name := range slices.Sorted(maps.Keys(r.watch.checked)) {
		line("asked for at its time: "+name, "%s times, each %d calls", thousands(int64(r.watch.checked[name])), atOnce)
	}
	line("memory of the desk, at the end", "%.0f MB", r.rows[len(r.rows)-1].desk)
	line("the same, in the middle", "%.0f MB", r.middleRow().desk)
	if !*inProcess {
		line("memory of all functions, at the end and in the middle", "%.0f MB of %d processes, %.0f MB", r.rows[len(r.rows)-1].functions, r.last.processes-2, r.middleRow().functions)
	}
	line("processors: desk, functions, client, other programs", "%.2f, %.2f, %.2f, %.2f of %d", all.deskCPU, all.functionsCPU, all.clientCPU, all.othersCPU, runtime.NumCPU())
	line("answers a second for each processor that these three had", "%s", thousands(int64(all.answers/max(all.deskCPU+all.functionsCPU+all.clientCPU, 0.01))))
	line("answers a second, of the second half by the whole", "%.2f", half.answers/max(all.answers, 0.01))
	line("the machine", "%s, load average %.1f at the start and %.1f at the end, %s", processor(), r.rows[0].load, r.last.load, r.start.UTC().Format("2006-01-02 15:04 UTC"))
	b.WriteString("\n")
	return b.String()
}

func (r *run) middleRow() row { return r.rows[len(r.rows)/2] }

// middle is what had been counted in the middle.
func (r *run) middle() *counts { return r.taken[len(r.taken)/2] }

// processor is what the machine calls its own.
func processor() string {
	text, _ := os.ReadFile("/proc/cpuinfo")
	_, name, _ := strings.Cut(string(text), "model name")
	name, _, _ = strings.Cut(strings.TrimLeft(name, "\t :"), "\n")
	if commit, err := exec.Command("git", "rev-parse", "--short", "HEAD").Output(); err == nil {
		return fmt.Sprintf("%d × %s, %s, at %s", runtime.NumCPU(), name, runtime.Version(), strings.TrimSpace(string(commit)))
	}
	return fmt.Sprintf("%d × %s, %s", runtime.NumCPU(), name, runtime.Version())
}

// write writes the table, the plots and the README's figures.
func (r *run) write(t *testing.T) {
	f := formOf(*inProcess)
	text, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	before, rest, found := strings.Cut(string(text), f.begin)
	_, after, ended := strings.Cut(rest, f.end)
	if !found || !ended {
		t.Fatalf("README.md: want the lines %q and %q", f.begin, f.end)
	}
	for file, content := range map[string][]byte{
		"README.md": []byte(before + f.begin + r.summary() + f.end + after), f.prefix + "soak.csv": table(r.rows),
		f.prefix + "answers.svg": r.answersPlot(), f.prefix + "caches.svg": r.cachesPlot(),
	} {
		if err := os.WriteFile(file, content, 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// series is a line of a plot.
type series struct {
	name, colour string
	of           func(row) float64
}

func (r *run) answersPlot() []byte {
	return r.draw(
		"answers a second, over seconds", []series{
			{"answers", "#1b6ca8", func(r row) float64 { return r.answers }}, {"200", "#2e8b57", func(r row) float64 { return r.ok }},
			{"401, 403", "#c0392b", func(r row) float64 { return r.denied }}, {"new tokens", "#8e6bbf", func(r row) float64 { return r.fresh }},
		},
		"megabytes in RAM, over seconds", []series{
			{"desk", "#1b6ca8", func(r row) float64 { return r.desk }}, {"functions", "#c0392b", func(r row) float64 { return r.functions }},
			{"client", "#999999", func(r row) float64 { return r.client }},
		})
}

func (r *run) cachesPlot() []byte {
	return r.draw(
		"what was known already, in percent, over seconds", []series{
			{"policy", "#1b6ca8", func(r row) float64 { return r.policies }}, {"token", "#2e8b57", func(r row) float64 { return r.memory }},
			{"API key", "#c0392b", func(r row) float64 { return r.keys }},
		},
		"processors used, over seconds", []series{
			{"desk", "#1b6ca8", func(r row) float64 { return r.deskCPU }}, {"functions", "#c0392b", func(r row) float64 { return r.functionsCPU }},
			{"client", "#8e6bbf", func(r row) float64 { return r.clientCPU }}, {"others", "#999999", func(r row) float64 { return r.othersCPU }},
		})
}

// draw draws two panels over the time.
func (r *run) draw(left string, ofLeft []series, right string, ofRight []series) []byte {
	var legend strings.Builder
	panels := []plot.Panel{r.panel(70, left, ofLeft, &legend), r.panel(550, right, ofRight, &legend)}
	return plot.Draw(panels, legend.String())
}

func (r *run) panel(at float64, title string, all []series, legend *strings.Builder) plot.Panel {
	most := 0.0
	lines := make([]plot.Line, len(all))
	for i, s := range all {
		lines[i].Colour = s.colour
		for _, row := range r.rows {
			lines[i].Points = append(lines[i].Points, plot.Point{X: row.seconds, Y: s.of(row)})
			most = max(most, s.of(row))
		}
		legend.WriteString(plot.Key(at+float64(i)*105, s.colour, s.name))
	}
	return plot.Panel{Left: at, Title: title, X: plot.Linear(r.rows[len(r.rows)-1].seconds), Y: plot.Linear(most), Lines: lines}
}

// thousands writes a number with commas.
func thousands(n int64) string {
	if n < 1000 {
		return strconv.FormatInt(n, 10)
	}
	return fmt.Sprintf("%s,%03d", thousands(n/1000), n%1000)
}
