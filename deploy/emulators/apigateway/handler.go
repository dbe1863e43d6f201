package apigateway

import (
	"io"
	"net/http"
	"path"
	"strings"

	"portcullis/deploy/emulators/internal/wire"
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

// operations are the API, by the names of its reference: each with its pattern of net/http, the status where it succeeds, and
// what does it.
var operations = map[string]struct {
	pattern string
	status  int
	do      operation
}{
	"CreateApiKey":       {"POST /apikeys", http.StatusCreated, (*Handler).createKey},
	"GetApiKeys":         {"GET /apikeys", http.StatusOK, (*Handler).getKeys},
	"GetApiKey":          {"GET /apikeys/{key}", http.StatusOK, (*Handler).getKey},
	"UpdateApiKey":       {"PATCH /apikeys/{key}", http.StatusOK, (*Handler).updateKey},
	"DeleteApiKey":       {"DELETE /apikeys/{key}", http.StatusAccepted, (*Handler).deleteKey},
	"CreateUsagePlan":    {"POST /usageplans", http.StatusCreated, (*Handler).createPlan},
	"GetUsagePlans":      {"GET /usageplans", http.StatusOK, (*Handler).getPlans},
	"GetUsagePlan":       {"GET /usageplans/{plan}", http.StatusOK, (*Handler).getPlan},
	"UpdateUsagePlan":    {"PATCH /usageplans/{plan}", http.StatusOK, (*Handler).updatePlan},
	"DeleteUsagePlan":    {"DELETE /usageplans/{plan}", http.StatusAccepted, (*Handler).deletePlan},
	"CreateUsagePlanKey": {"POST /usageplans/{plan}/keys", http.StatusCreated, (*Handler).createPlanKey},
	"GetUsagePlanKeys":   {"GET /usageplans/{plan}/keys", http.StatusOK, (*Handler).getPlanKeys},
	"GetUsagePlanKey":    {"GET /usageplans/{plan}/keys/{key}", http.StatusOK, (*Handler).getPlanKey},
	"DeleteUsagePlanKey": {"DELETE /usageplans/{plan}/keys/{key}", http.StatusAccepted, (*Handler).deletePlanKey},
	"GetUsage":           {"GET /usageplans/{plan}/usage", http.StatusOK, (*Handler).getUsage},
}

// Operations are the names of the operations that a Handler has, in order.
func Operations() []string { return wire.Names(operations) }

// New makes the control plane of a registry.
func New(registry *usage.Registry) *Handler {
	h := &Handler{registry: registry, mux: http.NewServeMux()}
	for _, o := range operations {
		h.mux.HandleFunc(o.pattern, func(w http.ResponseWriter, r *http.Request) { h.serve(w, r, o.status, o.do) })
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
	// The mux itself answers with redirects, and to HEAD as to GET.
	if _, pattern := h.mux.Handler(r); pattern == "" || path.Clean(r.URL.Path) != r.URL.Path || r.Method == http.MethodHead {
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
	wire.Write(w, wire.RESTJSON, status, answer)
}
