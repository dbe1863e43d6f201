package stage

import (
	"bytes"
	"encoding/json"
)

// QuotedJSON is a text as JSON, in which < > and & stand as they are.
func QuotedJSON(text string) string {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	encoder.Encode(text) // texts have a JSON form
	return string(bytes.TrimSuffix(b.Bytes(), []byte("\n")))
}
