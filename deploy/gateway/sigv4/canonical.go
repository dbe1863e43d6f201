package sigv4

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// canonicalRequest is the text whose hash is signed. See
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html#create-canonical-request.
func canonicalRequest(r *http.Request, path string, query parameters, headers, signedHeaders, bodyHash string) string {
	return strings.Join([]string{r.Method, canonicalPath(path), query.canonical(), headers, signedHeaders, bodyHash}, "\n")
}

// canonicalPath encodes the path, which as sent is encoded already, once more, after removing empty and dot
// segments. The slash at its end stays.
func canonicalPath(path string) string {
	var kept []string
	for segment := range strings.SplitSeq(path, "/") {
		switch segment {
		case "", ".":
		case "..":
			kept = kept[:max(len(kept)-1, 0)]
		default:
			kept = append(kept, segment)
		}
	}
	canonical := "/" + escape(strings.Join(kept, "/"), "/")
	if len(kept) > 0 && strings.HasSuffix(path, "/") {
		canonical += "/"
	}
	return canonical
}

// canonicalHeaders writes the headers that names, as sent, lists: a line each.
func canonicalHeaders(r *http.Request, names string) (string, error) {
	if strings.Count(names, ";") >= maxSignedHeaders {
		return "", refuse(IncompleteSignature, "Too many headers are signed.")
	}
	list := strings.Split(names, ";")
	if err := checkSigned(r.Header, list); err != nil {
		return "", err
	}
	var text strings.Builder
	for _, name := range list {
		values := headerValues(r, name)
		if len(values) == 0 {
			return "", refuse(IncompleteSignature, "'"+name+"' is named as a SignedHeader, but it does not exist in the HTTP request.")
		}
		text.WriteString(name + ":" + joinValues(values) + "\n")
	}
	return text.String(), nil
}

// checkSigned asks for what every signature must cover: host, and the x-amz-* headers that were sent. The names of
// signed headers are in lower case and in order.
func checkSigned(header http.Header, list []string) error {
	for i, name := range list {
		if name != strings.ToLower(name) || i > 0 && list[i-1] >= name {
			return mismatch("the names of the signed headers are not in lower case, in order and different")
		}
	}
	if _, found := slices.BinarySearch(list, "host"); !found {
		return refuse(InvalidSignature, "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.")
	}
	for name := range header {
		name = strings.ToLower(name)
		if _, found := slices.BinarySearch(list, name); !found && strings.HasPrefix(name, "x-amz-") {
			return refuse(InvalidSignature, "'"+name+"' must be a 'SignedHeader' in the AWS Authorization.")
		}
	}
	return nil
}

// headerValues returns a header's values. The host is not among a request's headers, and the length need not be.
func headerValues(r *http.Request, name string) []string {
	if name == "host" {
		if r.Host == "" {
			return nil
		}
		return []string{r.Host}
	}
	values := r.Header[http.CanonicalHeaderKey(name)]
	if len(values) == 0 && name == "content-length" && r.ContentLength >= 0 {
		return []string{strconv.FormatInt(r.ContentLength, 10)}
	}
	return values
}

// joinValues trims each value and makes one space of white space inside it.
func joinValues(values []string) string {
	trimmed := make([]string, len(values))
	for i, value := range values {
		trimmed[i] = strings.Join(strings.FieldsFunc(value, isSpace), " ")
	}
	return strings.Join(trimmed, ",")
}

func isSpace(r rune) bool { return r == ' ' || '\t' <= r && r <= '\r' }

const contentHash = "X-Amz-Content-Sha256"

// hashBody returns the body's hash in hex. If the request states one, in the header or the query, it must be the same.
func hashBody(header http.Header, query parameters, body []byte) (string, error) {
	sum := sha256.Sum256(body)
	hash := hex.EncodeToString(sum[:])
	stated := slices.Clone(header[contentHash])
	for _, p := range query {
		if strings.EqualFold(p.name, contentHash) {
			stated = append(stated, p.value)
		}
	}
	for _, value := range stated {
		if strings.TrimSpace(value) != hash {
			return "", mismatch("x-amz-content-sha256 is not the hash of the body")
		}
	}
	return hash, nil
}
