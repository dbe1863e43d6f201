package testtools

import (
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
)

// awsProvider is where a mirror keeps the AWS provider
// (https://developer.hashicorp.com/terraform/cli/config/config-file#filesystem_mirror).
const awsProvider = "registry.terraform.io/hashicorp/aws"

// mirrorDepth is how many folders deep below a usual place a mirror is looked for.
const mirrorDepth = 4

// providerMirror returns the folder of a provider mirror with the AWS provider for this machine: the one that
// TF_PLUGIN_DIR names, or the first one in the usual places, or "".
func providerMirror() string {
	if named := os.Getenv("TF_PLUGIN_DIR"); named != "" {
		return named
	}
	for _, place := range usualPlaces() {
		if mirror := findMirror(place); mirror != "" {
			return mirror
		}
	}
	return ""
}

func usualPlaces() []string {
	places := []string{"/opt", "/usr/local/share", "/usr/share"}
	if home, err := os.UserHomeDir(); err == nil {
		places = append(places, filepath.Join(home, ".terraform.d"), filepath.Join(home, ".local", "share"))
	}
	data := append([]string{os.Getenv("XDG_DATA_HOME")}, filepath.SplitList(os.Getenv("XDG_DATA_DIRS"))...)
	for _, dir := range data {
		if dir != "" {
			places = append(places, dir)
		}
	}
	return places
}

// findMirror walks place and the folders below it, mirrorDepth deep. What cannot be read is passed over.
func findMirror(place string) string {
	found := ""
	root := strings.Count(filepath.Clean(place), string(filepath.Separator))
	_ = filepath.WalkDir(place, func(path string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil || !entry.IsDir():
			return nil
		case hasProvider(path):
			found = path
			return fs.SkipAll
		case strings.Count(path, string(filepath.Separator))-root >= mirrorDepth:
			return fs.SkipDir
		}
		return nil
	})
	return found
}

// hasProvider knows both layouts of a mirror, unpacked and packed.
func hasProvider(mirror string) bool {
	platform := runtime.GOOS + "_" + runtime.GOARCH
	for _, layout := range []string{"*/" + platform, "*_" + platform + ".zip"} {
		if hits, err := filepath.Glob(filepath.Join(mirror, awsProvider, layout)); err == nil && len(hits) > 0 {
			return true
		}
	}
	return false
}
