package main

import (
	"strings"

	"portcullis/policy/sizes/plot"
)

var colours = map[string]string{"all": "#1b6ca8", "half": "#c0392b", "few": "#2e8b57", "one": "#8e6bbf"}

// draw plots bytes and times over operations, deep APIs with full lines and flat ones with dashes.
func draw(measured []series) []byte {
	over := plot.Axis{Least: 10, Most: 2100}
	for _, n := range operations {
		over.Ticks = append(over.Ticks, float64(n))
	}
	var legend strings.Builder
	for i, name := range callers {
		legend.WriteString(plot.Key(float64(70+110*i), colours[name], name))
	}
	legend.WriteString(`<text x="550" y="359">full lines: deep; dashes: flat</text>` + "\n")
	return plot.Draw([]plot.Panel{
		{
			Left: 70, Title: "bytes of the document", X: over, Y: plot.Axis{Least: 100, Most: 1e6}, Limits: []plot.Limit{{Name: "8 KB", Value: 8 << 10}, {Name: "256 KB", Value: 256 << 10}},
			Lines: lines(measured, func(d document) float64 { return float64(d.bytes) }),
		},
		{
			Left: 550, Title: "time to write it first, in µs", X: over, Y: plot.Axis{Least: 1, Most: 1e4},
			Lines: lines(measured, func(d document) float64 { return float64(d.first.Nanoseconds()) / 1e3 }),
		},
	}, legend.String())
}

func lines(measured []series, value func(document) float64) (all []plot.Line) {
	for i, s := range measured {
		for k, name := range callers {
			line := plot.Line{Colour: colours[name], Dashed: i == 0}
			for _, r := range s.rows {
				line.Points = append(line.Points, plot.Point{X: float64(r.operations), Y: value(r.documents[k])})
			}
			all = append(all, line)
		}
	}
	return all
}
