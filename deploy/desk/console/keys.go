package console

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"portcullis/authorizers/apikey"
	"portcullis/deploy/desk/internal/project"
)

// keyLife is how long keys are good that are made here: longer than anybody tries one.
const keyLife = 24 * time.Hour

// keyAsked is which API key is asked for.
type keyAsked struct {
	Subject string   `json:"subject"` // whom it stands for
	Scopes  []string `json:"scopes"`
	Mode    string   `json:"mode"` // "", or where it is to be used: in a mode whose usage plan counts by keys of the authorizer's, it is made for that
}

// keyMade is a key that was made. It is told once.
type keyMade struct {
	Key     string   `json:"key"`
	ID      string   `json:"id"`
	Subject string   `json:"subject"`
	Scopes  []string `json:"scopes"`
	Expires int64    `json:"expires"` // seconds since 1970
}

// serveKeys makes an API key.
func (c *Console) serveKeys(w http.ResponseWriter, r *http.Request) {
	var asked keyAsked
	if !read(w, r, &asked) {
		return
	}
	d := c.shown()
	if err := d.Services.CheckKeys(d.Command); err != nil {
		refuse(w, http.StatusConflict, err.Error())
		return
	}
	usagePlan, err := d.usagePlanOf(asked.Mode)
	if err != nil {
		refuse(w, http.StatusNotFound, err.Error())
		return
	}
	record := apikey.Record{Owner: asked.Subject, Scopes: asked.Scopes, Label: "made by the desk's page", Expires: time.Now().Add(keyLife)}
	key, record, err := d.Services.CreateKey(r.Context(), record, usagePlan)
	switch bad := (*apikey.ValueError)(nil); {
	case errors.As(err, &bad):
		refuse(w, http.StatusBadRequest, fmt.Sprintf("%s %s", strings.ReplaceAll(bad.Field, "owner", "subject"), bad.Problem))
	case err != nil:
		refuse(w, http.StatusInternalServerError, "the key was not made: "+err.Error())
	default:
		answer(w, http.StatusOK, keyMade{key.Reveal(), record.ID, record.Owner, notNil(record.Scopes), record.Expires.Unix()})
	}
}

// usagePlanOf is the usage plan that a key for a mode is counted in; "": none. The error names the modes that there are.
func (d *Desk) usagePlanOf(mode string) (string, error) {
	if mode == "" {
		return "", nil
	}
	m, err := d.served(mode)
	if err != nil || !keyOfAuthorizer(m.Plan) {
		return "", err
	}
	return m.Plan.Name, nil
}

// served finds a mode. The error names those that there are.
func (d *Desk) served(name string) (project.Mode, error) {
	i := slices.IndexFunc(d.Project.Modes, func(m project.Mode) bool { return m.Name == name })
	if i >= 0 {
		return d.Project.Modes[i], nil
	}
	var names []string
	for _, m := range d.Project.Modes {
		names = append(names, m.Name)
	}
	return project.Mode{}, fmt.Errorf("mode: %.60q is not served; want one of %s", name, strings.Join(names, ", "))
}
