package console

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"portcullis/deploy/gateway/sigv4"
	"portcullis/deploy/plan"
)

// toSign is a request that the page is about to send, and who signs it.
type toSign struct {
	Mode    string            `json:"mode"`
	Caller  string            `json:"caller"` // the id of an access key of the mode's
	Method  string            `json:"method"` // of WEBSOCKET it is GET
	URL     string            `json:"url"`    // as it is sent: the host is signed too
	Headers map[string]string `json:"headers"`
	Body    string            `json:"body"`
}

// presignedFor is how long a signed URL of a WebSocket API is good: as long as a signature can be (AWS: X-Amz-Expires).
const presignedFor = 7 * 24 * time.Hour

// serveSign signs a request, and gives the headers that it has to have in addition, or of a WebSocket API the URL that is signed.
func (c *Console) serveSign(w http.ResponseWriter, r *http.Request) {
	var asked toSign
	if !read(w, r, &asked) {
		return
	}
	d := c.shown()
	m, err := d.served(asked.Mode)
	if err != nil {
		refuse(w, http.StatusNotFound, err.Error())
		return
	}
	signer, err := d.signer(m.Plan, asked.Caller)
	if err != nil {
		refuse(w, http.StatusNotFound, err.Error())
		return
	}
	request, path, err := asked.request(m.Plan)
	if err != nil {
		refuse(w, http.StatusBadRequest, err.Error())
		return
	}
	if m.Plan.WebSocket != nil {
		query, err := signer.Presign(request, path, time.Now(), presignedFor)
		if err != nil {
			refuse(w, http.StatusBadRequest, "url: "+err.Error())
			return
		}
		answer(w, http.StatusOK, map[string]string{"url": "ws" + strings.TrimPrefix(request.URL.Scheme, "http") + "://" + request.Host + path + "?" + query})
		return
	}
	before := request.Header.Clone()
	if err := signer.Sign(request, path, []byte(asked.Body), time.Now()); err != nil {
		refuse(w, http.StatusBadRequest, "url: "+err.Error())
		return
	}
	headers := map[string]string{}
	for name, values := range request.Header {
		if !slices.Equal(before[name], values) {
			headers[name] = values[0]
		}
	}
	answer(w, http.StatusOK, map[string]any{"headers": headers})
}

// signer is one who signs with the access key of a plan's caller. The error names those that there are.
func (d *Desk) signer(p *plan.Plan, id string) (sigv4.Signer, error) {
	var ids []string
	for _, c := range p.Local.Callers {
		if c.AccessKeyID == id {
			credentials := sigv4.Credentials{SecretAccessKey: sigv4.Secret(c.SecretAccessKey), SessionToken: sigv4.Secret(c.SessionToken)}
			return sigv4.Signer{AccessKeyID: id, Credentials: credentials, Region: d.Services.Region()}, nil
		}
		ids = append(ids, c.AccessKeyID)
	}
	if ids == nil {
		return sigv4.Signer{}, fmt.Errorf("caller: the mode %s has none who signs (localCallers)", p.Name)
	}
	return sigv4.Signer{}, fmt.Errorf("caller: %.60q is none of the mode %s; want one of %s", id, p.Name, strings.Join(ids, ", "))
}

// request is the request to sign, with its path as it is sent.
func (t toSign) request(p *plan.Plan) (r *http.Request, path string, err error) {
	u, err := url.Parse(t.URL)
	switch {
	case err != nil || u.Host == "" || !slices.Contains([]string{"http", "https", "ws", "wss"}, u.Scheme):
		return nil, "", fmt.Errorf("url: want an absolute http or https URL, or ws or wss, got %.100q", t.URL)
	case u.User != nil:
		return nil, "", fmt.Errorf("url: want none with a username")
	}
	_, rest, _ := strings.Cut(t.URL, "://")
	rest, _, _ = strings.Cut(rest, "#")
	rest, _, _ = strings.Cut(rest, "?")
	if path = strings.TrimPrefix(rest, u.Host); path == "" {
		path = "/"
	}
	if path != "/"+p.Name && !strings.HasPrefix(path, "/"+p.Name+"/") {
		return nil, "", fmt.Errorf("url: want a path of the mode, /%s or one that begins with /%[1]s/, got %.100q", p.Name, path)
	}
	u.Scheme = "http" + strings.TrimPrefix(strings.TrimPrefix(u.Scheme, "ws"), "http")
	r = &http.Request{Method: t.Method, Host: u.Host, URL: u, Header: http.Header{}}
	if p.WebSocket != nil && r.Method == "" {
		r.Method = http.MethodGet
	}
	if r.Method == "" || strings.ToUpper(r.Method) != r.Method {
		return nil, "", fmt.Errorf("method: want one such as GET, got %.40q", t.Method)
	}
	for name, value := range t.Headers {
		r.Header.Set(name, value)
	}
	return r, path, nil
}
