package apigateway

import (
	"encoding/json"
	"io"
	"net/http"
	"path"
	"strings"

	"github.com/google/uuid"

	"portcullis/deploy/gateway/usage"
)

// maxBody bounds the body of a request.
const maxBody = 64 << 10

// Handler is the control plane. Make it with [New].
type Handler struct {
	registry *usage.Registry
	mux      *http.ServeMux
}

// operation does one operation of the API. Its answer becomes the body as JSON; nil: none.
type operation func(h *Handler, c *call) (answer any, err error)

// routes are the operations, by net/http's patterns, and the status of each that succeeds.
var routes = map[string]struct {
	status int
	do     operation
}{
	"POST /apikeys":                        {http.StatusCreated, (*Handler).createKey},
	"GET /apikeys":                         {http.StatusOK, (*Handler).getKeys},
	"GET /apikeys/{key}":                   {http.StatusOK, (*Handler).getKey},
	"PATCH /apikeys/{key}":                 {http.StatusOK, (*Handler).updateKey},
	"DELETE /apikeys/{key}":                {http.StatusAccepted, (*Handler).deleteKey},
	"POST /usageplans":                     {http.StatusCreated, (*Handler).createPlan},
	"GET /usageplans":                      {http.StatusOK, (*Handler).getPlans},
	"GET /usageplans/{plan}":               {http.StatusOK, (*Handler).getPlan},
	"PATCH /usageplans/{plan}":             {http.StatusOK, (*Handler).updatePlan},
	"DELETE /usageplans/{plan}":            {http.StatusAccepted, (*Handler).deletePlan},
	"POST /usageplans/{plan}/keys":         {http.StatusCreated, (*Handler).createPlanKey},
	"GET /usageplans/{plan}/keys":          {http.StatusOK, (*Handler).getPlanKeys},
	"GET /usageplans/{plan}/keys/{key}":    {http.StatusOK, (*Handler).getPlanKey},
	"DELETE /usageplans/{plan}/keys/{key}": {http.StatusAccepted, (*Handler).deletePlanKey},
	"GET /usageplans/{plan}/usage":         {http.StatusOK, (*Handler).getUsage},
}

// New makes the control plane of a registry.
func New(registry *usage.Registry) *Handler {
	h := &Handler{registry: registry, mux: http.NewServeMux()}
	for pattern, route := range routes {
		h.mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
			h.serve(w, r, route.status, route.do)
		})
	}
	return h
}

// IsRequest tells whether a request is one for a Handler: its path is /apikeys or /usageplans, or below one of them. So a
// server that has other services beside it can ask, after it has taken away a prefix of its own.
func IsRequest(r *http.Request) bool {
	first, _, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	return first == "apikeys" || first == "usageplans"
}

// ServeHTTP answers one request, whose path begins with /apikeys or /usageplans: a prefix is for the caller to take away,
// such as with [http.StripPrefix].
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	_, pattern := h.mux.Handler(r)
	if _, known := routes[pattern]; !known || path.Clean(r.URL.Path) != r.URL.Path || r.Method == http.MethodHead {
		writeError(w, unknownOperation(r))
		return
	}
	h.mux.ServeHTTP(w, r)
}

func (h *Handler) serve(w http.ResponseWriter, r *http.Request, status int, do operation) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		writeError(w, badRequest("the body could not be read: %v", err))
		return
	}
	c := &call{Request: r, body: body}
	if r.Method != http.MethodPost && r.Method != http.MethodPatch && len(body) > 0 {
		writeError(w, badRequest("%s takes no body", r.Method))
		return
	}
	answer, err := do(h, c)
	if err != nil {
		writeError(w, err)
		return
	}
	write(w, status, answer)
}

// write answers as the service does.
func write(w http.ResponseWriter, status int, answer any) {
	w.Header().Set("X-Amzn-Requestid", uuid.NewString())
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Content-Type", "application/json")
	if answer == nil {
		w.WriteHeader(status)
		return
	}
	body, err := json.Marshal(answer)
	if err != nil {
		http.Error(w, "apigateway: "+err.Error(), http.StatusInternalServerError)
		return
	}
	w.WriteHeader(status)
	_, _ = w.Write(body)
}
