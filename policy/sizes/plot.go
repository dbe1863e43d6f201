package main

import (
	"bytes"
	"fmt"
	"math"
)

// panel is a plot with logarithmic axes.
type panel struct {
	left        float64
	title       string
	least, most float64 // of the values, powers of ten
	value       func(document) float64
	lines       map[string]float64 // limits to be drawn, by name
}

const (
	width, height = 380.0, 260.0
	top           = 50.0
)

var colours = map[string]string{"all": "#1b6ca8", "half": "#c0392b", "few": "#2e8b57", "one": "#8e6bbf"}

// plot draws bytes and times over operations, deep APIs with full lines and flat ones with dashes.
func plot(measured []series) []byte {
	var b bytes.Buffer
	b.WriteString(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 960 370" font-family="sans-serif" font-size="12">` + "\n<rect width=\"960\" height=\"370\" fill=\"white\"/>\n")
	panels := []panel{
		{left: 70, title: "bytes of the document", least: 100, most: 1e6, value: func(d document) float64 { return float64(d.bytes) }, lines: map[string]float64{"256 KB": 256 << 10, "8 KB": 8 << 10}},
		{left: 550, title: "time to write it first, in µs", least: 1, most: 1e4, value: func(d document) float64 { return float64(d.first.Nanoseconds()) / 1e3 }},
	}
	for _, p := range panels {
		p.draw(&b, measured)
	}
	for i, name := range callers {
		x := 70 + 110*i
		fmt.Fprintf(&b, `<line x1="%d" y1="355" x2="%d" y2="355" stroke="%s" stroke-width="2"/><text x="%d" y="359">%s</text>`+"\n", x, x+24, colours[name], x+30, name)
	}
	b.WriteString(`<text x="550" y="359">full lines: deep; dashes: flat</text>` + "\n</svg>\n")
	return b.Bytes()
}

func (p panel) x(operations float64) float64 {
	return p.left + width*math.Log(operations/10)/math.Log(2100.0/10)
}

func (p panel) y(value float64) float64 {
	return top + height*(1-math.Log(math.Max(value, p.least)/p.least)/math.Log(p.most/p.least))
}

func (p panel) draw(b *bytes.Buffer, measured []series) {
	fmt.Fprintf(b, `<text x="%g" y="30" font-size="14">%s</text><rect x="%g" y="%g" width="%g" height="%g" fill="none" stroke="#999"/>`+"\n", p.left, p.title, p.left, top, width, height)
	for value := p.least; value <= p.most; value *= 10 {
		fmt.Fprintf(b, `<line x1="%g" y1="%.1f" x2="%g" y2="%.1f" stroke="#ddd"/><text x="%g" y="%.1f" text-anchor="end">%g</text>`+"\n", p.left, p.y(value), p.left+width, p.y(value), p.left-6, p.y(value)+4, value)
	}
	for _, n := range operations {
		fmt.Fprintf(b, `<text x="%.1f" y="%g" text-anchor="middle">%d</text>`+"\n", p.x(float64(n)), top+height+16, n)
	}
	for _, name := range []string{"8 KB", "256 KB"} {
		if value, drawn := p.lines[name]; drawn {
			fmt.Fprintf(b, `<line x1="%g" y1="%.1f" x2="%g" y2="%.1f" stroke="#555" stroke-dasharray="2 3"/><text x="%g" y="%.1f" fill="#555">%s</text>`+"\n", p.left, p.y(value), p.left+width, p.y(value), p.left+4, p.y(value)-4, name)
		}
	}
	for i, s := range measured {
		dashes := ""
		if i == 0 {
			dashes = ` stroke-dasharray="6 4"`
		}
		for k, name := range callers {
			fmt.Fprintf(b, `<polyline fill="none" stroke="%s" stroke-width="2"%s points="`, colours[name], dashes)
			for _, r := range s.rows {
				fmt.Fprintf(b, "%.1f,%.1f ", p.x(float64(r.operations)), p.y(p.value(r.documents[k])))
			}
			b.WriteString("\"/>\n")
		}
	}
}
