// Package vectors holds test vectors for verifiers of JSON Web Tokens: tokens, the key sets to check them with, and whether a verifier
// must accept or refuse each, why, and with which code Portcullis's own refuses it. They are files, for tests in any language; README.md
// beside this package is their reference, and "portcullis fixture vectors" writes them anywhere.
//
// The package gives the files as they are ([Files]) and as values ([Read]). It links no verifier.
package vectors

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
)

// What the files say that they are. Version changes where a reader that was right becomes wrong: where a member goes, or means something
// else. New members, sets, groups and cases do not change it.
const (
	Format  = "portcullis-token-vectors"
	Version = 1
)

// IndexFile is the name of the index, which lists all other files of vectors.
const IndexFile = "index.json"

// The kinds of tokens that a [Set] is of.
const (
	KindOIDC          = "oidc-access"    // a JWT access token as OpenID Connect providers write them
	KindCognitoAccess = "cognito-access" // an access token of an Amazon Cognito user pool
	KindCognitoID     = "cognito-id"     // an ID token of an Amazon Cognito user pool
)

// What becomes of a [Case].
const (
	Accept = "accept"
	Refuse = "refuse"
)

// The classes of a [Fault].
const (
	// Security: who takes such a token takes what nobody entitled signed, what has ended or not begun, or what is for somebody else.
	Security = "security"
	// Standard: a standard says that the token is none, or is to be refused; who can make it has the key, or a token that says the same.
	Standard = "standard"
	// Choice: no standard forbids to take the token; Portcullis refuses it all the same.
	Choice = "choice"
)

// Index lists the sets, and what the faults of their tokens are.
type Index struct {
	Format  string  `json:"format"`
	Version int     `json:"version"`
	Time    int64   `json:"time"`  // the clock to verify at, in seconds since 1970
	Until   int64   `json:"until"` // any clock from Time to before Until will do, but for cases that are NoSkew
	Files   []File  `json:"files"`
	Faults  []Fault `json:"faults"` // each is the name of at least one case
}

// File is what the index says of a set.
type File struct {
	Name      string `json:"name"`
	SHA256    string `json:"sha256"` // of the file's bytes, in hexadecimal
	Kind      string `json:"kind"`
	Algorithm string `json:"algorithm"`
	Groups    int    `json:"groups"`
	Accept    int    `json:"accept"` // how many cases must be accepted
	Refuse    int    `json:"refuse"` // how many must be refused
}

// Fault is one thing that is wrong with a token.
type Fault struct {
	Name   string `json:"name"`
	Family string `json:"family"` // a title, for tables
	Part   string `json:"part"`   // form, header, claims, signature or keys
	Class  string `json:"class"`  // Security, Standard or Choice
	Source string `json:"source"` // where the rule comes from that the token breaks, or what leaves it open
}

// Set is a file of vectors: tokens of one kind and one algorithm.
type Set struct {
	Format    string  `json:"format"`
	Version   int     `json:"version"`
	Kind      string  `json:"kind"`
	Algorithm string  `json:"algorithm"`
	Time      int64   `json:"time"`
	Until     int64   `json:"until"`
	Groups    []Group `json:"groups"`
}

// Group is tokens for one verifier: whom it trusts, and what it has to check beside signature and times.
type Group struct {
	Name       string            `json:"name"`
	Issuer     string            `json:"issuer"`        // the exact iss
	KeySetURL  string            `json:"jwksUri"`       // where KeySet would be; nothing is there
	Algorithms []string          `json:"algorithms"`    // that the verifier accepts
	Audience   string            `json:"audience"`      // whom the tokens are for
	AudienceIn string            `json:"audienceClaim"` // the claim that says so: aud, or client_id
	Claims     map[string]string `json:"claims"`        // other claims that have to be there, with these values
	Required   []string          `json:"required"`      // claims without which there is no good token
	KeySet     json.RawMessage   `json:"keySet"`        // RFC 7517 section 5
	Cases      []Case            `json:"cases"`
}

// Case is a token, and what must become of it.
type Case struct {
	Name   string `json:"name"` // of the fault, where it must be refused; once in a group
	Result string `json:"result"`
	Why    string `json:"why"`              // what is wrong, or odd and still right, as a sentence
	Code   string `json:"code,omitempty"`   // with which our verifier refuses it
	Signed bool   `json:"signed,omitempty"` // bad, and signed by the issuer's own key: a verifier that checks nothing else takes it
	NoSkew bool   `json:"noSkew,omitempty"` // bad at Time exactly, and only where clocks may not differ
	Token  string `json:"token"`
}

//go:embed README.md schema.json *.json
var files embed.FS

// Files are the index, the sets, the JSON Schema of both (schema.json), and README.md.
func Files() fs.FS { return files }

// Vectors are all files of vectors, read.
type Vectors struct {
	Index Index
	Sets  []Set // in the order of Index.Files
}

// Read reads the index and the sets of a folder. It wants the format and version that this package knows, and of each set the very bytes
// that the index tells of; the error names all that is wrong.
func Read(folder fs.FS) (*Vectors, error) {
	text, err := fs.ReadFile(folder, IndexFile)
	if err != nil {
		return nil, err
	}
	v := &Vectors{}
	if err := v.Index.decode(text); err != nil {
		return nil, err
	}
	var wrong []error
	for _, file := range v.Index.Files {
		set, err := file.read(folder)
		if err != nil {
			wrong = append(wrong, fmt.Errorf("%s: %w", file.Name, err))
			continue
		}
		v.Sets = append(v.Sets, *set)
	}
	if err := errors.Join(wrong...); err != nil {
		return nil, err
	}
	return v, nil
}

// decode reads an index.
func (i *Index) decode(text []byte) error {
	if err := decode(text, i); err != nil {
		return fmt.Errorf("%s: %w", IndexFile, err)
	}
	if err := checkFormat(i.Format, i.Version); err != nil {
		return fmt.Errorf("%s: %w", IndexFile, err)
	}
	if len(i.Files) == 0 {
		return fmt.Errorf("%s: files: want at least one", IndexFile)
	}
	return nil
}

func checkFormat(format string, version int) error {
	if format != Format || version != Version {
		return fmt.Errorf("format %.60q, version %d: want %q, version %d", format, version, Format, Version)
	}
	return nil
}

// read reads a set, and holds it to what the index says of it.
func (f File) read(folder fs.FS) (*Set, error) {
	if path.Base(f.Name) != f.Name {
		return nil, errors.New("want the name of a file beside the index")
	}
	text, err := fs.ReadFile(folder, f.Name)
	if err != nil {
		return nil, err
	}
	if sum := sha256.Sum256(text); hex.EncodeToString(sum[:]) != f.SHA256 {
		return nil, fmt.Errorf("its SHA-256 is %x, and the index says %.64q", sum, f.SHA256)
	}
	set := &Set{}
	if err := decode(text, set); err != nil {
		return nil, err
	}
	if err := checkFormat(set.Format, set.Version); err != nil {
		return nil, err
	}
	if said := set.file(f.Name, f.SHA256); said != f {
		return nil, fmt.Errorf("it is %+v, and the index says %+v", said, f)
	}
	return set, set.check()
}

// check says which cases nobody could judge by.
func (s *Set) check() error {
	var wrong []error
	for _, g := range s.Groups {
		names := map[string]bool{}
		for _, c := range g.Cases {
			if names[c.Name] {
				wrong = append(wrong, fmt.Errorf("group %s, case %s: it is there twice", g.Name, c.Name))
			}
			names[c.Name] = true
			if c.Result != Accept && c.Result != Refuse {
				wrong = append(wrong, fmt.Errorf("group %s, case %s: result %.60q: want %s or %s", g.Name, c.Name, c.Result, Accept, Refuse))
			}
		}
	}
	return errors.Join(wrong...)
}

// file is what an index says of the set.
func (s *Set) file(name, sum string) File {
	f := File{Name: name, SHA256: sum, Kind: s.Kind, Algorithm: s.Algorithm, Groups: len(s.Groups)}
	for _, g := range s.Groups {
		for _, c := range g.Cases {
			if c.Result == Accept {
				f.Accept++
			} else {
				f.Refuse++
			}
		}
	}
	return f
}

// decode reads one JSON value and nothing behind it. Members that it does not know are passed over: a newer file of the same version may
// have them.
func decode(text []byte, value any) error {
	decoder := json.NewDecoder(bytes.NewReader(text))
	if err := decoder.Decode(value); err != nil {
		return err
	}
	if _, err := decoder.Token(); err != io.EOF {
		return errors.New("want one JSON value, and nothing behind it")
	}
	return nil
}

// Fault is the fault of a name.
func (i *Index) Fault(name string) (Fault, bool) {
	for _, f := range i.Faults {
		if f.Name == name {
			return f, true
		}
	}
	return Fault{}, false
}
