package console

import "net/http"

func (c *Console) serveDesk(w http.ResponseWriter, r *http.Request) {
	answer(w, http.StatusOK, map[string]any{"base": c.shown().Base, "title": c.shown().Project.Contract.Title})
}
