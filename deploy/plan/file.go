package plan

import (
	"bytes"
	"encoding/json"
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
	Contract File `json:"contract"`
	Mode     File `json:"mode"`
	Rules    File `json:"rules"` // those that the functions decide by, made in the same step
}

// Encode writes a plan as JSON, with a line for each member, that Terraform's modules decode. The same plan and files give the same
// bytes.
func (p *Plan) Encode(files Sources) ([]byte, error) {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	err := encoder.Encode(struct {
		Format  string  `json:"format"`
		Version int     `json:"version"`
		Files   Sources `json:"files"`
		Plan    *Plan   `json:"plan"`
	}{fileFormat, fileVersion, files, p})
	return text.Bytes(), err
}
