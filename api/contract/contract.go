// Package contract reads the contract, an OpenAPI document of any team, into what the rest of the system needs of it: the
// operations with their access rules, the parameters and bodies to validate, and the function that serves each. It is not a
// general OpenAPI library: what decides access is read by a strict reader of its own, and what could change who may call what is
// understood or refused with its line, never passed over.
//
// Read are OpenAPI 3.0, 3.1 and 3.2, in YAML or JSON, in one file or several: `security` of operations and of the document, the security
// schemes, parameters and bodies (also by reference into components), operationId, x-amazon-apigateway-any-method, the resource policy
// in x-amazon-apigateway-policy ([policy.ParseResourcePolicy] says what is taken of one), and of x-amazon-apigateway-integration the
// function's name, and whether OPTIONS is what API Gateway's export has for CORS. Our own extensions are x-function, x-owner-scopes,
// x-public, x-websocket. A
// scheme is a bearer's token (http with scheme bearer, oauth2, openIdConnect, and API Gateway's apiKey in the header Authorization
// with an authorizer), an API key (apiKey in another header), or a signature ([SchemeSigV4]).
//
// Refused are: an operation that says nothing of who may call it, optional credentials (`{}`), security schemes of other kinds
// where something asks for them, or with an authorizer by reference, authorizers of API Gateway that differ, or stand as alternatives of
// an API key, an x-amazon-apigateway-policy anywhere but at the document's root, an x-amazon-apigateway-auth that says something else than
// `security`,
// members that are not OpenAPI's where access depends on them, names that are near one of our extensions, keys that stand twice,
// references to the network, Swagger 2.0. All that is wrong is said at once; see [Errors].
//
// Passed over are descriptions, tags, responses, schemas that no body or message has, links, callbacks, webhooks and servers, with
// whatever stands in them, security schemes that nothing asks for, and extensions of others; API Gateway's own are told of, with what
// counts in their place, and so is what its own authorizers would ask less for; see [Contract.Remarks].
//
// # Several files
//
// [Load] follows a $ref to another file where a path item, a parameter, a body, a security scheme, the schema of a body or a message, what
// a discriminator maps to, or an x-amazon-apigateway-integration may be one. It is the path of a YAML or JSON file from the one in which it
// stands, with a JSON pointer after a #, such as ../common/errors.yaml#/Error. Read are regular files of the folder of the contract's own file
// and those below, wherever links lead: up to 5,000, of 8 MiB in all, of which at most 100 refer one to the other, with aliases for up to
// 500,000 values. They are read as strictly as the contract's own, and what is wrong is told with their names and lines.
//
// Names of security schemes, and the `security` that operations inherit, are those of the contract's own file. So a path item is refused that is
// a part of a document which has its own. What is beside the reference to a path item, or to a component, is refused too, but for summary and
// description, and so is a reference to what is a reference again, but in schemas. Where $id or $self makes a reference lead to another place
// than the path of the file does, it is refused. References in what is passed over are not followed.
//
// [Draft] makes a beginning of a document that is none yet.
package contract

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"

	"portcullis/policy"
)

// Contract is an API's operations and rules.
type Contract struct {
	Name       string      // the file, as errors name it
	Title      string      // info.title
	Operations []Operation // in the order of the document

	// Description is info.description.
	Description string

	// Preflights are the paths whose OPTIONS is no operation, since a mock of API Gateway's answers it: the gateway answers preflights
	// there itself, also where an operation stands for all methods.
	Preflights []string

	// OwnerScopes maps a scope to the path parameter that must equal the caller's id for it to count
	// (the document's x-owner-scopes).
	OwnerScopes map[string]string

	// WebSocket is a WebSocket API that is served beside (the document's x-websocket); nil: there is none.
	WebSocket *WebSocket

	// ResourcePolicy is the policy of the API itself (the document's x-amazon-apigateway-policy), its short resources as they stand
	// there; nil: there is none. It lets requests in besides the rules, and opens nothing that they do not: see [Contract.Rules].
	ResourcePolicy *policy.ResourcePolicy
	PolicyAt       Position // where it stands; the zero Position: there is none

	// Remarks say what of the document is passed over, or does not do what it reads like, by lines.
	Remarks []Remark

	// Text is what the contract was read from, its own file.
	Text []byte

	// Files are those that were read beside it, since it refers to them, by their names; none: it is in one file.
	Files []File

	// Document is all that was read as one JSON, so that a schema can be compiled by its pointer, with what it refers to: parts of other
	// files stand in the place of a path item or a component that is a reference to them, or else among the components, and no reference
	// that is followed leads out. Those in what is passed over stand as they are written.
	Document json.RawMessage
}

// Operation is one method of one path.
// See https://spec.openapis.org/oas/v3.1.0#operation-object.
type Operation struct {
	ID     string        // operationId; may be empty
	Route  policy.Route  // its method and path
	Access policy.Access // `security` of the operation, or of the document

	// Function is the name of the function that serves it: x-function of the operation, or else of the document, or else the one that
	// the address of its x-amazon-apigateway-integration has. "": none is named, and who calls functions has to ask.
	Function string

	// MeantPublic tells that the Access is public, and that x-public says that it is meant.
	MeantPublic bool

	// KeyHeaders are the headers, other than X-Api-Key, in which alternatives of the Access ask for API keys.
	KeyHeaders []string

	// Default tells that the operation is one of the two, of the root and of all below it, that stand for what no other
	// route of an HTTP API serves (path /$default). REST APIs have no such route.
	Default bool

	Parameters []Parameter // the path item's and the operation's own
	Body       *Body       // nil: the operation declares none

	Position // where the operation begins
}

// Parameter is one declared parameter of an operation.
// See https://spec.openapis.org/oas/v3.1.0#parameter-object.
type Parameter struct {
	Name     string
	In       string // "path", "query", "header" or "cookie", or "querystring" for the whole query
	Required bool
}

// Body is the declared body of an operation.
// See https://spec.openapis.org/oas/v3.1.0#request-body-object.
type Body struct {
	Required bool

	// Schemas maps each media type to its schema's place in Contract.Document, a JSON pointer as a URI
	// fragment, such as "#/components/schemas/NewUser"; to "" where the media type has no schema.
	Schemas map[string]string
}

// Error says what is wrong with a contract, and where.
type Error struct {
	Name   string // the file
	Line   int    // 0: the file as a whole
	Reason string // what is wrong, and what would be right
	Err    error  // what Reason is the text of, where a caller may ask; nil elsewhere
}

// Unwrap gives the cause, where there is one to ask.
func (e *Error) Unwrap() error { return e.Err }

// Error is FILE:LINE: REASON, or FILE: REASON where the line is 0.
func (e *Error) Error() string {
	if e.Line == 0 {
		return fmt.Sprintf("%s: %s", e.Name, e.Reason)
	}
	return fmt.Sprintf("%s:%d: %s", e.Name, e.Line, e.Reason)
}

// maxContract bounds a contract's size, in bytes.
const maxContract = 8 << 20

// Load reads the contract in a file, and what it refers to in other files of the file's folder and those below. The error is an [Errors], as
// [Parse] has it; where the file cannot be read, the Err of the only one says why.
func Load(name string) (*Contract, error) {
	text, err := readOwn(name)
	if err != nil {
		return nil, err
	}
	beside := folderOf(name)
	defer beside.close()
	return newParser(name, beside.read).parse(text)
}

// readOwn reads a contract's own file.
func readOwn(name string) ([]byte, error) {
	info, err := os.Stat(name)
	if err == nil && info.Size() > maxContract {
		return nil, Errors{{Name: name, Reason: tooLarge(info.Size())}}
	}
	text, err := os.ReadFile(name)
	if err != nil {
		return nil, Errors{{Name: name, Reason: pathless(err), Err: err}}
	}
	return text, nil
}

func tooLarge[N int | int64](bytes N) string {
	return fmt.Sprintf("the contract has %d bytes; %d are the most", bytes, maxContract)
}

// pathless is the text of an error of the file system without the file's name.
func pathless(err error) string {
	if wrapped, ok := err.(interface{ Unwrap() error }); ok {
		return wrapped.Unwrap().Error()
	}
	return err.Error()
}

// Paths are the files that the contract was read from, its own first, as errors and positions name them.
func (c *Contract) Paths() []string {
	all := []string{c.Name}
	for _, file := range c.Files {
		all = append(all, shownName(c.Name, file.Name))
	}
	return all
}

// SHA256 is that of Text, in 64 lower-case hexadecimal digits, by which a contract is named where its text is not. Of a contract of
// several files it is that of what `sha256sum - NAME... < TEXT` prints, the names in order: it changes with the text of each.
func (c *Contract) SHA256() string {
	if len(c.Files) == 0 {
		return sumOf(c.Text)
	}
	lines := sumOf(c.Text) + "  -\n"
	for _, file := range c.Files {
		lines += sumOf([]byte(file.Text)) + "  " + file.Name + "\n"
	}
	return sumOf([]byte(lines))
}

func sumOf(text []byte) string {
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}

// Rules gives the access rules of all operations, and of connecting to a WebSocket API and its messages. The error is a
// [*policy.RouteError]; Parse has made sure that there is none. With a ResourcePolicy they are made to stand beside one.
func (c *Contract) Rules() (*policy.Rules, error) {
	rules := make([]policy.Rule, len(c.Operations))
	for i, operation := range c.Operations {
		rules[i] = policy.Rule{Route: operation.Route, Access: operation.Access}
	}
	if c.WebSocket != nil {
		rules = append(rules, c.WebSocket.rules()...)
	}
	all, err := policy.NewRules(rules, c.OwnerScopes)
	if err == nil && c.ResourcePolicy != nil {
		all = all.BesideResourcePolicy()
	}
	return all, err
}
