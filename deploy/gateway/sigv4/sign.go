package sigv4

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Signer signs requests with an access key's secret, in the form that a Verifier of the same region and service takes, whatever the path
// and the query are: signers of SDKs differ in what they make of empty segments, and of queries that are odd.
type Signer struct {
	AccessKeyID string
	Credentials Credentials
	Region      string // of the API, such as eu-west-1
	Service     string // empty: execute-api
}

// Sign signs a request that will have a body: it sets its headers X-Amz-Date, X-Amz-Security-Token where the credentials are temporary, and
// Authorization. Signed are the host and all headers X-Amz-*. The path is that of the request's target, as [Verifier.Verify] has
// it. The error is an [*Error] about what could not be verified: a query with a malformed escape, or with a signature of its own.
// See https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html.
func (s Signer) Sign(r *http.Request, path string, body []byte, at time.Time) error {
	query, err := unsignedQuery(r)
	if err != nil {
		return err
	}
	r.Header.Del("Authorization")
	r.Header.Del("X-Amz-Security-Token")
	r.Header.Set("X-Amz-Date", at.UTC().Format(isoBasic))
	if token := string(s.Credentials.SessionToken); token != "" {
		r.Header.Set("X-Amz-Security-Token", token)
	}
	names := signedNames(r.Header)
	signature, err := s.signature(r, path, query, body, names, at)
	if err == nil {
		r.Header.Set("Authorization", algorithm+" Credential="+s.AccessKeyID+"/"+s.scope(at).String()+", SignedHeaders="+names+", Signature="+signature)
	}
	return err
}

// Presign signs a GET without a body in its query, which it gives: that of the request, and behind it the signature's parameters. It is good
// for as long as a signature can be, up to seven days. The error is as that of Sign.
// See https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-authentication-methods.html.
func (s Signer) Presign(r *http.Request, path string, at time.Time, expires time.Duration) (query string, err error) {
	if _, err := unsignedQuery(r); err != nil {
		return "", err
	}
	names := signedNames(r.Header)
	set := [][2]string{
		{queryAlgorithm, algorithm}, {queryCredential, s.AccessKeyID + "/" + s.scope(at).String()}, {queryDate, at.UTC().Format(isoBasic)},
		{queryExpires, strconv.Itoa(int(expires.Seconds()))}, {querySignedHeaders, names},
	}
	if token := string(s.Credentials.SessionToken); token != "" {
		set = append(set, [2]string{queryToken, token})
	}
	parts := []string{}
	if r.URL.RawQuery != "" {
		parts = append(parts, r.URL.RawQuery)
	}
	for _, p := range set {
		parts = append(parts, p[0]+"="+escape(p[1], ""))
	}
	query = strings.Join(parts, "&")
	parsed, err := parseQuery(query)
	if err != nil {
		return "", err
	}
	signature, err := s.signature(r, path, parsed, nil, names, at)
	return query + "&" + querySignature + "=" + signature, err
}

func (s Signer) signature(r *http.Request, path string, query parameters, body []byte, names string, at time.Time) (string, error) {
	headers, err := canonicalHeaders(r, names)
	if err != nil {
		return "", err
	}
	bodyHash, err := hashBody(r.Header, query, body)
	if err != nil {
		return "", err
	}
	signed := &Signed{AccessKeyID: s.AccessKeyID, Scope: s.scope(at), SignedAt: at.UTC()}
	return sign(s.Credentials.SecretAccessKey, signed, canonicalRequest(r, path, query, headers, names, bodyHash)), nil
}

func (s Signer) scope(at time.Time) Scope {
	scope := Scope{Date: at.UTC().Format("20060102"), Region: s.Region, Service: s.Service}
	if scope.Service == "" {
		scope.Service = "execute-api"
	}
	return scope
}

// unsignedQuery reads the query of a request that is not signed by it.
func unsignedQuery(r *http.Request) (parameters, error) {
	query, err := parseQuery(r.URL.RawQuery)
	if err == nil && query.signed() {
		err = refuse(IncompleteSignature, "The query-string is signed already.")
	}
	return query, err
}

// signedNames are the headers that have to be signed.
func signedNames(header http.Header) string {
	names := []string{"host"}
	for name := range header {
		if name = strings.ToLower(name); strings.HasPrefix(name, "x-amz-") {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return strings.Join(names, ";")
}
