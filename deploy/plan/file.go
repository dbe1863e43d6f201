package plan

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"path/filepath"

	"portcullis/api/contract"
	"portcullis/deploy/modes"
)

// What a file of a plan calls itself, and the one version of its form.
const (
	fileFormat  = "portcullis-plan"
	fileVersion = 1
)

// File is a file that a plan was made of, or that was made in the same step.
type File struct {
	Path   string `json:"path"`   // from the plan's own folder, with slashes
	SHA256 string `json:"sha256"` // of its bytes, 64 lower-case hexadecimal digits
}

// Sources are the files of a plan that [Plan.Encode] names.
type Sources struct {
	Contract File `json:"contract"` // its own file
	Mode     File `json:"mode"`
	Rules    File `json:"rules"` // those that the functions decide by, made in the same step

	// Parts are the files that the contract refers to, by how it names them, as [contract.File] has it; none: it is in one file. They stand
	// beside the others, each as "contract's NAME".
	Parts map[string]File `json:"-"`
}

// SourcesOf names the files of the plan that is made of a contract and a mode, both read from files, for a plan that lies in a folder.
// The rules are those of the contract, in the file rulesFile. Neither the folder nor that file has to be there yet.
func SourcesOf(folder string, c *contract.Contract, m *modes.Mode, rulesFile string, rules Rules) (Sources, error) {
	sum := sha256.Sum256(rules.File)
	digest := func(text string) string { return fmt.Sprintf("%x", sha256.Sum256([]byte(text))) }
	files := Sources{
		Contract: File{c.Name, digest(string(c.Text))}, Mode: File{m.File(), m.SHA256()}, Rules: File{rulesFile, hex.EncodeToString(sum[:])},
	}
	from, err := resolved(folder)
	if err != nil {
		return Sources{}, err
	}
	for _, file := range []*File{&files.Contract, &files.Mode, &files.Rules} {
		if file.Path, err = relative(from, file.Path); err != nil {
			return Sources{}, err
		}
	}
	for i, part := range c.Files {
		if files.Parts == nil {
			files.Parts = map[string]File{}
		}
		path, err := relative(from, c.Paths()[i+1])
		if err != nil {
			return Sources{}, err
		}
		files.Parts[part.Name] = File{path, digest(part.Text)}
	}
	return files, nil
}

// relative is the path of a file from a folder, with slashes.
func relative(folder, file string) (string, error) {
	to, err := resolved(file)
	if err != nil {
		return "", err
	}
	path, err := filepath.Rel(folder, to)
	return filepath.ToSlash(path), err
}

// members are the files by the names that they have in a plan's file.
func (s Sources) members() any {
	if len(s.Parts) == 0 {
		return s
	}
	all := map[string]File{"contract": s.Contract, "mode": s.Mode, "rules": s.Rules}
	for name, file := range s.Parts {
		all["contract's "+name] = file
	}
	return all
}

// resolved is the path from the root, with links followed as far as it is there: what is above a folder is above where its link leads.
func resolved(path string) (string, error) {
	at, err := filepath.Abs(path)
	if err != nil {
		return "", err
	}
	for rest := ""; ; at, rest = filepath.Dir(at), filepath.Join(filepath.Base(at), rest) {
		if found, err := filepath.EvalSymlinks(at); err == nil {
			return filepath.Join(found, rest), nil
		}
		if at == filepath.Dir(at) {
			return filepath.Join(at, rest), nil
		}
	}
}

// Encode writes a plan as JSON, with a line for each member, that Terraform's modules decode. The same plan and files give the same
// bytes.
func (p *Plan) Encode(files Sources) ([]byte, error) {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	err := encoder.Encode(struct {
		Format  string `json:"format"`
		Version int    `json:"version"`
		Files   any    `json:"files"`
		Plan    *Plan  `json:"plan"`
	}{fileFormat, fileVersion, files.members(), p})
	return text.Bytes(), err
}
