package wire

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// ReadObject reads a JSON object, whose members are targets' names, into what these point to. Each member is named exactly as
// there, at most once: encoding/json would take another case for the same, ignore what it does not know, and take the last of
// two. A member that is absent or null leaves its target as it is. The errors are for the client to read.
func ReadObject(text []byte, targets map[string]any) error {
	d := json.NewDecoder(bytes.NewReader(text))
	if first, err := d.Token(); err != nil || first != json.Delim('{') {
		return errors.New("want a JSON object")
	}
	seen := map[string]bool{}
	for d.More() {
		token, err := d.Token()
		if err != nil {
			return errors.New("want a JSON object")
		}
		name := token.(string)
		target, known := targets[name]
		if !known || seen[name] {
			return fmt.Errorf("member %q is not supported here, or is there twice", name)
		}
		seen[name] = true
		if err := d.Decode(target); err != nil {
			return fmt.Errorf("member %s: %w", name, plain(err))
		}
	}
	if _, err := d.Token(); err != nil {
		return errors.New("want a JSON object")
	}
	if _, err := d.Token(); err != io.EOF {
		return errors.New("want one JSON object, and something follows it")
	}
	return nil
}

// plain says of a type that does not fit what JSON had, without Go's names.
func plain(err error) error {
	if mismatch, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		return fmt.Errorf("%s is of the wrong type", mismatch.Value)
	}
	return err
}
