package gateway_test

import (
	"bytes"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"io"
	"net/http"
	"strings"
	"testing"
)

const unsupported = `{"message":"Unsupported Media Type"}`

// compressed is a text in a content coding; "raw" is DEFLATE data without zlib's format.
func compressed(t testing.TB, coding, text string) string {
	t.Helper()
	var b bytes.Buffer
	var w io.WriteCloser
	switch coding {
	case "gzip":
		w = gzip.NewWriter(&b)
	case "deflate":
		w = zlib.NewWriter(&b)
	case "raw":
		w, _ = flate.NewWriter(&b, -1)
	default:
		return text
	}
	io.WriteString(w, text)
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// manyBytes are so many MiB of one letter in gzip's format (RFC 1952): one is compressed, and its block is there again and again.
func manyBytes(t testing.TB, mebibytes int) string {
	t.Helper()
	text := bytes.Repeat([]byte("x"), 1<<20)
	var b bytes.Buffer
	w, _ := flate.NewWriter(&b, -1)
	w.Write(text)
	w.Flush()
	block := b.String()
	b.Reset()
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	sum := uint32(0)
	for range mebibytes {
		sum = crc32.Update(sum, crc32.IEEETable, text)
	}
	end := binary.LittleEndian.AppendUint32(binary.LittleEndian.AppendUint32(nil, sum), uint32(mebibytes<<20))
	return "\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff" + strings.Repeat(block, mebibytes) + b.String() + string(end)
}

// TestRowsCompressedBodies: functions of REST APIs get bodies decompressed, whatever the authorization, and the header as it was sent.
func TestRowsCompressedBodies(t *testing.T) {
	rest, other := rowStages(t, nil)
	const text = `{"name":"ä"}`
	for _, test := range []struct{ header, coding string }{
		{"gzip", "gzip"}, {"GZip", "gzip"}, {" gzip ", "gzip"}, {"deflate", "deflate"}, {"identity", ""}, {"Identity", ""}, {"", ""},
	} {
		body := compressed(t, test.coding, text)
		request := "GET /test/open\nContent-Type: application/json\nContent-Encoding: " + test.header + "\n\n" + body
		for mode, s := range rest {
			got := s.send(t, request)
			event := s.things.last(t)
			headers, _ := event["headers"].(map[string]any)
			if got.status != 200 || event["body"] != text || event["isBase64Encoded"] != false || headers["Content-Encoding"] != strings.TrimSpace(test.header) {
				t.Errorf("REST, %s: %q: %d %s, event %v", mode, test.header, got.status, got.body, event)
			}
		}
		for mode, s := range other {
			if got := s.send(t, request); got.status != 200 {
				t.Errorf("HTTP, %s: %q: %d %s", mode, test.header, got.status, got.body)
			}
			want := text
			if test.coding != "" {
				want = base64.StdEncoding.EncodeToString([]byte(body))
			}
			if event := s.things.last(t); event["body"] != want || event["isBase64Encoded"] != (test.coding != "") {
				t.Errorf("HTTP, %s: %q: event %v", mode, test.header, event)
			}
		}
	}
	for mode, s := range rest { // no body has no coding
		if got := s.send(t, "GET /test/open\nContent-Encoding: br"); got.status != 200 || s.things.last(t)["body"] != nil {
			t.Errorf("REST, %s: without a body: %d %s", mode, got.status, got.body)
		}
	}
}

// TestRowsBadCodings: what cannot be decompressed reaches no function of a REST API; one of an HTTP API gets it as it was sent.
func TestRowsBadCodings(t *testing.T) {
	rest, other := rowStages(t, func(c *setting) { c.ShowTrace = true })
	zipped, deflated := compressed(t, "gzip", "text"), compressed(t, "deflate", "text")
	for _, test := range []struct{ coding, body, why string }{
		{"br", "text", `want gzip, deflate or identity, got "br"`},
		{"x-gzip", zipped, `got "x-gzip"`},
		{"compress", "text", `got "compress"`},
		{"utf-8", "text", `got "utf-8"`},
		{"gzip, gzip", compressed(t, "gzip", zipped), `got "gzip, gzip"`},
		{"deflate,gzip", zipped, `got "deflate,gzip"`},
		{"gzip\nContent-Encoding: gzip", zipped, `got "gzip, gzip"`},
		{"identity\nContent-Encoding: gzip", zipped, `got "identity, gzip"`},
		{strings.Repeat("x", 500), "text", `got "` + strings.Repeat("x", 40) + `"`},
		{"gzip", "text", ""},
		{"gzip", deflated, ""},
		{"gzip", zipped[:len(zipped)-1], ""},
		{"gzip", zipped[:5], ""},
		{"gzip", zipped + "text", ""},
		{"gzip", zipped[:len(zipped)-8] + "\x00\x00\x00\x00" + zipped[len(zipped)-4:], ""},
		{"deflate", "text", ""},
		{"deflate", zipped, ""},
		{"deflate", compressed(t, "raw", "text"), ""},
		{"deflate", deflated[:len(deflated)-1], ""},
		{"deflate", deflated + deflated, "bytes follow its end"},
		{"deflate", deflated[:len(deflated)-4] + "\x00\x00\x00\x00", ""},
	} {
		request := "GET /test/open\nContent-Type: text/plain\nContent-Encoding: " + test.coding + "\n\n" + test.body
		for mode, s := range rest {
			got, trace := s.traced(t, request)
			if got.status != 415 || got.body != unsupported || got.header.Get("x-amzn-ErrorType") != "BadRequestException" || s.things.calls() > 0 {
				t.Errorf("REST, %s: %.50q: %d %s", mode, test.coding, got.status, got.body)
			}
			if trace.ResponseType != "UNSUPPORTED_MEDIA_TYPE" || !strings.HasPrefix(trace.Validation, "the body's Content-Encoding: ") || !strings.Contains(trace.Validation, test.why) {
				t.Errorf("REST, %s: %.50q: trace %s, %s", mode, test.coding, trace.ResponseType, trace.Validation)
			}
		}
		for mode, s := range other {
			s.send(t, request)
			if event := s.things.last(t); event["body"] != base64.StdEncoding.EncodeToString([]byte(test.body)) || event["isBase64Encoded"] != true {
				t.Errorf("HTTP, %s: %.50q: event %v", mode, test.coding, event)
			}
		}
	}
}

// TestRowsCompressedValidation: what a body decompresses to is validated, is in base64 where its type is binary, and is as large as any body.
func TestRowsCompressedValidation(t *testing.T) {
	s := startStage(t, modeText+"binaryMediaTypes: [image/png]\ngatewayResponses: {UNSUPPORTED_MEDIA_TYPE: {statusCode: 400, body: '{\"why\":\"$context.error.responseType\"}'}}\n", nil)
	const largest = 10 << 20
	for _, test := range []struct {
		request, coding, body string
		status                int
		answer                string
	}{
		{"POST", "gzip", `{"name":"a"}`, 200, "/things"},
		{"POST", "deflate", `{"name":"a"}`, 200, "/things"},
		{"POST", "gzip", `{"name":7}`, 400, `{"message":"Invalid request body"}`},
		{"POST", "gzip", ``, 400, `{"message":"Invalid request body"}`}, // which is validated as {}
		{"PUT", "gzip", strings.Repeat("x", largest/2), 200, "/things"},
		{"PUT", "gzip", strings.Repeat("x", largest+1), 413, `{"message":"Request Too Long"}`},
		{"PUT", "deflate", strings.Repeat("x", largest+1), 413, `{"message":"Request Too Long"}`},
	} {
		contentType := "application/json"
		if test.request == "PUT" {
			contentType = "text/plain"
		}
		got := s.send(t, test.request+" /test/things\nAuthorization: Bearer all\nContent-Type: "+contentType+"\nContent-Encoding: "+test.coding+"\n\n"+compressed(t, test.coding, test.body))
		if got.status != test.status || got.body != test.answer {
			t.Errorf("%s %s %.20q: %d %s", test.request, test.coding, test.body, got.status, got.body)
		}
	}
	for mebibytes, want := range map[int]answer{
		1:   {status: 200, body: "/things"},
		300: {status: 413, body: `{"message":"Request Too Long"}`},
	} {
		got := s.send(t, "PUT /test/things\nAuthorization: Bearer all\nContent-Type: text/plain\nContent-Encoding: gzip\n\n"+manyBytes(t, mebibytes))
		if got.status != want.status || got.body != want.body {
			t.Errorf("%d MiB: %d %s", mebibytes, got.status, got.body)
		}
	}
	if got := s.send(t, "PUT /test/things\nAuthorization: Bearer all\nContent-Type: text/plain\nContent-Encoding: br\n\ntext"); got.status != 400 || got.body != `{"why":"UNSUPPORTED_MEDIA_TYPE"}` {
		t.Errorf("a mode's gateway response: %d %s", got.status, got.body)
	}
	s.send(t, "PUT /test/things\nAuthorization: Bearer all\nContent-Type: image/png\nContent-Encoding: gzip\n\n"+compressed(t, "gzip", "hello"))
	if event := s.things.last(t); event["body"] != "aGVsbG8=" || event["isBase64Encoded"] != true {
		t.Errorf("a binary one: %v", event)
	}
	calls := s.things.calls()
	for request, status := range map[string]int{"PUT /test/things": 401, "PUT /test/things\nAuthorization: Bearer things": 403} {
		if got := s.send(t, request+"\nContent-Encoding: gzip\n\ntext"); got.status != status || s.things.calls() != calls {
			t.Errorf("%s: who may not call: %d, want %d", request, got.status, status)
		}
	}
}

// TestRowsCompressedSigned: a signature is one of the body as it was sent.
func TestRowsCompressedSigned(t *testing.T) {
	rest, other := rowStages(t, nil)
	zipped := compressed(t, "gzip", `{"name":"a"}`)
	by := asAdmin.to("POST /test/things\n\n" + zipped).but(func(b *signing) {
		b.after = func(r *http.Request) { r.Header.Set("Content-Encoding", "gzip") }
	})
	got := rest["AWS_IAM"].sendSigned(t, by)
	if got.status != 200 {
		t.Fatalf("REST: %d %s", got.status, got.body)
	}
	if event := rest["AWS_IAM"].things.last(t); got.status != 200 || event["body"] != `{"name":"a"}` {
		t.Errorf("REST: %d %s, event %v", got.status, got.body, event)
	}
	got = other["AWS_IAM"].sendSigned(t, by)
	if event := other["AWS_IAM"].things.last(t); got.status != 200 || fmt.Sprint(event["body"]) != base64.StdEncoding.EncodeToString([]byte(zipped)) {
		t.Errorf("HTTP: %d %s, event %v", got.status, got.body, event)
	}
}
