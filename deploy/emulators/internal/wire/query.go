package wire

import (
	"encoding/xml"
	"mime"
	"net/http"

	"github.com/google/uuid"
)

// maxForm bounds what is read of a form for its action, in bytes.
const maxForm = 64 << 10

// Action is what a request of AWS Query asks for, such as GetCallerIdentity; "" where it is none. It reads the body of those
// that have a form.
//
// Source: https://smithy.io/2.0/aws/protocols/aws-query-protocol.html.
func Action(w http.ResponseWriter, r *http.Request) string {
	media, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if r.Method != http.MethodPost || media != "application/x-www-form-urlencoded" {
		return ""
	}
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	if r.ParseForm() != nil {
		return ""
	}
	return r.PostForm.Get("Action")
}

// WriteQueryError answers with an error of AWS Query.
func WriteQueryError(w http.ResponseWriter, status int, code, message string) {
	type failure struct {
		Type, Code, Message string
	}
	body, err := xml.Marshal(struct {
		XMLName   xml.Name `xml:"ErrorResponse"`
		Error     failure
		RequestID string `xml:"RequestId"`
	}{Error: failure{"Sender", code, message}, RequestID: uuid.NewString()})
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/xml")
	w.WriteHeader(status)
	_, _ = w.Write(body) // the client may be gone
}
