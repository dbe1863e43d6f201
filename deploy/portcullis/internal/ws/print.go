package ws

import (
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"time"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"

	"golang.org/x/term"

	"portcullis/deploy/portcullis/internal/cli"
)

// The directions of what is printed.
const (
	sent     = "sent"
	received = "received"
)

// record is a message or a close, as a line of JSON.
type record struct {
	Time      time.Time `json:"time"`
	Direction string    `json:"direction"`
	Text      *string   `json:"text,omitempty"`
	Binary    *[]byte   `json:"binary,omitempty"`
	Close     *closing  `json:"close,omitempty"`
}

// closing is the end of a connection (RFC 6455, section 5.5.1).
type closing struct {
	Code   int    `json:"code"` // 1005 where there was none
	Reason string `json:"reason"`
}

// printer writes to stdout, a line at a time. Several goroutines may use it.
type printer struct {
	*cli.Session
	json    bool
	escapes bool // stdout is a terminal
	mu      sync.Mutex
}

func newPrinter(s *cli.Session, format string) *printer {
	file, ok := s.Stdout.(interface{ Fd() uintptr })
	return &printer{Session: s, json: format == cli.FormatJSON, escapes: ok && term.IsTerminal(int(file.Fd()))}
}

// text prints a message. In the format text only what was received is printed.
func (p *printer) text(direction, text string) error {
	switch {
	case p.json:
		return p.record(record{Direction: direction, Text: &text})
	case direction == sent:
		return nil
	case p.escapes:
		text = escape(text)
	}
	return p.line(text)
}

// binary prints a message that is not text; only JSON has it.
func (p *printer) binary(direction string, message []byte) error {
	if !p.json {
		return nil
	}
	return p.record(record{Direction: direction, Binary: &message})
}

// close prints the end of the connection; only JSON has it.
func (p *printer) close(direction string, c closing) error {
	if !p.json {
		return nil
	}
	return p.record(record{Direction: direction, Close: &c})
}

func (p *printer) record(r record) error {
	r.Time = p.Now().UTC()
	var b strings.Builder
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(r); err != nil {
		return err
	}
	text := strings.TrimSuffix(b.String(), "\n")
	if p.escapes { // JSON leaves characters as they are that are not of ASCII
		text = escape(text)
	}
	return p.line(text)
}

func (p *printer) line(text string) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.Print(text + "\n")
}

// escape is a text without what would steer a terminal: such characters stand as JSON escapes them. Line breaks and tabs stay.
func escape(text string) string {
	var b strings.Builder
	for len(text) > 0 {
		c, size := utf8.DecodeRuneInString(text)
		switch {
		case c == utf8.RuneError && size == 1:
			fmt.Fprintf(&b, `\x%02x`, text[0])
		case unicode.IsPrint(c), c == '\n', c == '\t':
			b.WriteRune(c)
		default:
			for _, unit := range utf16.Encode([]rune{c}) {
				fmt.Fprintf(&b, `\u%04x`, unit)
			}
		}
		text = text[size:]
	}
	return b.String()
}
