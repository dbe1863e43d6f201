package sigv4

import (
	"net/http"
	"strings"
)

// algorithm is the one that is accepted.
const algorithm = "AWS4-HMAC-SHA256"

// Bounds on what is read before the signature is known. API Gateway's own bound on the request line and all headers
// together is 10,240 bytes (https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html).
const (
	maxText          = 10240 // bytes of the Authorization header, of the query, and of the path
	maxAlgorithm     = 40    // bytes of an algorithm's name that is repeated
	maxSignedHeaders = 100
	maxParameters    = 1000
)

// claim is what a request says of its signature; nothing of it is checked yet.
type claim struct {
	credential    string
	signedHeaders string
	signature     string
	date          string // as X-Amz-Date has it, or whatever was sent
	token         string // empty: none
	expires       string // X-Amz-Expires
	timed         bool   // there is an X-Amz-Expires
	presigned     bool
}

// readClaim finds the request's signature, which is in its header or in its query.
func readClaim(header http.Header, query parameters) (claim, error) {
	switch inHeader, inQuery := authorized(header), query.signed(); {
	case inHeader && inQuery:
		return claim{}, refuse(IncompleteSignature, "A request is signed in its Authorization header or in its query-string parameters, not in both.")
	case inHeader:
		return headerClaim(header)
	case inQuery:
		return queryClaim(query)
	}
	return claim{}, &Error{MissingAuthenticationToken, "Missing Authentication Token", "the request is not signed (AWS Signature Version 4, for execute-api)"}
}

// checkAlgorithm refuses other algorithms than HMAC-SHA256, of which AWS has one, SigV4a. It repeats none but AWS's: what stands in the
// place of an algorithm may be a token.
func checkAlgorithm(name string) error {
	if name == algorithm {
		return nil
	}
	message := "Unsupported AWS 'algorithm'."
	if family, _, _ := strings.Cut(algorithm, "-"); len(name) <= maxAlgorithm && strings.HasPrefix(strings.ToUpper(name), family+"-") {
		message = "Unsupported AWS 'algorithm': '" + name + "'."
	}
	return &Error{IncompleteSignature, message, "the algorithm is not " + algorithm}
}

// only returns the header's value, and false if there is more than one.
func only(header http.Header, name string) (string, bool) {
	values := header[name]
	if len(values) == 0 {
		return "", true
	}
	return strings.TrimSpace(values[0]), len(values) == 1
}
