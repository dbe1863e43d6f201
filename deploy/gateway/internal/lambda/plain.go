package lambda

import (
	"net/http"

	"portcullis/api/lambdajson"
)

// plainMembers are those of an answer which all kinds of APIs take in the same way.
var plainMembers = []string{"statusCode", "headers", "body", "isBase64Encoded"}

// ParsePlainAnswer reads an answer in the form that most functions write: a JSON object of these members alone, with the number of a status
// and headers that are texts. It is what [ParseProxyAnswer] and the readers of HTTP APIs make of it. false: it is another one, which is for
// them to read, or to refuse.
func ParsePlainAnswer(output []byte) (*ProxyAnswer, bool) {
	answer, r := &ProxyAnswer{Headers: http.Header{}}, lambdajson.NewReader(output)
	r.OnlyObject(plainMembers, func(name string) {
		switch name {
		case "statusCode":
			answer.Status = r.Int()
		case "headers":
			for name, value := range r.Texts() {
				if AddHeader(answer.Headers, name, value) != nil {
					r.Reject()
				}
			}
		case "body":
			answer.Body = r.Text()
		case "isBase64Encoded":
			answer.IsBase64 = r.Bool()
		}
	})
	return answer, r.Plain() && answer.Status >= leastStatus && answer.Status <= greatestStatus
}

// The final statuses of HTTP.
const (
	leastStatus    = 200
	greatestStatus = 599
)
