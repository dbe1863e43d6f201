package openapi

import (
	"encoding/json"
	"math"
	"math/big"
)

// bounds are those of a number.
type bounds struct {
	from, to         *big.Rat // nil: none
	fromOpen, toOpen bool     // the bound itself is none of the numbers
	step             *big.Rat // multipleOf; nil: any
}

// there tells whether there is one.
func (b bounds) there() bool { return b.from != nil || b.to != nil || b.step != nil }

// add adds what a schema says: exclusive bounds are numbers of their own, or in OpenAPI 3.0 say how the others are meant.
func (b *bounds) add(object map[string]any) {
	if n := rational(object["minimum"]); n != nil && (b.from == nil || n.Cmp(b.from) > 0) {
		b.from, b.fromOpen = n, object["exclusiveMinimum"] == true
	}
	if n := rational(object["maximum"]); n != nil && (b.to == nil || n.Cmp(b.to) < 0) {
		b.to, b.toOpen = n, object["exclusiveMaximum"] == true
	}
	if n := rational(object["exclusiveMinimum"]); n != nil && (b.from == nil || n.Cmp(b.from) >= 0) {
		b.from, b.fromOpen = n, true
	}
	if n := rational(object["exclusiveMaximum"]); n != nil && (b.to == nil || n.Cmp(b.to) <= 0) {
		b.to, b.toOpen = n, true
	}
	if n := rational(object["multipleOf"]); n != nil && n.Sign() > 0 {
		b.step = n
	}
}

// rational reads a number of a document; nil: it is none, or one that is too far from 0 to be written out.
func rational(value any) *big.Rat {
	number, is := value.(json.Number)
	if !is {
		return nil
	}
	if size, err := number.Float64(); err != nil || math.Abs(size) > 1e18 || size != 0 && math.Abs(size) < 1e-18 {
		return nil
	}
	n, ok := new(big.Rat).SetString(string(number))
	if !ok {
		return nil
	}
	return n
}

// number makes a number: the first of those that are allowed from 1 on, or else the last one below that; further ones for further seeds.
func (s together) number(seed int) (any, bool) {
	b, step := s.bounds, s.bounds.step
	if step == nil && s.kind() == "integer" {
		step = big.NewRat(1, 1)
	}
	if s.kind() == "integer" && !step.IsInt() {
		step = new(big.Rat).SetInt(step.Num()) // a multiple of both 1 and it
	}
	n := big.NewRat(1, 1)
	switch between := b.from != nil && b.to != nil; {
	case step != nil && b.from != nil && b.from.Cmp(n) > 0:
		n = multiple(b.from, step, b.fromOpen)
	case step != nil && b.to != nil && b.to.Cmp(n) < 0:
		n = multipleBelow(b.to, step, b.toOpen)
	case step != nil:
		n = multiple(n, step, false)
		if b.to != nil && n.Cmp(b.to) > 0 {
			n = multipleBelow(b.to, step, b.toOpen)
		}
	case between && (n.Cmp(b.from) <= 0 || n.Cmp(b.to) >= 0):
		n = new(big.Rat).Quo(new(big.Rat).Add(b.from, b.to), big.NewRat(2, 1))
	case b.from != nil && n.Cmp(b.from) <= 0:
		n = new(big.Rat).Add(b.from, n)
	case b.to != nil && n.Cmp(b.to) >= 0:
		n = new(big.Rat).Sub(b.to, n)
	}
	if seed > 0 {
		further := big.NewRat(1, 1)
		if step != nil {
			further = step
		}
		n = new(big.Rat).Add(n, new(big.Rat).Mul(further, big.NewRat(int64(seed), 1)))
	}
	digits, exact := n.FloatPrec()
	if !exact {
		digits = 6
	}
	return json.Number(n.FloatString(digits)), true
}

// multiple is the first multiple of a step from a number on, or behind it.
func multiple(from, step *big.Rat, open bool) *big.Rat {
	times := new(big.Rat).Quo(from, step)
	whole := new(big.Int).Quo(times.Num(), times.Denom())
	for _, more := range []int64{-1, 0, 1, 2} {
		n := new(big.Rat).Mul(step, new(big.Rat).SetInt(new(big.Int).Add(whole, big.NewInt(more))))
		if order := n.Cmp(from); order > 0 || order == 0 && !open {
			return n
		}
	}
	return from
}

// multipleBelow is the last one up to a number, or before it.
func multipleBelow(to, step *big.Rat, open bool) *big.Rat {
	n := multiple(new(big.Rat).Neg(to), step, open)
	return n.Neg(n)
}
