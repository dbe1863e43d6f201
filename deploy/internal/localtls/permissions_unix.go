//go:build unix

package localtls

import (
	"io/fs"
	"os"
	"syscall"
)

// mayOthers tells whether others than the owner may do something with a file.
func mayOthers(info fs.FileInfo, what fs.FileMode) bool { return info.Mode().Perm()&what != 0 }

// isForeign tells whether a file is another user's, who may do with it at any time what its permissions do not say yet. Root may do that
// anyway; who is root has chosen the folder, such as one of the host's in a container.
func isForeign(info fs.FileInfo) bool {
	user := os.Geteuid()
	stat, known := info.Sys().(*syscall.Stat_t)
	return user != 0 && (!known || stat.Uid != 0 && int(stat.Uid) != user)
}
