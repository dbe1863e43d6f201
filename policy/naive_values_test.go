package policy_test

import (
	"math/big"
	"net"
	"regexp"
	"strings"
	"time"
)

func naiveValues(kind, relation, ignoreCase, got string, values []string) string {
	var truths []string
	for _, want := range values {
		truths = append(truths, naiveValue(kind, relation, ignoreCase, got, want))
	}
	return naiveAny(truths, func(t string) string { return t })
}

func naiveValue(kind, relation, ignoreCase, got, want string) string {
	switch {
	case kind == "String" && relation == "Like":
		return naivePattern(want, got)
	case kind == "String":
		want = naiveEscape.ReplaceAllStringFunc(want, func(escape string) string { return escape[2:3] })
		return truth(got == want || ignoreCase != "" && strings.EqualFold(got, want))
	case kind == "Arn":
		return naiveARN(got, want)
	case kind == "Bool":
		got, want = strings.ToLower(got), strings.ToLower(want)
		if got != "true" && got != "false" || want != "true" && want != "false" {
			return unclear
		}
		return truth(got == want)
	case kind == "IpAddress" || kind == "NotIpAddress":
		return naiveNetwork(got, want)
	}
	a, b := naiveNumber(got), naiveNumber(want)
	if kind == "Date" {
		a, b = naiveDate(got), naiveDate(want)
	}
	if a == nil || b == nil {
		return unclear
	}
	order := a.Cmp(b)
	return truth(map[string]bool{
		"Equals": order == 0, "LessThan": order < 0, "LessThanEquals": order <= 0,
		"GreaterThan": order > 0, "GreaterThanEquals": order >= 0,
	}[relation])
}

func naiveARN(got, want string) string {
	a, b := strings.Split(got, ":"), strings.Split(want, ":")
	if len(a) < 6 || len(b) < 6 || a[0] != "arn" {
		return unclear
	}
	a, b = append(a[:5:5], strings.Join(a[5:], ":")), append(b[:5:5], strings.Join(b[5:], ":"))
	for i := range a {
		if t := naivePattern(b[i], a[i]); t != met {
			return t
		}
	}
	return met
}

func naiveNetwork(got, want string) string {
	address := net.ParseIP(got)
	if !strings.Contains(want, "/") {
		want += map[bool]string{true: "/128", false: "/32"}[strings.Contains(want, ":")]
	}
	from, network, err := net.ParseCIDR(want)
	if address == nil || err != nil || strings.Contains(want, ":") && from.To4() != nil || strings.Contains(want, "/0") && !strings.HasSuffix(want, "/0") {
		return unclear
	}
	return truth(network.Contains(address))
}

func naiveNumber(text string) *big.Rat {
	if len(text) > 64 || !regexp.MustCompile(`^[+-]?[0-9]+(\.[0-9]+)?$`).MatchString(text) {
		return nil
	}
	number, _ := new(big.Rat).SetString(text)
	return number
}

var naiveW3C = regexp.MustCompile(`^(\d{4}-\d\d)(-\d\d)?(T\d\d:\d\d)?(:\d\d)?(\.\d+)?(Z|[+-]\d\d:\d\d)?$`)

// naiveDate gives nanoseconds since 1970, having filled in what the text leaves out.
func naiveDate(text string) *big.Rat {
	if regexp.MustCompile(`^[0-9]+$`).MatchString(text) {
		seconds := naiveNumber(text)
		if len(text) == 4 || seconds == nil || seconds.Cmp(big.NewRat(253402300799, 1)) > 0 {
			return nil
		}
		return seconds.Mul(seconds, big.NewRat(1e9, 1))
	}
	p := naiveW3C.FindStringSubmatch(text)
	switch {
	case p == nil, p[3] != "" && (p[2] == "" || p[6] == ""), p[3] == "" && p[4]+p[5]+p[6] != "", p[4] == "" && p[5] != "":
		return nil
	}
	for i, filling := range map[int]string{2: "-01", 3: "T00:00", 4: ":00", 6: "Z"} {
		if p[i] == "" {
			p[i] = filling
		}
	}
	t, err := time.Parse(time.RFC3339Nano, strings.Join(p[1:], ""))
	if err != nil {
		return nil
	}
	nanoseconds := new(big.Rat).Mul(big.NewRat(t.Unix(), 1), big.NewRat(1e9, 1))
	return nanoseconds.Add(nanoseconds, big.NewRat(int64(t.Nanosecond()), 1))
}
