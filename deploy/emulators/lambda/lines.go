package lambda

import (
	"bytes"
	"encoding/json"
	"io"
	"strconv"
)

// maxLine is how long a line is at most that waits for its end. What is longer is written in parts.
const maxLine = 64 << 10

// lines writes what one process writes, a whole line at a time, since other processes write there too; and on each whose it is. It is for
// one goroutine.
type lines struct {
	to   io.Writer
	name string // "": nothing is written on them
	part []byte // of a line whose end has not come
}

// Write writes the lines that have ended.
func (l *lines) Write(p []byte) (int, error) {
	rest := append(l.part, p...)
	for {
		end := bytes.IndexByte(rest, '\n') + 1
		if end == 0 && len(rest) >= maxLine {
			end = maxLine
		}
		if end == 0 {
			l.part = bytes.Clone(rest)
			return len(p), nil
		}
		if _, err := l.to.Write(named(l.name, rest[:end])); err != nil {
			return 0, err
		}
		rest = rest[end:]
	}
}

// flush writes a line that did not end, when the process has.
func (l *lines) flush() {
	if len(l.part) > 0 {
		l.to.Write(named(l.name, l.part))
		l.part = nil
	}
}

// named is a line with a function's name: before it, or as the last member where it is a JSON object, unless that has a member function.
func named(name string, line []byte) []byte {
	line = bytes.TrimRight(line, "\r\n")
	if name == "" {
		return append(bytes.Clone(line), '\n')
	}
	var has struct{ Function json.RawMessage }
	if object := bytes.TrimSpace(line); bytes.HasPrefix(object, []byte("{")) && json.Unmarshal(object, &has) == nil {
		if has.Function != nil {
			return append(bytes.Clone(line), '\n')
		}
		before := bytes.TrimRight(object[:len(object)-1], " \t")
		comma := ","
		if len(before) == 1 {
			comma = ""
		}
		return append(bytes.Clone(before), comma+`"function":`+strconv.Quote(name)+"}\n"...)
	}
	return append([]byte(name+": "), append(line, '\n')...)
}
