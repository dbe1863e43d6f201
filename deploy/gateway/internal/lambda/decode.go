package lambda

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
)

// DecodeObject decodes a JSON object that has nothing behind it and no members but the known ones: the decoder
// alone would take names in any case for its own.
func DecodeObject(text []byte, into any, known ...string) error {
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

// ScalarText is the text of a JSON text, number or boolean.
func ScalarText(value any) (string, bool) {
	switch value := value.(type) {
	case string:
		return value, true
	case json.Number:
		return value.String(), true
	case bool:
		return strconv.FormatBool(value), true
	}
	return "", false
}
