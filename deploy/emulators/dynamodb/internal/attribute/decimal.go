package attribute

import (
	"math/big"
	"regexp"
	"strconv"
	"strings"
	"sync"
)

// Decimal is a number of DynamoDB's as it prints it: without exponent, without zeros that say nothing, and without a
// sign before zero. It has at most 38 digits from its first to its last that is not zero, and is zero or from 1E-130
// to below 1E+126 in size (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.NamingRulesDataTypes.html#HowItWorks.DataTypes.Number).
type Decimal string

const (
	maxDigits   = 38
	maxExponent = 125
	minExponent = -130
	// finest is how many digits behind the point a Decimal can have.
	finest = -minExponent + maxDigits
)

var decimalPattern = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^([+-]?)([0-9]*)\.?([0-9]*)(?:[eE]([+-]?[0-9]+))?$`)
})

// ParseDecimal reads a number such as -12.50 or 1e3. Its errors are *Error.
// See https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.NamingRulesDataTypes.html#HowItWorks.DataTypes.Number.
func ParseDecimal(text string) (Decimal, error) {
	if text == "" {
		return "", &Error{"The parameter cannot be converted to a numeric value"}
	}
	parts := decimalPattern().FindStringSubmatch(text)
	if parts == nil || parts[2]+parts[3] == "" {
		return "", &Error{"The parameter cannot be converted to a numeric value: " + text}
	}
	fraction := parts[3]
	digits := strings.TrimLeft(parts[2]+fraction, "0")
	if digits == "" {
		return "0", nil
	}
	exponent, err := exponentOf(parts[4])
	if err != nil {
		return "", err
	}
	first := exponent + len(digits) - len(fraction) - 1 // the power of ten of the first digit
	digits = strings.TrimRight(digits, "0")
	if err := checkDecimal(first, len(digits)); err != nil {
		return "", err
	}
	sign := strings.TrimPrefix(parts[1], "+")
	return Decimal(sign + plain(digits, first)), nil
}

// exponentOf reads an exponent. One that no int holds is out of the range anyhow.
func exponentOf(text string) (int, error) {
	if text == "" {
		return 0, nil
	}
	exponent, err := strconv.ParseInt(text, 10, 32)
	if err != nil && text[0] == '-' {
		return 0, errUnderflow
	}
	if err != nil {
		return 0, errOverflow
	}
	return int(exponent), nil
}

var (
	errOverflow  = &Error{"Number overflow. Attempting to store a number with magnitude larger than supported range"}
	errUnderflow = &Error{"Number underflow. Attempting to store a number with magnitude smaller than supported range"}
)

func checkDecimal(first, digits int) error {
	switch {
	case first > maxExponent:
		return errOverflow
	case first < minExponent:
		return errUnderflow
	case digits > maxDigits:
		return &Error{"Attempting to store more than 38 significant digits in a Number"}
	}
	return nil
}

// plain writes digits, of which the first counts 10 to the power of first.
func plain(digits string, first int) string {
	whole := first + 1 // how many digits stand before the point
	switch {
	case whole <= 0:
		return "0." + strings.Repeat("0", -whole) + digits
	case whole >= len(digits):
		return digits + strings.Repeat("0", whole-len(digits))
	}
	return digits[:whole] + "." + digits[whole:]
}

func (d Decimal) rat() *big.Rat {
	r, ok := new(big.Rat).SetString(string(d))
	if !ok {
		return new(big.Rat)
	}
	return r
}

// Compare is below 0 where d is the smaller, 0 where they are equal, and above 0 where d is the larger.
func (d Decimal) Compare(other Decimal) int {
	if d == other {
		return 0
	}
	return d.rat().Cmp(other.rat())
}

// Add is d + other, or an *Error where that is no Decimal.
func (d Decimal) Add(other Decimal) (Decimal, error) {
	return ParseDecimal(new(big.Rat).Add(d.rat(), other.rat()).FloatString(finest))
}

// Subtract is d - other, or an *Error where that is no Decimal.
func (d Decimal) Subtract(other Decimal) (Decimal, error) {
	return ParseDecimal(new(big.Rat).Sub(d.rat(), other.rat()).FloatString(finest))
}
