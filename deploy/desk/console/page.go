package console

import (
	"embed"
	"net/http"
	"path"
)

//go:embed web
var web embed.FS

// policy is the page's Content-Security-Policy: all that it loads and asks is its own origin's. A WebSocket of the same host is, too
// (CSP 3, section 6.7.2.8).
const contentPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
	"form-action 'none'; base-uri 'none'; frame-ancestors 'none'"

func serveIndex(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Security-Policy", contentPolicy)
	w.Header().Set("Referrer-Policy", "no-referrer")
	http.ServeFileFS(w, r, web, "web/index.html")
}

func serveFile(w http.ResponseWriter, r *http.Request) {
	http.ServeFileFS(w, r, web, path.Join("web", r.PathValue("file")))
}
