package policy_test

import (
	"strings"
	"testing"

	"portcullis/policy"
)

// What a condition can come to.
const (
	met     = "met"
	notMet  = "not met"
	unclear = "unclear" // an Allow with it does not match, a Deny does
)

type strs = policy.Strings

// absent is the value of a key that the request has not got.
const absent = "\x00"

type conditionCase struct {
	operator, key, got string
	values             policy.Strings
	want               string
}

// Pages are of https://docs.aws.amazon.com/IAM/latest/UserGuide/.
var conditionCases = []conditionCase{
	// reference_policies_elements_condition_operators.html#Conditions_String
	{"StringEquals", "aws:UserAgent", "a", strs{"a"}, met},
	{"StringEquals", "aws:UserAgent", "A", strs{"a"}, notMet},
	{"StringEquals", "aws:UserAgent", "ab", strs{"a*"}, notMet}, // no wildcards
	{"StringEquals", "aws:UserAgent", "b", strs{"a", "b"}, met},
	{"StringEquals", "aws:UserAgent", "c", strs{"a", "b"}, notMet},
	{"StringEquals", "aws:UserAgent", "", strs{""}, met},
	{"StringEquals", "aws:UserAgent", absent, strs{"a"}, notMet},
	{"StringEquals", "aws:UserAgent", absent, strs{""}, notMet},
	{"StringNotEquals", "aws:UserAgent", "a", strs{"a"}, notMet},
	{"StringNotEquals", "aws:UserAgent", "A", strs{"a"}, met},
	{"StringNotEquals", "aws:UserAgent", absent, strs{"a"}, met}, // "Important", at the page's head
	{"StringEqualsIgnoreCase", "aws:UserAgent", "JohnDoe", strs{"johndoe"}, met},
	{"StringEqualsIgnoreCase", "aws:UserAgent", "John", strs{"johndoe"}, notMet},
	{"StringEqualsIgnoreCase", "aws:UserAgent", absent, strs{"a"}, notMet},
	{"StringNotEqualsIgnoreCase", "aws:UserAgent", "JohnDoe", strs{"johndoe"}, notMet},
	{"StringNotEqualsIgnoreCase", "aws:UserAgent", "John", strs{"johndoe"}, met},
	{"StringNotEqualsIgnoreCase", "aws:UserAgent", absent, strs{"a"}, met},
	{"StringLike", "aws:Referer", "https://example.com/a/b", strs{"https://example.com/*"}, met},
	{"StringLike", "aws:Referer", "https://example.com/a", strs{"https://example.com/?"}, met},
	{"StringLike", "aws:Referer", "https://example.com/ab", strs{"https://example.com/?"}, notMet},
	{"StringLike", "aws:Referer", "https://example.com/", strs{"https://example.com"}, notMet}, // "You must specify wildcards"
	{"StringLike", "aws:Referer", "https://EXAMPLE.com/", strs{"https://example.com/*"}, notMet},
	{"StringLike", "aws:Referer", "", strs{"*"}, met},
	{"StringLike", "aws:Referer", absent, strs{"*"}, notMet},
	{"StringNotLike", "aws:Referer", "https://example.com/a", strs{"https://example.com/*"}, notMet},
	{"StringNotLike", "aws:Referer", "https://example.org/a", strs{"https://example.com/*"}, met},
	{"StringNotLike", "aws:Referer", absent, strs{"*"}, met},

	// reference_policies_elements_condition_operators.html#Conditions_Numeric
	{"NumericEquals", "aws:EpochTime", "10", strs{"10.0"}, met},
	{"NumericEquals", "aws:EpochTime", "9007199254740993", strs{"9007199254740992"}, notMet}, // as exactly as written
	{"NumericEquals", "aws:EpochTime", "-1.5", strs{"-1.50"}, met},
	{"NumericEquals", "aws:EpochTime", absent, strs{"10"}, notMet},
	{"NumericNotEquals", "aws:EpochTime", "10", strs{"10.0"}, notMet},
	{"NumericNotEquals", "aws:EpochTime", "11", strs{"10"}, met},
	{"NumericNotEquals", "aws:EpochTime", absent, strs{"10"}, met},
	{"NumericLessThan", "aws:EpochTime", "9", strs{"10"}, met},
	{"NumericLessThan", "aws:EpochTime", "10", strs{"10"}, notMet},
	{"NumericLessThanEquals", "aws:EpochTime", "10", strs{"10"}, met},
	{"NumericLessThanEquals", "aws:EpochTime", "10.1", strs{"10"}, notMet},
	{"NumericGreaterThan", "aws:EpochTime", "10.1", strs{"10"}, met},
	{"NumericGreaterThan", "aws:EpochTime", "10", strs{"10"}, notMet},
	{"NumericGreaterThanEquals", "aws:EpochTime", "10", strs{"10"}, met},
	{"NumericGreaterThanEquals", "aws:EpochTime", "9", strs{"10"}, notMet},
	{"NumericGreaterThanEquals", "aws:EpochTime", "9", strs{"10", "8"}, met},
	{"NumericLessThan", "aws:EpochTime", "9", strs{"ten"}, unclear},
	{"NumericLessThan", "aws:EpochTime", "nine", strs{"10"}, unclear},
	{"NumericLessThan", "aws:EpochTime", "9", strs{"1e1"}, unclear},
	{"NumericLessThan", "aws:EpochTime", "9", strs{"100/10"}, unclear},
	{"NumericLessThan", "aws:EpochTime", "9", strs{"0x10"}, unclear},
	{"NumericLessThan", "aws:EpochTime", "9", strs{"+-10"}, unclear},
	{"NumericLessThan", "aws:EpochTime", "9", strs{"10."}, unclear},
	{"NumericLessThan", "aws:EpochTime", "9", strs{""}, unclear},
	{"NumericLessThan", "aws:EpochTime", "9", strs{strings.Repeat("9", 65)}, unclear},
	{"NumericNotEquals", "aws:EpochTime", "9", strs{"10", "ten"}, unclear},
	{"NumericNotEquals", "aws:EpochTime", "9", strs{"9", "ten"}, notMet},

	// reference_policies_elements_condition_operators.html#Conditions_Date
	{"DateEquals", "aws:CurrentTime", "2030-01-01T00:00:00Z", strs{"2030-01-01T01:00:00+01:00"}, met},
	{"DateEquals", "aws:CurrentTime", "2030-01-01T00:00:00Z", strs{"1893456000"}, met}, // seconds since 1970
	{"DateEquals", "aws:EpochTime", "1893456000", strs{"2030-01-01"}, met},
	{"DateEquals", "aws:CurrentTime", "2030-01-01T00:00:00Z", strs{"2030-01"}, met},
	{"DateEquals", "aws:CurrentTime", "2030-01-01T00:00:00Z", strs{"2030-01-01T00:00Z"}, met},
	{"DateEquals", "aws:CurrentTime", "2030-01-01T00:00:00Z", strs{"2030-01-01T00:00:00.000Z"}, met},
	{"DateEquals", "aws:CurrentTime", "2030-01-01T00:00:00Z", strs{"2030-01-01T00:00:00.1Z"}, notMet},
	{"DateEquals", "aws:CurrentTime", absent, strs{"2030-01-01"}, notMet},
	{"DateNotEquals", "aws:CurrentTime", "2030-01-01T00:00:00Z", strs{"2030-01-01"}, notMet},
	{"DateNotEquals", "aws:CurrentTime", "2030-01-01T00:00:01Z", strs{"2030-01-01"}, met},
	{"DateNotEquals", "aws:CurrentTime", absent, strs{"2030-01-01"}, met},
	{"DateLessThan", "aws:CurrentTime", "2029-12-31T23:59:59Z", strs{"2030-01-01T00:00:00Z"}, met},
	{"DateLessThan", "aws:CurrentTime", "2030-01-01T00:00:00Z", strs{"2030-01-01T00:00:00Z"}, notMet},
	{"DateLessThan", "aws:CurrentTime", absent, strs{"2030-01-01T00:00:00Z"}, notMet},
	{"DateLessThanEquals", "aws:CurrentTime", "2030-01-01T00:00:00Z", strs{"2030-01-01T00:00:00Z"}, met},
	{"DateLessThanEquals", "aws:CurrentTime", "2030-01-01T00:00:01Z", strs{"2030-01-01T00:00:00Z"}, notMet},
	{"DateGreaterThan", "aws:CurrentTime", "2020-01-01T00:00:02Z", strs{"2020-01-01T00:00:01Z"}, met},
	{"DateGreaterThan", "aws:CurrentTime", "2020-01-01T00:00:01Z", strs{"2020-01-01T00:00:01Z"}, notMet},
	{"DateGreaterThanEquals", "aws:CurrentTime", "2020-01-01T00:00:01Z", strs{"2020-01-01T00:00:01Z"}, met},
	{"DateGreaterThanEquals", "aws:CurrentTime", "2020-01-01T00:00:00Z", strs{"2020-01-01T00:00:01Z"}, notMet},
	{"DateLessThan", "aws:CurrentTime", "2029-01-01T00:00:00Z", strs{"2030"}, unclear},                   // a year, or half past twelve in 1970
	{"DateGreaterThan", "aws:CurrentTime", "2029-01-01T00:00:00Z", strs{"9223372036854775807"}, unclear}, // no date
	{"DateLessThan", "aws:CurrentTime", "2029-01-01T00:00:00Z", strs{"1893456000000"}, unclear},          // milliseconds
	{"DateLessThan", "aws:CurrentTime", "2029-01-01T00:00:00Z", strs{"2030-01-01T00:00:00"}, unclear},    // no zone
	{"DateLessThan", "aws:CurrentTime", "2029-01-01T00:00:00Z", strs{"2030-1-1"}, unclear},
	{"DateLessThan", "aws:CurrentTime", "2029-01-01T00:00:00Z", strs{"2030-01-01T0:00+01:00"}, unclear},
	{"DateLessThan", "aws:CurrentTime", "2029-01-01T00:00:00Z", strs{"2030-01-01T00:00:00,5Z"}, unclear},
	{"DateLessThan", "aws:CurrentTime", "2029-01-01T00:00:00Z", strs{"2030-02-30"}, unclear},
	{"DateLessThan", "aws:CurrentTime", "2029-01-01T00:00:00Z", strs{"2030-*"}, unclear}, // "Wildcards are not permitted"
	{"DateLessThan", "aws:CurrentTime", "2029-01-01T00:00:00Z", strs{"20300101T000000Z"}, unclear},
	{"DateLessThan", "aws:CurrentTime", "now", strs{"2030-01-01"}, unclear},
	{"DateLessThan", "aws:CurrentTime", "2029-01-01T00:00:00Z", strs{"soon", "2030-01-01"}, met},
	{"DateNotEquals", "aws:CurrentTime", "2029-01-01T00:00:00Z", strs{"soon", "2030-01-01"}, unclear},

	// reference_policies_elements_condition_operators.html#Conditions_Boolean
	{"Bool", "aws:SecureTransport", "true", strs{"true"}, met},
	{"Bool", "aws:SecureTransport", "true", strs{"True"}, met},
	{"Bool", "aws:SecureTransport", "FALSE", strs{"false"}, met},
	{"Bool", "aws:SecureTransport", "true", strs{"false"}, notMet},
	{"Bool", "aws:SecureTransport", absent, strs{"false"}, notMet},
	{"Bool", "aws:SecureTransport", "true", strs{"1"}, unclear},
	{"Bool", "aws:SecureTransport", "yes", strs{"true"}, unclear},

	// reference_policies_elements_condition_operators.html#Conditions_IPAddress
	{"IpAddress", "aws:SourceIp", "203.0.113.255", strs{"203.0.113.0/24"}, met},
	{"IpAddress", "aws:SourceIp", "203.0.114.0", strs{"203.0.113.0/24"}, notMet},
	{"IpAddress", "aws:SourceIp", "203.0.113.7", strs{"203.0.113.7"}, met}, // "IAM uses the default prefix value of /32"
	{"IpAddress", "aws:SourceIp", "203.0.113.8", strs{"203.0.113.7"}, notMet},
	{"IpAddress", "aws:SourceIp", "203.0.113.8", strs{"203.0.113.7/24"}, met}, // bits beyond the prefix do not count
	{"IpAddress", "aws:SourceIp", "203.0.113.8", strs{"0.0.0.0/0"}, met},
	{"IpAddress", "aws:SourceIp", "2001:db8:1234:5678::1", strs{"203.0.113.0/24", "2001:DB8:1234:5678::/64"}, met},
	{"IpAddress", "aws:SourceIp", "2001:db8:1234:5679::1", strs{"203.0.113.0/24", "2001:DB8:1234:5678::/64"}, notMet},
	{"IpAddress", "aws:SourceIp", "2001:db8::1", strs{"2001:db8:0:0:0:0:0:1"}, met},
	{"IpAddress", "aws:SourceIp", "2001:db8::2", strs{"2001:db8::1"}, notMet},
	{"IpAddress", "aws:SourceIp", "203.0.113.8", strs{"::/0"}, notMet},
	{"IpAddress", "aws:SourceIp", "::1", strs{"0.0.0.0/0"}, notMet},
	{"IpAddress", "aws:SourceIp", "::ffff:203.0.113.8", strs{"203.0.113.0/24"}, met}, // the same address
	{"IpAddress", "aws:SourceIp", absent, strs{"0.0.0.0/0"}, notMet},
	{"NotIpAddress", "aws:SourceIp", "203.0.113.8", strs{"203.0.113.0/24"}, notMet},
	{"NotIpAddress", "aws:SourceIp", "203.0.114.8", strs{"203.0.113.0/24"}, met},
	{"NotIpAddress", "aws:SourceIp", "203.0.114.8", strs{"203.0.113.0/24", "203.0.114.0/24"}, notMet},
	{"NotIpAddress", "aws:SourceIp", "::1", strs{"0.0.0.0/0"}, met},
	{"NotIpAddress", "aws:SourceIp", absent, strs{"0.0.0.0/0"}, met},
	{"IpAddress", "aws:SourceIp", "203.0.113.8", strs{"203.0.113.*"}, unclear},
	{"IpAddress", "aws:SourceIp", "203.0.113.8", strs{"203.0.113.0/33"}, unclear},
	{"IpAddress", "aws:SourceIp", "203.0.113.8", strs{"203.0.113.0/024"}, unclear},
	{"IpAddress", "aws:SourceIp", "203.0.113.8", strs{"::ffff:203.0.113.0/120"}, unclear},
	{"IpAddress", "aws:SourceIp", "203.0.113.08", strs{"203.0.113.0/24"}, unclear},
	{"IpAddress", "aws:SourceIp", "fe80::1%eth0", strs{"fe80::/10"}, unclear},
	{"IpAddress", "aws:SourceIp", "fe80::1", strs{"fe80::1%eth0"}, unclear},
	{"NotIpAddress", "aws:SourceIp", "203.0.113.8:443", strs{"10.0.0.0/8"}, unclear},
	{"NotIpAddress", "aws:SourceIp", "203.0.113.8", strs{"10.0.0.0/8", "10.0.0.0-10.0.0.9"}, unclear},

	// reference_policies_elements_condition_operators.html#Conditions_ARN
	{"ArnEquals", "aws:SourceArn", "arn:aws:sns:us-east-1:123456789012:topic", strs{"arn:aws:sns:us-east-1:123456789012:topic"}, met},
	{"ArnEquals", "aws:SourceArn", "arn:aws:sns:us-east-1:123456789012:topic", strs{"arn:aws:sns:*:123456789012:t?pic"}, met}, // "behave identically"
	{"ArnLike", "aws:SourceArn", "arn:aws:sns:us-east-1:123456789012:topic", strs{"arn:aws:sns:*:123456789012:*"}, met},
	{"ArnLike", "aws:SourceArn", "arn:aws:sns:us-east-1:123456789012:topic", strs{"arn:aws:sns:*:123456789012:Topic"}, notMet},
	{"ArnLike", "aws:SourceArn", "arn:aws:someservice:us-east-2:999999999999:store/abc:111122223333:finance/document.txt", strs{"arn:aws:someservice:*:111122223333:finance/*"}, notMet},
	{"StringLike", "aws:SourceArn", "arn:aws:someservice:us-east-2:999999999999:store/abc:111122223333:finance/document.txt", strs{"arn:aws:someservice:*:111122223333:finance/*"}, met},
	{"ArnLike", "aws:SourceArn", "arn:aws:a:b:c:d:e", strs{"arn:aws:a:b:c:*"}, met},
	{"ArnLike", "aws:SourceArn", absent, strs{"arn:*:*:*:*:*"}, notMet},
	{"ArnNotEquals", "aws:SourceArn", "arn:aws:sns:us-east-1:123456789012:topic", strs{"arn:aws:sns:us-east-1:*:topic"}, notMet},
	{"ArnNotLike", "aws:SourceArn", "arn:aws:sns:us-east-1:123456789012:topic", strs{"arn:aws:sqs:us-east-1:*:topic"}, met},
	{"ArnNotLike", "aws:SourceArn", absent, strs{"arn:*:*:*:*:*"}, met},
	{"ArnLike", "aws:SourceArn", "arn:aws:sns:us-east-1:123456789012:topic", strs{"*"}, unclear},
	{"ArnNotLike", "aws:SourceArn", "topic", strs{"arn:*:*:*:*:*"}, unclear},
	{"ArnNotLike", "aws:SourceArn", "urn:a:b:c:d:e", strs{"arn:*:*:*:*:*"}, unclear},

	// reference_policies_elements_condition_operators.html#Conditions_IfExists
	{"StringEqualsIfExists", "aws:Referer", absent, strs{"a"}, met},
	{"StringEqualsIfExists", "aws:Referer", "a", strs{"a"}, met},
	{"StringEqualsIfExists", "aws:Referer", "b", strs{"a"}, notMet},
	{"StringNotEqualsIfExists", "aws:Referer", absent, strs{"a"}, met}, // "the request is still denied even if the tag is missing"
	{"StringNotEqualsIfExists", "aws:Referer", "a", strs{"a"}, notMet},
	{"DateLessThanIfExists", "aws:CurrentTime", absent, strs{"2030-01-01"}, met},
	{"DateLessThanIfExists", "aws:CurrentTime", "2031-01-01", strs{"2030-01-01"}, notMet},
	{"IpAddressIfExists", "aws:SourceIp", absent, strs{"10.0.0.0/8"}, met},
	{"BoolIfExists", "aws:SecureTransport", absent, strs{"true"}, met},
	{"StringEqualsIfExistsIfExists", "aws:Referer", absent, strs{"a"}, unclear},

	// reference_policies_elements_condition_operators.html#Conditions_Null
	{"Null", "aws:SourceArn", absent, strs{"true"}, met},
	{"Null", "aws:SourceArn", absent, strs{"false"}, notMet},
	{"Null", "aws:SourceArn", "a", strs{"true"}, notMet},
	{"Null", "aws:SourceArn", "a", strs{"False"}, met},
	{"Null", "aws:SourceArn", "", strs{"false"}, met},
	{"Null", "aws:SourceArn", absent, strs{"true", "false"}, met},
	{"Null", "aws:SourceArn", absent, strs{"null"}, unclear},
	{"NullIfExists", "aws:SourceArn", absent, strs{"true"}, unclear}, // "except the Null condition"
	{"ForAllValues:Null", "aws:SourceArn", absent, strs{"true"}, unclear},

	// reference_policies_condition-single-vs-multi-valued-context-keys.html
	{"ForAllValues:StringEquals", "aws:Referer", "a", strs{"a", "b"}, met},
	{"ForAllValues:StringEquals", "aws:Referer", "c", strs{"a", "b"}, notMet},
	{"ForAllValues:StringEquals", "aws:Referer", absent, strs{"a"}, met}, // "returns true if there are no context keys in the request"
	{"ForAllValues:StringEquals", "aws:Referer", "", strs{"a"}, met},     // "or if the value resolves to an empty string"
	{"ForAllValues:StringNotEquals", "aws:Referer", "a", strs{"a", "b"}, notMet},
	{"ForAllValues:StringNotEquals", "aws:Referer", absent, strs{"a"}, met},
	{"ForAllValues:StringEqualsIfExists", "aws:Referer", absent, strs{"a"}, met},
	{"ForAnyValue:StringEquals", "aws:Referer", "a", strs{"a", "b"}, met},
	{"ForAnyValue:StringEquals", "aws:Referer", "c", strs{"a", "b"}, notMet},
	{"ForAnyValue:StringEquals", "aws:Referer", absent, strs{"a"}, notMet},
	{"ForAnyValue:StringEquals", "aws:Referer", "", strs{""}, notMet},
	{"ForAnyValue:StringNotEquals", "aws:Referer", "c", strs{"a", "b"}, met},
	{"ForAnyValue:StringNotEquals", "aws:Referer", absent, strs{"a"}, notMet},
	{"ForAnyValue:StringEqualsIfExists", "aws:Referer", "a", strs{"a"}, met},
	{"ForAnyValue:StringEqualsIfExists", "aws:Referer", absent, strs{"a"}, unclear}, // the page does not say
	{"ForAnyValue:ForAllValues:StringEquals", "aws:Referer", "a", strs{"a"}, unclear},
	{"ForSomeValues:StringEquals", "aws:Referer", "a", strs{"a"}, unclear},

	// reference_policies_condition-logic-multiple-context-keys-or-values.html: OR, and NOR for the negated
	{"StringNotEquals", "aws:Referer", "b", strs{"a", "b"}, notMet},
	{"StringNotEquals", "aws:Referer", "c", strs{"a", "b"}, met},
	{"StringNotLike", "aws:Referer", "bx", strs{"a*", "b*"}, notMet},
	{"NumericNotEquals", "aws:EpochTime", "2", strs{"1", "2"}, notMet},

	// reference_policies_elements_condition.html: "Context key names are not case-sensitive"
	{"StringEquals", "AWS:useragent", "a", strs{"a"}, met},
	{"StringEquals", "aws:username", "a", strs{"a"}, met}, // API Gateway does not supply it, and this request has it all the same
	{"StringEquals", "aws:username", "a", strs{"b"}, notMet},
	{"StringEquals", "aws:username", absent, strs{"a"}, unclear},
	{"StringNotEquals", "aws:username", absent, strs{"a"}, unclear},
	{"stringequals", "aws:UserAgent", "a", strs{"a"}, unclear}, // no page says that operators may be written so
	{"StringMatches", "aws:UserAgent", "a", strs{"a"}, unclear},
	{"BinaryEquals", "aws:UserAgent", "a", strs{"YQ=="}, unclear},
	{"", "aws:UserAgent", "a", strs{"a"}, unclear},

	// reference_policies_variables.html
	{"StringEquals", "aws:UserAgent", "a", strs{"${aws:username}"}, unclear},
	{"StringEquals", "aws:UserAgent", "a", strs{"a", "${aws:username}"}, unclear},
	{"StringNotEquals", "aws:UserAgent", absent, strs{"${aws:username, 'a'}"}, unclear},
	{"StringLike", "aws:UserAgent", "a", strs{"${aws:user"}, unclear},
	{"StringLike", "aws:UserAgent", "a", strs{"${${*}}"}, unclear},
	{"StringEquals", "aws:UserAgent", "*?$", strs{"${*}${?}${$}"}, met},
	{"StringEquals", "aws:UserAgent", "$default", strs{"$default"}, met},
	{"StringNotEquals", "aws:UserAgent", "*", strs{"${*}"}, notMet},
	{"StringEqualsIgnoreCase", "aws:UserAgent", "A*", strs{"a${*}"}, met},
	{"StringLike", "aws:UserAgent", "a*c", strs{"a${*}?"}, met},
	{"StringLike", "aws:UserAgent", "abc", strs{"a${*}?"}, notMet},
	{"StringLike", "aws:UserAgent", "?", strs{"${?}"}, met},
	{"StringLike", "aws:UserAgent", "a", strs{"${?}"}, notMet},
	{"StringLike", "aws:UserAgent", "${x}", strs{"${$}{*}"}, met}, // an escape is not read again
	{"StringLike", "aws:UserAgent", "\xff", strs{"${*}"}, unclear},
	{"ArnLike", "aws:SourceArn", "arn:aws:a:b:c:*", strs{"arn:aws:a:b:?:${*}"}, met},
	{"ArnLike", "aws:SourceArn", "arn:aws:a:b:c:d", strs{"arn:aws:a:b:?:${*}"}, notMet},
	{"Bool", "aws:SecureTransport", "true", strs{"${aws:SecureTransport}"}, unclear},
	{"NumericLessThan", "aws:EpochTime", "1", strs{"${*}"}, unclear},
}

// statements make documents of one condition.
func (c conditionCase) statement(effect string) policy.Statement {
	return policy.Statement{
		Effect: effect, Action: policy.Strings{"*"}, Resource: policy.Strings{"*"},
		Condition: policy.Conditions{c.operator: {c.key: c.values}},
	}
}

func (c conditionCase) request() policy.Request {
	request := policy.Request{Resource: "arn:x"}
	if c.got != absent {
		request.Keys = map[string]string{c.key: c.got}
	}
	return request
}

// TestConditions asks for each case in an Allow and in a Deny: one that is unclear does neither good.
func TestConditions(t *testing.T) {
	everything := policy.Statement{Effect: "Allow", Action: policy.Strings{"*"}, Resource: policy.Strings{"*"}}
	for _, c := range conditionCases {
		allow := policy.Document{Version: policy.Version, Statement: policy.Statements{c.statement("Allow")}}
		deny := policy.Document{Version: policy.Version, Statement: policy.Statements{everything, c.statement("Deny")}}
		got := unclear
		switch allowed, denied := policy.Evaluate(allow, c.request()), policy.Evaluate(deny, c.request()); {
		case allowed.Decision == policy.Allow && denied.Explicit:
			got = met
		case allowed.Reason == policy.ReasonCondition && denied.Decision == policy.Allow:
			got = notMet
		case allowed.Reason != policy.ReasonUnclear || allowed.Explicit || !denied.Explicit:
			t.Errorf("%+q: allow: %s; deny: %s", c, allowed, denied)
		}
		if got != c.want {
			t.Errorf("%+q: %s", c, got)
		}
		for _, doc := range []policy.Document{allow, deny} {
			if got, want := policy.Evaluate(doc, c.request()), naiveEvaluate(doc, c.request()); !want.is(got) {
				t.Errorf("%+q: %+v; the simpler reading gives %+v", c, got, want)
			}
		}
	}
}
