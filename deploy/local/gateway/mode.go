package gateway

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// The kinds of gateways and authorizations that a mode can have.
const (
	KindREST           = "REST"
	AuthorizationToken = "TOKEN" // a Lambda authorizer of type TOKEN
)

// Mode is one way to guard an API: a file that Terraform reads too.
type Mode struct {
	Name              string            `yaml:"name"`          // the file's name without its ending; also the stage on a desk
	Gateway           string            `yaml:"gateway"`       // "REST"
	Authorization     string            `yaml:"authorization"` // "TOKEN"
	Authorizer        *Authorizer       `yaml:"authorizer"`
	RequestValidation RequestValidation `yaml:"requestValidation"`
	Throttle          *Throttle         `yaml:"throttle"` // nil: the account's limits; not applied here
	StageVariables    map[string]string `yaml:"stageVariables"`
}

// Authorizer is a Lambda authorizer.
type Authorizer struct {
	Function string `yaml:"function"` // which function it is

	// IdentitySource is where the credential is: method.request.header.{name}.
	IdentitySource string `yaml:"identitySource"`

	// IdentityValidationExpression must match the whole of the identity source's value, or the request is
	// refused without asking the function. Empty: anything.
	IdentityValidationExpression string `yaml:"identityValidationExpression"`

	// ResultTTLInSeconds is how long an answer is kept, 0 to 3600. Absent: 300. 0: not at all.
	ResultTTLInSeconds *int `yaml:"resultTtlInSeconds"`
}

// RequestValidation says what the gateway checks before it calls a function.
type RequestValidation struct {
	Body       bool `yaml:"body"`       // bodies against the contract's schemas
	Parameters bool `yaml:"parameters"` // that required parameters are there
}

// Throttle is the limit of a whole stage.
type Throttle struct {
	RateLimit  float64 `yaml:"rateLimit"`  // requests a second
	BurstLimit int     `yaml:"burstLimit"` // requests at once
}

// ModeError says what is wrong with a mode's file, and where.
type ModeError struct {
	Name   string // the file
	Line   int    // 0: the file as a whole
	Reason string
}

func (e *ModeError) Error() string {
	if e.Line == 0 {
		return fmt.Sprintf("%s: %s", e.Name, e.Reason)
	}
	return fmt.Sprintf("%s:%d: %s", e.Name, e.Line, e.Reason)
}

// LoadModes reads every *.yaml of a folder, in the order of their names. The error is a [*ModeError].
func LoadModes(folder string) ([]*Mode, error) {
	files, err := filepath.Glob(filepath.Join(folder, "*.yaml"))
	if err != nil || len(files) == 0 {
		return nil, &ModeError{Name: folder, Reason: "holds no mode (*.yaml)"}
	}
	var modes []*Mode
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			return nil, &ModeError{Name: file, Reason: errors.Unwrap(err).Error()}
		}
		mode, err := ParseMode(file, text)
		if err != nil {
			return nil, err
		}
		modes = append(modes, mode)
	}
	return modes, nil
}

// ParseMode reads a mode from the text of its file. The error is a [*ModeError].
func ParseMode(file string, text []byte) (*Mode, error) {
	mode := &Mode{}
	decoder := yaml.NewDecoder(bytes.NewReader(text))
	decoder.KnownFields(true)
	if err := decoder.Decode(mode); err != nil && err != io.EOF {
		return nil, decodingError(file, err)
	}
	if err := decoder.Decode(&yaml.Node{}); err != io.EOF {
		return nil, &ModeError{Name: file, Reason: "want one YAML document, and something follows it"}
	}
	var root yaml.Node
	if err := yaml.Unmarshal(text, &root); err != nil {
		return nil, decodingError(file, err)
	}
	if member, reason := mode.check(strings.TrimSuffix(filepath.Base(file), ".yaml")); reason != "" {
		return nil, &ModeError{file, lineOf(&root, member), member + ": " + reason}
	}
	return mode, nil
}

var (
	yamlLine     = regexp.MustCompile(`line (\d+): (.*)`)
	unknownField = regexp.MustCompile(`field (\S+) not found in type \S+`)
)

// decodingError takes line and reason from the first complaint of the YAML library.
func decodingError(file string, err error) error {
	m := yamlLine.FindStringSubmatch(err.Error())
	if m == nil {
		return &ModeError{Name: file, Reason: strings.TrimPrefix(err.Error(), "yaml: ")}
	}
	line, _ := strconv.Atoi(m[1])
	return &ModeError{file, line, unknownField.ReplaceAllString(m[2], "$1: a mode has no such member")}
}

// check gives the first member that is wrong, its parents before it, and what is wrong with it.
func (m *Mode) check(name string) (member, reason string) {
	switch {
	case m.Name != name:
		return "name", fmt.Sprintf("want the file's name, %q, got %q", name, m.Name)
	case !stageName.MatchString(m.Name):
		return "name", "want letters, digits, - and _ only"
	case m.Gateway != KindREST:
		return "gateway", fmt.Sprintf("want %s, got %q", KindREST, m.Gateway)
	case m.Authorization != AuthorizationToken:
		return "authorization", fmt.Sprintf("want %s, got %q", AuthorizationToken, m.Authorization)
	case m.Authorizer == nil:
		return "authorizer", "is missing"
	}
	if member, reason := m.Authorizer.check(); reason != "" {
		return "authorizer." + member, reason
	}
	if t := m.Throttle; t != nil && (t.RateLimit < 0 || t.BurstLimit < 0) {
		return "throttle", "want limits of 0 or more"
	}
	for name, value := range m.StageVariables {
		if !variableName.MatchString(name) || !variableValue.MatchString(value) {
			return "stageVariables." + name, "want a name of letters, digits and _, and a value of letters, digits and -._~:/?#&=,"
		}
	}
	return "", ""
}

var (
	stageName      = regexp.MustCompile(`^[A-Za-z0-9_-]{1,128}$`)
	variableName   = regexp.MustCompile(`^[A-Za-z0-9_]{1,64}$`)
	variableValue  = regexp.MustCompile(`^[A-Za-z0-9._~:/?#&=,-]{1,512}$`)
	identityHeader = regexp.MustCompile(`^method\.request\.header\.([A-Za-z0-9-]+)$`)
)

const maxTTL = 3600

func (a *Authorizer) check() (member, reason string) {
	switch {
	case a.Function == "":
		return "function", "is missing"
	case !identityHeader.MatchString(a.IdentitySource):
		return "identitySource", fmt.Sprintf("want method.request.header.{name}, got %q", a.IdentitySource)
	case a.ResultTTLInSeconds != nil && (*a.ResultTTLInSeconds < 0 || *a.ResultTTLInSeconds > maxTTL):
		return "resultTtlInSeconds", fmt.Sprintf("want 0 to %d, got %d", maxTTL, *a.ResultTTLInSeconds)
	}
	if _, err := a.validation(); err != nil {
		return "identityValidationExpression", err.Error()
	}
	return "", ""
}

// validation is the validation expression, for the whole value; nil: anything will do.
func (a *Authorizer) validation() (*regexp.Regexp, error) {
	if a.IdentityValidationExpression == "" {
		return nil, nil
	}
	return regexp.Compile(`^(?:` + a.IdentityValidationExpression + `)$`)
}

// header is the name of the header that the identity source is.
func (a *Authorizer) header() string {
	return identityHeader.FindStringSubmatch(a.IdentitySource)[1]
}

// lineOf finds the line of a member, or of the nearest of its parents that is there.
func lineOf(root *yaml.Node, member string) int {
	if len(root.Content) == 0 {
		return 1
	}
	node := root.Content[0]
	line := node.Line
	for _, name := range strings.Split(member, ".") {
		next := -1
		for i := 0; i+1 < len(node.Content); i += 2 {
			if node.Content[i].Value == name {
				next = i
			}
		}
		if next < 0 {
			return line
		}
		line, node = node.Content[next].Line, node.Content[next+1]
	}
	return line
}
