package terminal

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
)

// said are the messages of log lines that people do not need: a call's own line tells what they do, and the greeting who may call what.
var said = []string{"decision", "rules", "the gateway answers itself", "the resource policy keeps a request out"}

// Log writes the JSON lines that package slog writes as short lines for people. What else is written to it, it hands on as it is.
type Log struct {
	To    io.Writer // gets the lines of one Write at once; required
	Color bool      // as on a terminal
}

// Write writes lines. It takes all of them, so that a function may go on whose output nobody reads.
func (l Log) Write(p []byte) (int, error) {
	var out []byte
	for line := range bytes.Lines(p) {
		out = append(out, l.text(line)...)
	}
	if len(out) == 0 {
		return len(p), nil
	}
	if _, err := l.To.Write(out); err != nil {
		return 0, err
	}
	return len(p), nil
}

// text is a line for people; none where they need none.
func (l Log) text(line []byte) []byte {
	if !bytes.HasPrefix(line, []byte("{")) {
		return line
	}
	var members map[string]any
	if json.Unmarshal(line, &members) != nil {
		return line
	}
	level, leveled := members["level"].(string)
	message, has := members["msg"].(string)
	if !leveled || !has {
		return line
	}
	if level == "INFO" && slices.Contains(said, message) {
		return nil
	}
	delete(members, "time")
	delete(members, "level")
	delete(members, "msg")
	text := message
	for _, name := range slices.Sorted(maps.Keys(members)) {
		text += fmt.Sprintf(" %s=%s", name, value(members[name]))
	}
	return []byte(l.paint(level) + Printable(text) + "\n")
}

// paint writes a level; INFO goes without saying.
func (l Log) paint(level string) string {
	s := plain
	switch level {
	case "INFO":
		return ""
	case "ERROR":
		s = bad
	case "WARN":
		s = wrong
	}
	if !l.Color {
		s = plain
	}
	return s.on + Printable(strings.ToLower(level)) + s.off + ": "
}

// value writes a member: a text as it is where it is one word.
func value(of any) string {
	if text, is := of.(string); is && text != "" && !strings.ContainsAny(text, " \t\r\n\"=") {
		return text
	}
	var b strings.Builder
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	if encoder.Encode(of) != nil {
		return "?"
	}
	return strings.TrimSpace(b.String())
}
