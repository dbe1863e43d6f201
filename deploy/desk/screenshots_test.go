package desk_test

import (
	"bytes"
	"cmp"
	"flag"
	"image"
	"image/color"
	"image/png"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"portcullis/deploy/desk"
)

var update = flag.Bool("update", false, "make the screenshots of the console anew")

// pictured are the views that the documents show.
var pictured = []string{"call", "access", "live", "workbench"}

const mostOfPicture = 150_000 // bytes

// TestScreenshots: the documents' pictures of the console are there, light and dark, and small enough to be loaded in a moment. With -update a
// browser makes them of a desk at the address that README names.
func TestScreenshots(t *testing.T) {
	if *update {
		makeScreenshots(t)
	}
	for _, view := range pictured {
		for _, theme := range []string{"light", "dark"} {
			file := filepath.Join("console", "screenshots", view+"-"+theme+".png")
			data, err := os.ReadFile(file)
			if err != nil {
				t.Error(err)
				continue
			}
			picture, err := png.DecodeConfig(bytes.NewReader(data))
			if err != nil || picture.Width != 1280 || picture.Height != 800 || len(data) > mostOfPicture {
				t.Errorf("%s: %d by %d, %d bytes, %v", file, picture.Width, picture.Height, len(data), err)
			}
		}
	}
}

func makeScreenshots(t *testing.T) {
	t.Helper()
	folder := t.TempDir()
	findConsoleParts(t).run(t, "screenshots.mjs", map[string]string{"ours": start(t, desk.Config{Addr: "127.0.0.1:8080"}).url}, "SCREENSHOTS="+folder)
	made, err := filepath.Glob(filepath.Join(folder, "*.png"))
	if err != nil || len(made) == 0 {
		t.Fatalf("%d pictures, %v", len(made), err)
	}
	for _, file := range made {
		shrink(t, file, filepath.Join("console", "screenshots", filepath.Base(file)))
	}
}

// shrink writes a picture with the 256 colors that most of its points have, and has each other point be of the nearest of these.
func shrink(t *testing.T, from, to string) {
	t.Helper()
	data, err := os.ReadFile(from)
	if err != nil {
		t.Fatal(err)
	}
	full, err := png.Decode(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	small := image.NewPaletted(full.Bounds(), frequent(full))
	nearest := map[color.Color]uint8{}
	for y := range full.Bounds().Dy() {
		for x := range full.Bounds().Dx() {
			c := full.At(x, y)
			i, known := nearest[c]
			if !known {
				i = uint8(small.Palette.Index(c))
				nearest[c] = i
			}
			small.SetColorIndex(x, y, i)
		}
	}
	var written bytes.Buffer
	encoder := png.Encoder{CompressionLevel: png.BestCompression}
	if err := encoder.Encode(&written, small); err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(to, written.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
}

// frequent are the 256 colors that most points of a picture have, the most frequent first.
func frequent(picture image.Image) color.Palette {
	count := map[color.Color]int{}
	for y := range picture.Bounds().Dy() {
		for x := range picture.Bounds().Dx() {
			count[picture.At(x, y)]++
		}
	}
	all := slices.SortedFunc(maps.Keys(count), func(a, b color.Color) int { return cmp.Compare(count[b], count[a]) })
	return all[:min(len(all), 256)]
}
