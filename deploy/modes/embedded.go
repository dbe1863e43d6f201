package modes

import (
	"embed"
	"io/fs"
)

//go:embed *.yaml
var embedded embed.FS

// Embedded are the files of this folder, *.yaml, as they were when the program was built. [Parse] reads them.
func Embedded() fs.FS { return embedded }
