package stage

import (
	"bytes"
	"encoding/json"
	"fmt"
)

// QuotedJSON is a text as JSON, in which < > and & stand as they are.
func QuotedJSON(text string) string {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	encoder.Encode(text) // texts have a JSON form
	return string(bytes.TrimSuffix(b.Bytes(), []byte("\n")))
}

func asciiJSON(value any) string {
	text, _ := json.Marshal(value)
	return string(ASCIIOnly(text))
}

// ASCIIOnly escapes what a header's value cannot hold.
func ASCIIOnly(text []byte) []byte {
	var out []byte
	for _, r := range string(text) {
		switch {
		case r < 0x80:
			out = append(out, byte(r))
		case r < 0x10000:
			out = fmt.Appendf(out, `\u%04x`, r)
		default:
			r -= 0x10000
			out = fmt.Appendf(out, `\u%04x\u%04x`, 0xd800+r>>10, 0xdc00+r&0x3ff)
		}
	}
	return out
}
