package stage

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
)

// decodeObject decodes a JSON object that has nothing behind it and no members but the known ones: the decoder
// alone would take names in any case for its own.
func decodeObject(text []byte, into any, known ...string) error {
	var members map[string]json.RawMessage
	if err := json.Unmarshal(text, &members); err != nil {
		return err
	}
	if members == nil {
		return errors.New("want an object, got null")
	}
	for name := range members {
		if !slices.Contains(known, name) {
			return fmt.Errorf("%.60q is no member of it", name)
		}
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	return decoder.Decode(into)
}

// QuotedJSON is a text as JSON, in which < > and & stand as they are.
func QuotedJSON(text string) string {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	encoder.Encode(text) // texts have a JSON form
	return string(bytes.TrimSuffix(b.Bytes(), []byte("\n")))
}
