package modes

import (
	"embed"
	"io/fs"
	"strings"
)

//go:embed *.yaml
var embedded embed.FS

// Embedded are the files of this folder, *.yaml, as they were when the program was built. [Parse] reads them.
func Embedded() fs.FS { return embedded }

// Names are the names that modes of a folder's files have, *.yaml, sorted; none where it cannot be read.
func Names(folder fs.FS) []string {
	files, _ := fs.Glob(folder, "*.yaml")
	for i, file := range files {
		files[i] = strings.TrimSuffix(file, ".yaml")
	}
	return files
}
