package verify

import (
	"bytes"
	"encoding/json"
	"io"
	"unicode/utf8"
)

// maxDepth is how deep the JSON of a header or of claims may be nested.
const maxDepth = 16

// decodeObject decodes a JSON object strictly: valid UTF-8, no member twice at any depth (parsers differ on
// which one counts), bounded nesting, and nothing behind it. Numbers become json.Number.
func decodeObject(data []byte) (map[string]any, bool) {
	if !utf8.Valid(data) {
		return nil, false
	}
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.UseNumber()
	value, ok := decodeValue(decoder, maxDepth)
	object, isObject := value.(map[string]any)
	if !ok || !isObject {
		return nil, false
	}
	_, err := decoder.Token()
	return object, err == io.EOF
}

func decodeValue(decoder *json.Decoder, depth int) (any, bool) {
	next, err := decoder.Token()
	if err != nil || depth == 0 {
		return nil, false
	}
	switch next {
	case json.Delim('{'):
		return decodeMembers(decoder, depth)
	case json.Delim('['):
		list := []any{}
		for decoder.More() {
			item, ok := decodeValue(decoder, depth-1)
			if !ok {
				return nil, false
			}
			list = append(list, item)
		}
		_, err := decoder.Token()
		return list, err == nil
	}
	return next, true
}

func decodeMembers(decoder *json.Decoder, depth int) (any, bool) {
	object := map[string]any{}
	for decoder.More() {
		name, err := decoder.Token()
		if err != nil {
			return nil, false
		}
		key, isText := name.(string)
		if _, twice := object[key]; twice || !isText {
			return nil, false
		}
		value, ok := decodeValue(decoder, depth-1)
		if !ok {
			return nil, false
		}
		object[key] = value
	}
	_, err := decoder.Token()
	return object, err == nil
}
