package policy

import (
	"strconv"
	"strings"
	"time"
)

// outcome is whether a statement's conditions hold; its zero value says that it cannot be told.
type outcome uint8

const (
	unclear outcome = iota
	notMet
	met
)

// gatewayKeys are the condition keys that API Gateway supplies, in lower case.
// See https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-lambda-authorizer-output.html.
var gatewayKeys = map[string]bool{
	"aws:currenttime": true, "aws:epochtime": true, "aws:referer": true, "aws:securetransport": true,
	"aws:sourcearn": true, "aws:sourceip": true, "aws:useragent": true,
}

// conditions evaluates all operators of the statement; all of them must hold. What is not understood, an
// operator, a key or a value, makes the outcome unclear.
func (s *Statement) conditions(keys map[string]string) outcome {
	result := met
	for operator, wants := range s.Condition {
		if len(wants) == 0 {
			result = unclear
		}
		for key, values := range wants {
			got, present := lookUp(keys, key)
			if !gatewayKeys[strings.ToLower(key)] {
				result = unclear
				continue
			}
			switch condition(operator, got, present, values) {
			case notMet:
				return notMet
			case unclear:
				result = unclear
			}
		}
	}
	return result
}

func lookUp(keys map[string]string, name string) (value string, present bool) {
	if value, present = keys[name]; present {
		return value, true
	}
	for key, value := range keys {
		if strings.EqualFold(key, name) {
			return value, true
		}
	}
	return "", false
}

// condition evaluates one operator over one key: any one of the values is enough. With the suffix IfExists
// an absent key satisfies it; otherwise an absent key fails it.
func condition(operator, got string, present bool, values []string) outcome {
	operator, ifExists := strings.CutSuffix(operator, "IfExists")
	compare, known := dateOperators[operator]
	switch {
	case !known:
		return unclear
	case !present && ifExists:
		return met
	case !present:
		return notMet
	}
	return compareDates(compare, got, values)
}

// dateOperators are the date operators of the policy language, by what they ask of got.Compare(want).
// See https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html.
var dateOperators = map[string]func(order int) bool{
	"DateEquals":            func(order int) bool { return order == 0 },
	"DateLessThan":          func(order int) bool { return order < 0 },
	"DateLessThanEquals":    func(order int) bool { return order <= 0 },
	"DateGreaterThan":       func(order int) bool { return order > 0 },
	"DateGreaterThanEquals": func(order int) bool { return order >= 0 },
}

func compareDates(compare func(int) bool, got string, values []string) outcome {
	gotTime, ok := parseDate(got)
	if !ok {
		return unclear
	}
	result := notMet
	for _, value := range values {
		want, ok := parseDate(value)
		switch {
		case !ok:
			result = unclear
		case compare(gotTime.Compare(want)):
			return met
		}
	}
	return result
}

// parseDate reads a date as IAM does: ISO 8601 in the W3C profile, or seconds since 1970.
func parseDate(text string) (time.Time, bool) {
	if seconds, err := strconv.ParseInt(text, 10, 64); err == nil {
		return time.Unix(seconds, 0), true
	}
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04Z07:00", "2006-01-02"} {
		if t, err := time.Parse(layout, text); err == nil {
			return t, true
		}
	}
	return time.Time{}, false
}
