package plan

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

// fileOf is the form of a file of a plan, "dist/plans/MODE.json".
type fileOf struct {
	Format  string          `json:"format"`
	Version int             `json:"version"`
	Files   map[string]File `json:"files"` // what it was made of: contract and mode; and beside it: rules
	Plan    *Plan           `json:"plan"`
}
