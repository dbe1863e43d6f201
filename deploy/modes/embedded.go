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

// Names are those of the modes that are embedded, in their order.
func Names() []string {
	files, err := fs.Glob(embedded, "*.yaml")
	if err != nil {
		panic(err) // the pattern is wrong
	}
	for i, file := range files {
		files[i] = strings.TrimSuffix(file, ".yaml")
	}
	return files
}
