package sigv4

import (
	"strings"
)

const terminator = "aws4_request"

// Scope is what a signature is good for: a day, a region and a service. See
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html.
type Scope struct {
	Date    string // of UTC, as 20150830
	Region  string // such as eu-west-1
	Service string // such as execute-api
}

// String writes the scope as the string to sign has it: 20150830/us-east-1/execute-api/aws4_request.
// See https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html.
func (s Scope) String() string {
	return s.Date + "/" + s.Region + "/" + s.Service + "/" + terminator
}

// parseCredential reads a credential: keyid/date/region/service/aws4_request. It must be for the region and the
// service that are wanted and for the day of date, which is as 20150830T123600Z.
func parseCredential(credential string, want Scope, date string) (string, Scope, error) {
	parts := strings.Split(credential, "/")
	if len(parts) != 5 {
		return "", Scope{}, &Error{IncompleteSignature,
			"Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got '" + credential + "'",
			"the credential does not have 5 elements"}
	}
	var wrong []string
	if parts[2] != want.Region {
		wrong = append(wrong, "Credential should be scoped to a valid region, not '"+parts[2]+"'.")
	}
	if parts[3] != want.Service {
		wrong = append(wrong, "Credential should be scoped to correct service: '"+want.Service+"'.")
	}
	if parts[4] != terminator {
		wrong = append(wrong, "Credential should be scoped with a valid terminator: '"+terminator+"', not '"+parts[4]+"'.")
	}
	if day := date[:len("20150830")]; parts[1] != day {
		wrong = append(wrong, "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '"+
			parts[1]+"' != '"+day+"', from '"+date+"'.")
	}
	if wrong != nil {
		return "", Scope{}, refuse(InvalidSignature, strings.Join(wrong, " "))
	}
	return parts[0], Scope{Date: parts[1], Region: parts[2], Service: parts[3]}, nil
}
