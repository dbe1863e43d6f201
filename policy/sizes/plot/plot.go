// Package plot draws panels with logarithmic or linear axes as SVG, for the plots that the tree's commands make.
package plot

import (
	"bytes"
	"fmt"
	"math"
)

// The size of a panel's frame, and where its top is.
const (
	Width, Height = 380.0, 260.0
	Top           = 50.0
)

// Panel is a frame with lines in it.
type Panel struct {
	Left   float64 // of the frame
	Title  string
	X, Y   Axis
	Limits []Limit // to be drawn across, behind the lines
	Lines  []Line
}

// Axis is a logarithmic one, or one that is linear from 0 on.
type Axis struct {
	Least, Most float64
	Ticks       []float64 // Y: nil means the powers of ten from Least on
	IsLinear    bool      // Least is 0
}

// Linear is an axis from 0 to some round number from most on.
func Linear(most float64) Axis {
	unit := math.Pow(10, math.Floor(math.Log10(math.Max(most, 1e-9))))
	for _, steps := range []float64{0.2, 0.5, 1, 2} {
		if most <= 5*steps*unit {
			unit *= steps
			break
		}
	}
	a := Axis{IsLinear: true, Ticks: []float64{0}}
	for n := 1.0; a.Most < most || n == 1; n++ {
		a.Most = math.Round(n*unit*1e9) / 1e9
		a.Ticks = append(a.Ticks, a.Most)
	}
	return a
}

// Limit is a value of Y with a name.
type Limit struct {
	Name  string
	Value float64
}

// Line goes through points.
type Line struct {
	Colour string
	Dashed bool
	Points []Point
}

// Point is one of a Line. What is below the axes' least is drawn there.
type Point struct{ X, Y float64 }

// Draw gives a picture 960 wide and 370 high with panels and a legend, which is SVG.
func Draw(panels []Panel, legend string) []byte {
	var b bytes.Buffer
	b.WriteString(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 960 370" font-family="sans-serif" font-size="12">` + "\n<rect width=\"960\" height=\"370\" fill=\"white\"/>\n")
	for _, p := range panels {
		p.draw(&b)
	}
	b.WriteString(legend + "</svg>\n")
	return b.Bytes()
}

// Key explains a line's colour, at some place below the panels.
func Key(x float64, colour, name string) string {
	return fmt.Sprintf(`<line x1="%g" y1="355" x2="%g" y2="355" stroke="%s" stroke-width="2"/><text x="%g" y="359">%s</text>`+"\n", x, x+24, colour, x+30, name)
}

// share is where on an axis a value is: 0 its least, 1 its most.
func (a Axis) share(value float64) float64 {
	if a.IsLinear {
		return math.Max(value, 0) / a.Most
	}
	return math.Log(math.Max(value, a.Least)/a.Least) / math.Log(a.Most/a.Least)
}

func (p Panel) x(value float64) float64 { return p.Left + Width*p.X.share(value) }

func (p Panel) y(value float64) float64 { return Top + Height*(1-p.Y.share(value)) }

func (p Panel) draw(b *bytes.Buffer) {
	fmt.Fprintf(b, `<text x="%g" y="30" font-size="14">%s</text><rect x="%g" y="%g" width="%g" height="%g" fill="none" stroke="#999"/>`+"\n", p.Left, p.Title, p.Left, Top, Width, Height)
	for _, value := range p.Y.ticks() {
		fmt.Fprintf(b, `<line x1="%g" y1="%.1f" x2="%g" y2="%.1f" stroke="#ddd"/><text x="%g" y="%.1f" text-anchor="end">%g</text>`+"\n", p.Left, p.y(value), p.Left+Width, p.y(value), p.Left-6, p.y(value)+4, value)
	}
	for _, value := range p.X.Ticks {
		fmt.Fprintf(b, `<text x="%.1f" y="%g" text-anchor="middle">%g</text>`+"\n", p.x(value), Top+Height+16, value)
	}
	for _, limit := range p.Limits {
		fmt.Fprintf(b, `<line x1="%g" y1="%.1f" x2="%g" y2="%.1f" stroke="#555" stroke-dasharray="2 3"/><text x="%g" y="%.1f" fill="#555">%s</text>`+"\n", p.Left, p.y(limit.Value), p.Left+Width, p.y(limit.Value), p.Left+4, p.y(limit.Value)-4, limit.Name)
	}
	for _, line := range p.Lines {
		dashes := ""
		if line.Dashed {
			dashes = ` stroke-dasharray="6 4"`
		}
		fmt.Fprintf(b, `<polyline fill="none" stroke="%s" stroke-width="2"%s points="`, line.Colour, dashes)
		for _, point := range line.Points {
			fmt.Fprintf(b, "%.1f,%.1f ", p.x(point.X), p.y(point.Y))
		}
		b.WriteString("\"/>\n")
	}
}

func (a Axis) ticks() []float64 {
	if a.Ticks != nil {
		return a.Ticks
	}
	var ticks []float64
	for value := a.Least; value <= a.Most; value *= 10 {
		ticks = append(ticks, value)
	}
	return ticks
}
