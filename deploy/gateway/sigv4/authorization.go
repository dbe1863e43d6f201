package sigv4

import (
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"strings"
)

// CheckAuthorization returns nil if the header holds no Authorization, or one that can be read as a signature.
// Otherwise it returns the IncompleteSignature [*Error] that API Gateway answers with, for instance to a bearer token on a path
// that it does not know. The signature itself is not checked; [Verifier.Verify] does that.
func CheckAuthorization(header http.Header) error {
	if !authorized(header) {
		return nil
	}
	_, err := headerClaim(header)
	return err
}

// authorized says whether the header holds any Authorization.
func authorized(header http.Header) bool {
	return header.Get("Authorization") != "" || len(header["Authorization"]) > 1
}

// headerClaim reads the header form:
//
//	Authorization: AWS4-HMAC-SHA256 Credential=…, SignedHeaders=…, Signature=…
//
// The pairs may stand in any order, apart by commas or spaces. The messages are API Gateway's, save those of headers and
// pairs that are there twice.
func headerClaim(header http.Header) (claim, error) {
	text, single := only(header, "Authorization")
	if !single {
		return claim{}, refuse(IncompleteSignature, "A request has one Authorization header.")
	}
	if len(text) > maxText {
		return claim{}, refuse(IncompleteSignature, "The Authorization header is too long.")
	}
	name, list, _ := strings.Cut(text, " ")
	pairs, err := readPairs(list, text)
	if err != nil {
		return claim{}, err
	}
	date, dated := dateHeader(header)
	if err := requirePairs(pairs, date != "", text); err != nil {
		return claim{}, err
	}
	if err := checkAlgorithm(name); err != nil {
		return claim{}, err
	}
	token, tokened := only(header, "X-Amz-Security-Token")
	if !dated || !tokened {
		return claim{}, refuse(IncompleteSignature, "A request has one date and one security token.")
	}
	return claim{
		credential: pairs["Credential"], signedHeaders: pairs["SignedHeaders"], signature: pairs["Signature"],
		date: date, token: token,
	}, nil
}

// readPairs splits list into its pairs; text is the whole header.
func readPairs(list, text string) (map[string]string, error) {
	pairs := map[string]string{}
	for _, field := range strings.FieldsFunc(list, func(r rune) bool { return r == ',' || r == ' ' || r == '\t' }) {
		name, value, pair := strings.Cut(field, "=")
		if !pair {
			return nil, &Error{IncompleteSignature,
				"Invalid key=value pair (missing equal-sign) in Authorization header (hashed with SHA-256 and encoded with Base64): '" + hashed(text) + "'.",
				"the Authorization header is no signature (AWS4-HMAC-SHA256): it has a part without an equal-sign"}
		}
		if _, twice := pairs[name]; twice {
			return nil, refuse(IncompleteSignature, "Authorization header has a parameter more than once.")
		}
		pairs[name] = value
	}
	return pairs, nil
}

// hashed stands for a header in messages: API Gateway does not repeat what may be a token.
func hashed(text string) string {
	hash := sha256.Sum256([]byte(text))
	return base64.StdEncoding.EncodeToString(hash[:])
}

// requirePairs lists everything that is missing.
func requirePairs(pairs map[string]string, dated bool, text string) error {
	var missing strings.Builder
	for _, name := range []string{"Credential", "Signature", "SignedHeaders"} {
		if _, there := pairs[name]; !there {
			missing.WriteString("Authorization header requires '" + name + "' parameter. ")
		}
	}
	if !dated {
		missing.WriteString("Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. ")
	}
	if missing.Len() > 0 {
		return &Error{IncompleteSignature, missing.String() + "(Hashed with SHA-256 and encoded with Base64) Authorization=" + hashed(text),
			strings.TrimSpace(missing.String())}
	}
	if len(pairs) > 3 {
		return refuse(IncompleteSignature, "Authorization header has an unknown parameter.")
	}
	return nil
}

// dateHeader is X-Amz-Date, or else Date in X-Amz-Date's form; false if it is there twice.
func dateHeader(header http.Header) (string, bool) {
	if date, single := only(header, "X-Amz-Date"); date != "" || !single {
		return date, single
	}
	date, single := only(header, "Date")
	return isoDate(date), single
}
