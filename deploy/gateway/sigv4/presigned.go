package sigv4

import (
	"slices"
	"strings"
)

// The parameters of a presigned query.
const (
	queryAlgorithm     = "X-Amz-Algorithm"
	queryCredential    = "X-Amz-Credential"
	queryDate          = "X-Amz-Date"
	queryExpires       = "X-Amz-Expires"
	querySignedHeaders = "X-Amz-SignedHeaders"
	querySignature     = "X-Amz-Signature"
	queryToken         = "X-Amz-Security-Token"
)

// queryClaim reads the query form, a presigned URL. The messages are in the manner of AWS's other services; API
// Gateway's are not known.
func queryClaim(query parameters) (claim, error) {
	values, err := signingValues(query)
	if err != nil {
		return claim{}, err
	}
	var missing []string
	for _, name := range []string{queryAlgorithm, queryCredential, queryDate, querySignedHeaders, querySignature} {
		if _, there := values[name]; !there {
			missing = append(missing, "'"+name+"'")
		}
	}
	if missing != nil {
		return claim{}, refuse(IncompleteSignature, "AWS query-string parameters must include "+strings.Join(missing, ", ")+". Re-examine the query-string parameters.")
	}
	if err := checkAlgorithm(values[queryAlgorithm]); err != nil {
		return claim{}, err
	}
	expires, timed := values[queryExpires]
	return claim{
		credential: values[queryCredential], signedHeaders: values[querySignedHeaders], signature: values[querySignature],
		date: values[queryDate], token: values[queryToken], expires: expires, timed: timed, presigned: true,
	}, nil
}

// signingValues picks the parameters of the signature, none of which may be there twice.
func signingValues(query parameters) (map[string]string, error) {
	names := []string{queryAlgorithm, queryCredential, queryDate, queryExpires, querySignedHeaders, querySignature, queryToken}
	values := map[string]string{}
	for _, p := range query {
		if !slices.Contains(names, p.name) {
			continue
		}
		if _, twice := values[p.name]; twice {
			return nil, refuse(IncompleteSignature, "The query-string parameter '"+p.name+"' is there more than once.")
		}
		values[p.name] = p.value
	}
	return values, nil
}
