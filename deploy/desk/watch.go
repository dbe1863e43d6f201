package desk

import (
	"maps"
	"os"
	"slices"
	"time"
)

// stamp tells versions of a file apart. The zero stamp is of a file that is not there.
type stamp struct {
	modified time.Time
	size     int64
}

func stampOf(file string) stamp {
	info, err := os.Stat(file)
	if err != nil {
		return stamp{}
	}
	return stamp{info.ModTime(), info.Size()}
}

func stampsOf(files []string) map[string]stamp {
	stamps := make(map[string]stamp, len(files))
	for _, file := range files {
		stamps[file] = stampOf(file)
	}
	return stamps
}

// watcher finds out which files change, by looking.
type watcher struct {
	files func() []string  // that count now
	taken map[string]stamp // what was told of last
	seen  map[string]stamp // at the last look
}

// newWatcher makes a watcher for files that are read after this call.
func newWatcher(files func() []string) *watcher {
	now := stampsOf(files())
	return &watcher{files, now, now}
}

// changed are the files that came, went or changed since the last call that told of any. They are told of only when they
// are the same in two calls after another, so that nobody reads what is still being written.
func (w *watcher) changed() []string {
	now := stampsOf(w.files())
	quiet := maps.Equal(now, w.seen)
	w.seen = now
	if !quiet || maps.Equal(now, w.taken) {
		return nil
	}
	var changed []string
	for file := range union(now, w.taken) {
		if now[file] != w.taken[file] {
			changed = append(changed, file)
		}
	}
	w.taken = now
	slices.Sort(changed)
	return changed
}

func union(a, b map[string]stamp) map[string]stamp {
	all := maps.Clone(a)
	maps.Copy(all, b)
	return all
}
