package openapi

// formats are texts of the formats that JSON Schema and OpenAPI name.
var formats = map[string]string{
	"date-time": "2026-01-31T12:00:00Z", "date": "2026-01-31", "time": "12:00:00Z", "duration": "PT1H",
	"email": "ada@example.com", "idn-email": "ada@example.com", "hostname": "example.com", "idn-hostname": "example.com",
	"ipv4": "192.0.2.1", "ipv6": "2001:db8::1", "uri": "https://example.com/", "url": "https://example.com/", "iri": "https://example.com/",
	"uri-reference": "/example", "iri-reference": "/example", "uri-template": "/things/{id}",
	"uuid": "a0000000-0000-4000-8000-000000000000", "json-pointer": "/name", "relative-json-pointer": "0/name", "regex": "^a+$",
	"byte": "ZXhhbXBsZQ==", "base64": "ZXhhbXBsZQ==", "binary": "example", "password": "Passw0rd!", "int64": "1", "int32": "1", "decimal": "1.00",
}

// text makes a text, of a pattern or a format where there is one.
func (m maker) text(s together, seed int) (any, bool) {
	if s.minLength > mostText {
		return nil, false
	}
	for _, p := range s.patterns {
		made, ok := fromPattern(p, s.minLength, s.maxLength, seed)
		if ok && m.fits(made, s.places) {
			return made, true
		}
	}
	if strong := s.sized(formats["password"]); len(s.patterns) > 0 && m.fits(strong, s.places) {
		return strong, true // as patterns of passwords look ahead for
	}
	made := formats[s.format]
	if made == "" || !s.holds(made) {
		made = "example"
	}
	if s.format == "uuid" && seed > 0 {
		suffix := []byte(itoa(seed))
		made = made[:len(made)-len(suffix)] + string(suffix)
	} else if seed > 0 {
		made += itoa(seed)
	}
	return s.sized(made), true
}

// sized is a text that is made as long as it may be, and has to be. Its end stays, which tells it from others.
func (s together) sized(text string) string {
	letters := []rune(text)
	for len(letters) < s.minLength {
		letters = append(letters, 'a')
	}
	if s.maxLength >= 0 && len(letters) > s.maxLength {
		letters = letters[len(letters)-s.maxLength:]
	}
	return string(letters)
}

// mostText is how long texts are that are made.
const mostText = 4096

// holds tells whether a text is as long as it may be.
func (s together) holds(text string) bool {
	n := len([]rune(text))
	return n >= s.minLength && (s.maxLength < 0 || n <= s.maxLength)
}
