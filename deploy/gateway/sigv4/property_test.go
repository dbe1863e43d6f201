package sigv4_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"portcullis/deploy/gateway/sigv4"
)

// mutation changes one thing about a signed request; it returns false where there is no such thing.
type mutation struct {
	name   string
	change func(r *received) bool
	code   sigv4.Code
}

var mutations = []mutation{
	{"method", func(r *received) bool { r.Method += "X"; return true }, sigv4.InvalidSignature},
	{"path", func(r *received) bool { r.path += "x"; return true }, sigv4.InvalidSignature},
	{"query value", changeValue, sigv4.InvalidSignature},
	{"query added", func(r *received) bool { r.URL.RawQuery += "&zz=1"; return true }, sigv4.InvalidSignature},
	{"host", func(r *received) bool { r.Host += "x"; return true }, sigv4.InvalidSignature},
	{"header value", func(r *received) bool { return changeHeader(r, "X-Custom") }, sigv4.InvalidSignature},
	{"x-amz header", func(r *received) bool { return changeHeader(r, "X-Amz-Meta-A") }, sigv4.InvalidSignature},
	{"x-amz header added", func(r *received) bool { r.Header.Set("X-Amz-New", "1"); return true }, sigv4.InvalidSignature},
	{"header gone", func(r *received) bool {
		there := r.Header.Get("X-Custom") != ""
		r.Header.Del("X-Custom")
		return there
	}, sigv4.IncompleteSignature},
	{"body byte", func(r *received) bool {
		if len(r.body) > 0 {
			r.body[len(r.body)/2] ^= 1
		}
		return len(r.body) > 0
	}, sigv4.InvalidSignature},
	{"body longer", func(r *received) bool { r.body = append(r.body, 0); return true }, sigv4.InvalidSignature},
	{"signature digit", changeSignature, sigv4.InvalidSignature},
	{"day", replace("/20111115/", "/20111116/"), sigv4.InvalidSignature},
	{"time", func(r *received) bool {
		r.URL.RawQuery = strings.Replace(r.URL.RawQuery, "20111115T200000Z", "20111115T200001Z", 1)
		if r.Header.Get("X-Amz-Date") != "" {
			r.Header.Set("X-Amz-Date", "20111115T200001Z")
		}
		return true
	}, sigv4.InvalidSignature},
	{"region", replace("/eu-west-1/", "/eu-west-2/"), sigv4.InvalidSignature},
	{"service", replace("/execute-api/", "/lambda/"), sigv4.InvalidSignature},
	{"access key", replace("AKIDUSER/", "AKIDUSES/"), sigv4.UnrecognizedClient},
	{"other's access key", replace("AKIDUSER/", "AKIDPEER/"), sigv4.InvalidSignature},
	{"session token gone", func(r *received) bool {
		if !strings.Contains(r.URL.RawQuery, "&X-Amz-Security-Token=") {
			return false
		}
		r.URL.RawQuery = strings.Replace(r.URL.RawQuery, "&X-Amz-Security-Token="+url.QueryEscape(sessionToken), "", 1)
		return true
	}, sigv4.UnrecognizedClient},
	{"session token header gone", func(r *received) bool {
		there := r.Header.Get("X-Amz-Security-Token") != ""
		r.Header.Del("X-Amz-Security-Token")
		return there
	}, sigv4.IncompleteSignature},
	{"session token and its name gone", func(r *received) bool {
		r.Header.Del("X-Amz-Security-Token")
		return replace(";x-amz-security-token", "")(r)
	}, sigv4.UnrecognizedClient},
}

// TestEveryMutationIsRefused: random requests signed by the SDK are accepted, and not with any one thing changed.
func TestEveryMutationIsRefused(t *testing.T) {
	verifier := propertyVerifier(t)
	tried := map[string]int{}
	for seed := range uint64(400) {
		random := rand.New(rand.NewPCG(seed, 1))
		r := randomSigned(t, random)
		if _, err := r.verify(verifier); err != nil {
			t.Fatalf("seed %d: %s %s?%s %v: %v", seed, r.Method, r.path, r.URL.RawQuery, r.Header, err)
		}
		for _, m := range mutations {
			changed := received{r.Clone(t.Context()), r.path, bytes.Clone(r.body)}
			if !m.change(&changed) {
				continue
			}
			tried[m.name]++
			_, err := changed.verify(verifier)
			if code, _ := codeOf(t, err); code != m.code {
				t.Errorf("seed %d, %s: %s %s?%s %v: got %v, want %s", seed, m.name, r.Method, r.path, r.URL.RawQuery, r.Header, err, m.code)
			}
		}
	}
	for _, m := range mutations {
		if tried[m.name] < 20 {
			t.Errorf("%s: tried %d times", m.name, tried[m.name])
		}
	}
}

// propertyVerifier knows a second user too, with a secret of his own.
func propertyVerifier(t *testing.T) *sigv4.Verifier {
	t.Helper()
	verifier, err := sigv4.New(sigv4.Config{Region: "eu-west-1", Now: clockOf(signedAt), Lookup: func(accessKeyID string) (sigv4.Credentials, bool) {
		if accessKeyID == "AKIDPEER" {
			return sigv4.Credentials{SecretAccessKey: secret + "2"}, true
		}
		return lookup(accessKeyID)
	}})
	if err != nil {
		t.Fatal(err)
	}
	return verifier
}

func randomSigned(t *testing.T, random *rand.Rand) received {
	t.Helper()
	pick := func(of ...string) string { return of[random.IntN(len(of))] }
	var target strings.Builder
	for range random.IntN(5) {
		target.WriteString("/" + pick("a", "B7", "%20", "%2F", "%E1%88%B4", "~", "a+b", "*", ":", "@x", "..x", "a;b,c=d&e", "%25", "!'()", "%C3"))
	}
	target.WriteString(pick("/", ""))
	query := url.Values{}
	for range random.IntN(5) {
		query.Add(pick("a", "b", "A", "a b", "a-b", "a/b", "ሴ", "~", "", "%"), pick("", "1", "2", "a b", "a+b", "*", "=&", "\xff", "ሴ", "a/b"))
	}
	body := make([]byte, random.IntN(2)*random.IntN(100))
	for i := range body {
		body[i] = byte(random.Uint32())
	}
	lines := pick("GET", "POST", "DELETE") + " " + target.String() + "?" + query.Encode()
	for range random.IntN(3) {
		lines += "\nX-Custom: " + pick("a", "a  b", "c,d", "é", "\"a   b\"", "-")
	}
	lines += pick("", "\nX-Amz-Meta-A: 1", "\nContent-Type: text/plain")
	r := request(t, lines+"\n\n"+string(body))
	key := pick(userKey, sessionKey)
	if random.IntN(2) == 0 {
		return presign(t, r, key, signedAt)
	}
	return signHeader(t, r, key, signedAt)
}

// changeValue changes the value of one parameter that is not the signature's.
func changeValue(r *received) bool {
	parts := strings.Split(r.URL.RawQuery, "&")
	i := slices.IndexFunc(parts, func(part string) bool { return part != "" && !strings.HasPrefix(part, "X-Amz-") })
	if i < 0 {
		return false
	}
	parts[i] += "x"
	r.URL.RawQuery = strings.Join(parts, "&")
	return true
}

func changeHeader(r *received, name string) bool {
	values := r.Header[http.CanonicalHeaderKey(name)]
	if len(values) == 0 {
		return false
	}
	values[len(values)-1] += "x"
	return true
}

func changeSignature(r *received) bool {
	for _, digit := range "0123456789abcdef" {
		if replace("Signature="+string(digit), fmt.Sprintf("Signature=%x", (digit+1)%16))(r) {
			return true
		}
	}
	return false
}

// replace replaces text in the signature, in the header or in the query, where slashes are encoded.
func replace(from, to string) func(*received) bool {
	return func(r *received) bool {
		header, query := r.Header.Get("Authorization"), r.URL.RawQuery
		if header != "" {
			r.Header.Set("Authorization", strings.Replace(header, from, to, 1))
		} else {
			encode := strings.NewReplacer("/", "%2F", ";", "%3B").Replace
			r.URL.RawQuery = strings.Replace(query, encode(from), encode(to), 1)
		}
		return r.Header.Get("Authorization") != header || r.URL.RawQuery != query
	}
}
