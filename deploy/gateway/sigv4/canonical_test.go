package sigv4_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"testing"

	"portcullis/deploy/gateway/sigv4"
)

// The requests here are signed with the secret, but as no signer of AWS's would.

// TestOnlyTheCanonicalFormIsSigned: the names of signed headers, signed with the secret in another form than AWS's.
func TestOnlyTheCanonicalFormIsSigned(t *testing.T) {
	for names, want := range map[string]sigv4.Code{
		"host;x-amz-date;x-custom":          "",
		"x-custom;host;x-amz-date":          sigv4.InvalidSignature,
		"host;x-amz-date;x-custom;x-custom": sigv4.InvalidSignature,
		"X-Custom;host;x-amz-date":          sigv4.InvalidSignature,
	} {
		r := request(t, "GET /\nX-Custom: a\nX-Amz-Date: 20111115T200000Z")
		canonical := "GET\n/\n\n"
		for name := range strings.SplitSeq(names, ";") {
			canonical += name + ":" + r.Header.Get(name)
			if name == "host" {
				canonical += r.Host
			}
			canonical += "\n"
		}
		canonical += "\n" + names + "\n" + bodyHash(nil)
		r.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=AKIDUSER/20111115/eu-west-1/execute-api/aws4_request, SignedHeaders="+
			names+", Signature="+signText(canonical))
		_, err := onWire(t, r).verify(verifierAt(t, signedAt))
		if code, _ := codeOf(t, err); code != want {
			t.Errorf("%s: got %v, want %q", names, err, want)
		}
	}
}

// signText signs a canonical request as the user does, at signedAt.
func signText(canonical string) string {
	key := []byte("AWS4" + secret)
	const scope = "20111115/eu-west-1/execute-api/aws4_request"
	toSign := "AWS4-HMAC-SHA256\n20111115T200000Z\n" + scope + "\n" + bodyHash([]byte(canonical))
	for _, part := range append(strings.Split(scope, "/"), toSign) {
		mac := hmac.New(sha256.New, key)
		mac.Write([]byte(part))
		key = mac.Sum(nil)
	}
	return hex.EncodeToString(key)
}

const signedHostOnly = "AWS4-HMAC-SHA256 Credential=AKIDUSER/20111115/eu-west-1/execute-api/aws4_request, SignedHeaders=host, Signature="

// TestMalformedEscapes: no reading of one can be signed.
func TestMalformedEscapes(t *testing.T) {
	for sent, readings := range map[string][]string{
		"a=%25zz": {"a=%25zz"},
		"a=%zz":   {"a=%25zz", "a=%zz", "a=", ""},
		"%zz=a":   {"%25zz=a", "%zz=a", "=a", ""},
		"a=%2":    {"a=%252", "a=%2", "a=", ""},
	} {
		want := sigv4.InvalidSignature
		if sent == readings[0] {
			want = ""
		}
		for _, reading := range readings {
			r := request(t, "GET /?"+sent)
			r.Header.Set("Date", "Tue, 15 Nov 2011 20:00:00 GMT")
			r.Header.Set("Authorization", signedHostOnly+signText("GET\n/\n"+reading+"\nhost:"+r.Host+"\n\nhost\n"+bodyHash(nil)))
			_, err := onWire(t, r).verify(verifierAt(t, signedAt))
			if code, _ := codeOf(t, err); code != want {
				t.Errorf("%s signed as %s: got %v, want %q", sent, reading, err, want)
			}
		}
	}
}

func TestDates(t *testing.T) {
	tests := []struct {
		header, date string
		code         sigv4.Code
	}{
		{"Date", "Tue, 15 Nov 2011 20:00:00 GMT", ""},
		{"Date", "Tue, 15 Nov 2011 20:00:00 -0000", ""},
		{"Date", "Tue, 15 Nov 2011 21:00:00 +0100", ""},
		{"Date", "20111115T200000Z", ""},
		{"Date", "Tue, 15 Nov 2011 20:00:00 PST", sigv4.IncompleteSignature},
		{"Date", "Tue, 15 Nov 2011 20:00:00", sigv4.IncompleteSignature},
		{"Date", "Tuesday, 15-Nov-11 20:00:00 GMT", sigv4.IncompleteSignature},
		{"Date", "Tue, 15 Nov 2011 20:00:01 GMT", sigv4.InvalidSignature},
		{"Date", "", sigv4.IncompleteSignature},
		{"X-Amz-Date", "Tue, 15 Nov 2011 20:00:00 GMT", sigv4.InvalidSignature}, // not signed
	}
	for _, test := range tests {
		r := request(t, "GET /")
		r.Header.Set(test.header, test.date)
		r.Header.Set("Authorization", signedHostOnly+signText("GET\n/\n\nhost:"+r.Host+"\n\nhost\n"+bodyHash(nil)))
		_, err := onWire(t, r).verify(verifierAt(t, signedAt))
		if code, _ := codeOf(t, err); code != test.code {
			t.Errorf("%s: %s: got %v, want %q", test.header, test.date, err, test.code)
		}
	}
}

// TestXAmzDateWins: where both dates are there, Date is any header.
func TestXAmzDateWins(t *testing.T) {
	r := request(t, "GET /\nDate: Tue, 15 Nov 2011 10:00:00 GMT")
	signed, err := signHeader(t, r, userKey, signedAt).verify(verifierAt(t, signedAt))
	if err != nil || !signed.SignedAt.Equal(signedAt) {
		t.Errorf("%+v, %v", signed, err)
	}
	r = request(t, "GET /\nDate: Tue, 15 Nov 2011 20:00:00 GMT\nX-Amz-Date: Tue, 15 Nov 2011 20:00:00 GMT")
	r.Header.Set("Authorization", strings.Replace(signedHostOnly, "=host,", "=host;x-amz-date,", 1)+"0")
	_, err = onWire(t, r).verify(verifierAt(t, signedAt))
	if code, _ := codeOf(t, err); code != sigv4.IncompleteSignature {
		t.Errorf("X-Amz-Date in Date's form: %v", err)
	}
}
