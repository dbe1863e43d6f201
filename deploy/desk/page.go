package desk

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"html/template"
	"net/http"
	"strings"
	"sync"
)

var (
	//go:embed index.html
	pageText string
	//go:embed index.js
	pageScript string
	//go:embed live.js
	liveScript string
)

// page is made when it is looked at first.
var page = sync.OnceValue(func() *template.Template {
	return template.Must(template.New("index").Funcs(shellFuncs).Parse(pageText))
})

// serve answers with HTML, or with JSON where that is asked for.
func (i index) serve(w http.ResponseWriter, r *http.Request) {
	accept := r.Header.Get("Accept")
	var body bytes.Buffer
	contentType := "text/html; charset=utf-8"
	if strings.Contains(accept, "application/json") && !strings.Contains(accept, "text/html") {
		contentType = "application/json"
		encoder := json.NewEncoder(&body)
		encoder.SetEscapeHTML(false)
		encoder.Encode(i)
	} else if err := page().Execute(&body, i.data()); err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", contentType)
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Vary", "Accept")
	w.Write(body.Bytes())
}
