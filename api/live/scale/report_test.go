package scale_test

import (
	"fmt"
	"math"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"portcullis/policy/sizes/plot"
)

// size is a number of connections, how many changes show the most that can be done, and at which rates delays are looked at.
type size struct {
	connections, changes int
	rates                []float64
	colour               string
}

var sizes = []size{
	{100, 3000, []float64{0.1, 0.3, 1, 3, 10, 30, 100, 300}, "#2e8b57"},
	{10_000, 600, []float64{0.1, 0.3, 1, 3, 10, 20}, "#1b6ca8"},
	{1_000_000, 20, []float64{0.02, 0.05, 0.1, 0.15}, "#c0392b"},
}

// most is what is deployed at its most: all changes are there at the start.
type most struct {
	size
	result
}

func capacity(t *testing.T, s size) most {
	m := deployed(s.connections)
	m.changes = s.changes
	return most{s, simulate(t, m)}
}

func (m most) changesASecond() float64 {
	return m.messages / float64(messagesOf(deployed(m.connections)))
}

// row is that of the first table.
func (m most) row() string {
	each := func(n int) string { return digits(float64(n) / float64(m.changes)) }
	return fmt.Sprintf("| %s | %s | %s | %s | %s | %s | %s | %s | %s |", thousands(m.connections), thousands(m.connections/100), digits(m.changesASecond()), digits(m.messages),
		each(m.posts), each(m.queries), each(m.queryUnits), each(m.batchGets), each(m.nameUnits))
}

// lifted is a deployment of which one limit, or several, are higher.
var lifted = []struct {
	name string
	lift func(*model)
}{
	{"as deployed", func(*model) {}},
	{"128 calls at once in place of 32", func(m *model) { m.atOnce = 128 }},
	{"4,096 MB of memory in place of 1,024", func(m *model) { m.memory = 4096 }},
	{"both", func(m *model) { m.atOnce, m.memory = 128, 4096 }},
	{"4 batches at a time (shards, or parallelization factor)", func(m *model) { m.lanes = 4 }},
	{"the same, and 100,000 calls a second of the account", func(m *model) { m.lanes, m.calls = 4, 100_000 }},
	{"30,000 read units a second of a partition", func(m *model) { m.reads = 30_000 }},
	{"batches of 1,000 records", func(m *model) { m.batch = 1000 }},
	{"no check of revocations", func(m *model) { m.remembered = 0 }},
}

// The lines of the README between which the tables stand.
const (
	begin = "<!-- go test -run TestScale -update writes what follows -->\n"
	end   = "<!-- and ends here -->\n"
)

// write makes all runs.
func write(t *testing.T) {
	text, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	before, rest, found := strings.Cut(string(text), begin)
	_, after, ended := strings.Cut(rest, end)
	if !found || !ended {
		t.Fatalf("README.md: want the lines %q and %q", begin, end)
	}
	var b strings.Builder
	var all []most
	b.WriteString("\n| connections | have all changes | changes a second, at most | messages a second | messages a change | queries | their read units | BatchGetItem | their read units |\n" +
		"|---:|---:|---:|---:|---:|---:|---:|---:|---:|\n")
	for _, s := range sizes {
		m := capacity(t, s)
		all = append(all, m)
		b.WriteString(m.row() + "\n")
	}
	delays := plot.Panel{Left: 70, Title: "seconds from a change to its messages, over changes a second", X: decades(0.01, 1000), Y: decades(0.01, 100)}
	b.WriteString(delayed(t, all, &delays))
	b.WriteString(lifts(t))
	rates := plot.Panel{Left: 550, Title: "messages a second of a function, over calls at once", X: plot.Axis{Least: 4, Most: 256, Ticks: calls}, Y: decades(100, 1e5), Limits: []plot.Limit{{Name: "of the account: 10,000", Value: 10_000}}}
	b.WriteString(atOnce(t, &rates))
	b.WriteString(besides(t))
	var legend strings.Builder
	for i, s := range sizes {
		legend.WriteString(plot.Key(float64(70+150*i), s.colour, thousands(s.connections)+" connected"))
	}
	for i, memory := range memories {
		legend.WriteString(plot.Key(float64(550+100*i), memory.colour, thousands(memory.size)+" MB"))
	}
	svg := plot.Draw([]plot.Panel{delays, rates}, legend.String())
	for file, content := range map[string][]byte{"scale.svg": svg, "README.md": []byte(before + begin + b.String() + "\n" + end + after)} {
		if err := os.WriteFile(file, content, 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// delayed are the delays at rates, and what becomes of them near the most that can be done.
func delayed(t *testing.T, all []most, p *plot.Panel) string {
	var b strings.Builder
	b.WriteString("\n| connections | changes a second | of the most | half of the messages within | 99 of 100 | read units a change | of revocations |\n|---:|---:|---:|---:|---:|---:|---:|\n")
	for _, m := range all {
		half, most := plot.Line{Colour: m.colour, Dashed: true}, plot.Line{Colour: m.colour}
		for _, rate := range append(m.rates, 0.9*m.changesASecond(), 1.1*m.changesASecond()) {
			run := deployed(m.connections)
			run.rate, run.changes = rate, int(min(max(60*rate, 20), max(float64(4*m.changes), 3*60*rate)))
			r := simulate(t, run)
			half.Points = append(half.Points, plot.Point{X: rate, Y: r.p50.Seconds()})
			most.Points = append(most.Points, plot.Point{X: rate, Y: r.p99.Seconds()})
			grows := ""
			if rate > m.changesASecond() {
				grows = fmt.Sprintf(", and %s more each minute", seconds(time.Duration(float64(r.behind)*float64(time.Minute)/float64(span(run)))))
			}
			fmt.Fprintf(&b, "| %s | %s | %.0f %% | %s | %s%s | %s | %s |\n", thousands(m.connections), digits(rate), 100*rate/m.changesASecond(), seconds(r.p50), seconds(r.p99), grows,
				digits(float64(r.queryUnits)/float64(run.changes)), digits(float64(r.nameUnits)/float64(run.changes)))
		}
		p.Lines = append(p.Lines, half, most)
	}
	return b.String()
}

// lifts show which limit binds: where it is higher, more can be done.
func lifts(t *testing.T) string {
	var b strings.Builder
	b.WriteString("\n| changes a second, at most |")
	for _, s := range sizes {
		b.WriteString(" " + thousands(s.connections) + " |")
	}
	b.WriteString("\n|---|---:|---:|---:|\n")
	for _, l := range lifted {
		b.WriteString("| " + l.name + " |")
		for _, s := range sizes {
			m := deployed(s.connections)
			l.lift(&m)
			m.changes = s.changes * min(2, m.lanes)
			r := simulate(t, m)
			fmt.Fprintf(&b, " %s%s |", digits(r.messages/float64(messagesOf(m))), noted(r))
		}
		b.WriteString("\n")
	}
	return b.String()
}

// noted says what went wrong in a run.
func noted(r result) string {
	text := ""
	if r.refused > 0 {
		text += fmt.Sprintf(", %s %% of calls refused", digits(100*float64(r.refused)/float64(r.refused+r.posts)))
	}
	if r.deletes > 0 {
		text += fmt.Sprintf(", %s connections closed", thousands(r.deletes))
	}
	return text
}

var calls = []float64{4, 8, 16, 32, 64, 128, 256}

var memories = []struct {
	size   int
	colour string
}{{256, "#8e6bbf"}, {512, "#2e8b57"}, {1024, "#1b6ca8"}, {1769, "#c0392b"}}

// atOnce are the messages a second of one function, by its memory and its calls at once.
func atOnce(t *testing.T, p *plot.Panel) string {
	var b strings.Builder
	b.WriteString("\n| messages a second: calls at once |")
	for _, n := range calls {
		b.WriteString(" " + thousands(int(n)) + " |")
	}
	b.WriteString("\n|---:|" + strings.Repeat("---:|", len(calls)) + "\n")
	for _, memory := range memories {
		fmt.Fprintf(&b, "| %s MB |", thousands(memory.size))
		line := plot.Line{Colour: memory.colour}
		for _, n := range calls {
			m := deployed(10_000)
			m.changes, m.memory, m.atOnce = 200, memory.size, int(n)
			r := simulate(t, m)
			line.Points = append(line.Points, plot.Point{X: n, Y: r.messages})
			b.WriteString(" " + digits(r.messages) + " |")
		}
		p.Lines = append(p.Lines, line)
		b.WriteString("\n")
	}
	return b.String()
}

// besides is what becomes of a feed in an account that makes other calls too.
func besides(t *testing.T) string {
	var b strings.Builder
	b.WriteString("\n| other calls a second of the account | left | messages a second | refused, of the calls | connections closed, of 100 | records that came again |\n|---:|---:|---:|---:|---:|---:|\n")
	for _, others := range []float64{0, 7000, 8000, 9000, 9500, 9900} {
		m := deployed(10_000)
		m.changes, m.others = 300, others
		r := simulate(t, m)
		fmt.Fprintf(&b, "| %s | %s | %s | %s %% | %d | %s |\n", thousands(int(others)), thousands(int(m.calls-others)), digits(r.messages),
			digits(100*float64(r.refused)/float64(r.refused+r.posts)), r.deletes, thousands(r.again))
	}
	return b.String()
}

// decades is an axis of powers of ten.
func decades(least, most float64) plot.Axis {
	a := plot.Axis{Least: least, Most: most}
	for exponent := math.Round(math.Log10(least)); exponent <= math.Round(math.Log10(most)); exponent++ {
		a.Ticks = append(a.Ticks, math.Pow(10, exponent))
	}
	return a
}

// digits writes a number with two digits that count.
func digits(x float64) string {
	if x == 0 {
		return "0"
	}
	unit := math.Pow(10, math.Floor(math.Log10(x))-1)
	x = math.Round(x/unit) * unit
	if x >= 10 {
		return thousands(int(math.Round(x)))
	}
	return strconv.FormatFloat(x, 'g', 2, 64)
}

func seconds(d time.Duration) string { return digits(d.Seconds()) + " s" }

// thousands writes a number with commas.
func thousands(n int) string {
	if n < 1000 {
		return strconv.Itoa(n)
	}
	return fmt.Sprintf("%s,%03d", thousands(n/1000), n%1000)
}
