//go:build !unix

package localtls

import "io/fs"

// mayOthers is false: there are no such permissions.
func mayOthers(fs.FileInfo, fs.FileMode) bool { return false }

// isForeign is false: there are no such owners.
func isForeign(fs.FileInfo) bool { return false }
