package console

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"portcullis/deploy/desk/internal/project"
	"portcullis/deploy/internal/inquiry"
	"portcullis/deploy/plan"
	"portcullis/policy"
)

// matrix is who may call what in a mode, and where the caller is in it.
type matrix struct {
	Status  string   `json:"status"`
	Code    string   `json:"code"`
	Reason  string   `json:"reason"`
	By      string   `json:"by"`      // by what the mode decides; "": no mode is asked about, and the rules decide
	Schemes []string `json:"schemes"` // what callers of the columns bring
	Columns []column `json:"columns"`
	Rows    []row    `json:"rows"`
}

// column is a caller, by what its scopes come from.
type column struct {
	inquiry.Column        // of the kind none, group, scopes, or caller: who asks
	Caller         bool   `json:"caller"`
	Like           string `json:"like,omitempty"` // of the caller: the name of another column with the same scopes
}

// row is an operation of the contract; those of a WebSocket API have no path.
type row struct {
	Key    string   `json:"key"`
	Method string   `json:"method"`
	Path   string   `json:"path"`
	ID     string   `json:"id"`
	Cells  []string `json:"cells"` // a column each: yes, no, public, own {id}, unreachable, or unknown
}

// The cells that are not of package inquiry.
const (
	cellYes     = "yes"
	cellNo      = "no"
	cellUnknown = "unknown"
)

// serveAccess tells who may call what.
func (c *Console) serveAccess(w http.ResponseWriter, r *http.Request) {
	var asked struct {
		Credential credential `json:"credential"`
		Mode       string     `json:"mode"`
	}
	if !read(w, r, &asked) {
		return
	}
	d := c.shown()
	m := d.mode(asked.Mode)
	wrong := asked.Credential.check()
	if m == nil && asked.Mode != "" {
		wrong = "mode: the desk serves none of this name"
	}
	if wrong != "" {
		refuse(w, http.StatusBadRequest, wrong)
		return
	}
	all, err := d.access(r.Context(), &asked.Credential, m, r.RemoteAddr)
	if err != nil {
		refuse(w, http.StatusConflict, err.Error())
		return
	}
	answer(w, http.StatusOK, all)
}

// access is the matrix of a mode, or where it is nil of the rules alone.
func (d *Desk) access(ctx context.Context, c *credential, m *project.Mode, from string) (*matrix, error) {
	s, err := d.surface()
	if err != nil {
		return nil, err
	}
	q := question{Credential: c}
	if m != nil {
		q.Mode = m.Name
	}
	who := d.whoAsks(ctx, &q, from)
	all := &matrix{Status: who.Status, Code: who.Code, Reason: who.Reason, Schemes: schemesOf(c), Rows: []row{}}
	if m != nil {
		all.By = decidedBy(m.Plan)
	}
	columns := inquiry.ColumnsOf(s, d.groupsFor(all.By), all.Schemes, nil)
	for _, one := range columns {
		all.Columns = append(all.Columns, column{Column: one})
	}
	all.Columns = append(all.Columns, callerColumn(&who, columns, s.Scopes()))
	for i, r := range inquiry.NewMatrix(s, all.Schemes, columns).Rows {
		asking := cellAsking{d, m, &who, s, i, from}
		one := row{Key: strings.TrimSpace(r.Method + " " + r.Path), Method: r.Method, Path: r.Path, ID: r.ID}
		for k, cell := range r.Cells {
			one.Cells = append(one.Cells, asking.inMode(cell, columns[k].Scopes))
		}
		cell, err := asking.ofCaller(ctx, one.Cells[0])
		if err != nil {
			return nil, err
		}
		one.Cells = append(one.Cells, cell)
		all.Rows = append(all.Rows, one)
	}
	return all, nil
}

// schemesOf are what the columns' callers bring: what the caller does, and else tokens.
func schemesOf(c *credential) []string {
	switch c.Kind {
	case kindKey:
		return []string{policy.SchemeAPIKey}
	case kindBoth:
		return []string{policy.SchemeAPIKey, policy.SchemeBearer}
	}
	return []string{policy.SchemeBearer}
}

// groupsFor are the groups that count where it is decided by something: the gateway's own authorizers know none.
func (d *Desk) groupsFor(by string) map[string][]string {
	if by != "" && by != byAuthorizer || d.Checks == nil {
		return nil
	}
	return d.Services.GroupScopes(d.Checks.Issuers)
}

// callerColumn is the one of who asks. It is like another one with the same ones of the scopes that operations ask for.
func callerColumn(who *caller, others []inquiry.Column, asked []string) column {
	c := column{Caller: true, Column: inquiry.Column{Kind: "caller", Name: who.subject.Caller.ID, Scopes: append([]string{}, inquiry.CallerScopes(&who.subject.Caller)...)}}
	counting := func(scopes []string) []string {
		return slices.DeleteFunc(slices.Sorted(slices.Values(scopes)), func(s string) bool { return !slices.Contains(asked, s) })
	}
	i := slices.IndexFunc(others, func(o inquiry.Column) bool {
		return who.principal != nil && slices.Equal(counting(o.Scopes), counting(c.Scopes))
	})
	if i >= 0 {
		c.Like = others[i].Name
	}
	return c
}

// cellAsking is what the cells of an operation are told by.
type cellAsking struct {
	desk  *Desk
	mode  *project.Mode // nil: the rules alone decide
	who   *caller
	rules *inquiry.Surface
	row   int // the operation's index
	from  string
}

// served is the mode's operation, nil where it does not serve it; without a mode there is none to ask.
func (a *cellAsking) served() *plan.Operation {
	o := &a.rules.Operations[a.row]
	key := strings.TrimSpace(o.Route.Method + " " + o.Route.Path)
	if o.Route.Path == "" {
		key = strings.TrimPrefix(o.Route.Method, inquiry.MessageMethod)
	}
	if found, is := a.mode.Plan.Operations[key]; is && (o.Route.Path == "") == (a.mode.Plan.WebSocket != nil) {
		return &found
	}
	if o.Default {
		if found, is := a.mode.Plan.Operations[plan.DefaultRoute]; is {
			return &found
		}
	}
	return nil
}

// inMode is the cell of somebody with these scopes, by the one that the rules give.
func (a *cellAsking) inMode(cell string, scopes []string) string {
	if a.mode == nil || cell == inquiry.CellUnreachable {
		return cell
	}
	o := a.served()
	by := decidedBy(a.mode.Plan)
	switch {
	case o == nil:
		return inquiry.CellUnreachable
	case o.Public || by == byAuthorizer:
		return cell
	case by == byScopes:
		return yesIf(len(o.AuthorizationScopes) == 0 || slices.ContainsFunc(o.AuthorizationScopes, func(s string) bool { return slices.Contains(scopes, s) }))
	}
	return yesIf(by == byNothing)
}

func yesIf(yes bool) string {
	if yes {
		return cellYes
	}
	return cellNo
}

// ofCaller is the cell of who asks; other is that of somebody else. In a mode a request is asked about that the operation serves, with the
// caller's own id in the place of each parameter.
func (a *cellAsking) ofCaller(ctx context.Context, other string) (string, error) {
	if other == inquiry.CellUnreachable {
		return other, nil
	}
	cell := a.byRules()
	if a.mode == nil {
		return cell, nil
	}
	q, isRequest := a.sample()
	if !isRequest {
		return cell, nil
	}
	e, err := a.desk.explain(ctx, &q, a.mode, a.who, a.from)
	isMessage := strings.HasPrefix(q.Method, inquiry.MessageMethod)
	switch {
	case err != nil:
		return "", err
	case e.Decision == inquiry.Unknown:
		return cellUnknown, nil
	case isMessage && e.Message != nil && e.Message.Connect.Decision == inquiry.Allow && strings.HasPrefix(cell, "own "):
		return cell, nil // whose it is, the message says
	case e.Decision == inquiry.Deny:
		return cellNo, nil
	case e.By == byAuthorizer || other == inquiry.CellPublic:
		return cell, nil
	}
	return cellYes, nil
}

// byRules is the cell of who asks, by the rules alone.
func (a *cellAsking) byRules() string {
	operation := &a.rules.Operations[a.row]
	switch {
	case operation.Access.Public:
		return inquiry.CellPublic
	case a.who.Status == statusUnknown:
		return cellUnknown
	}
	who := a.who.subject.Caller
	open := inquiry.OpenTo(a.rules.Demands(operation), who.Schemes, inquiry.CallerGrants(&who))
	if who.OwnsNothing {
		open = slices.DeleteFunc(open, func(d inquiry.Demand) bool { return len(d.Owners) > 0 })
	}
	return inquiry.Cell(open)
}

// sample is a request that the operation serves, or its message; false: none is found.
func (a *cellAsking) sample() (q question, ok bool) {
	operation := &a.rules.Operations[a.row]
	q = question{Credential: a.who.credential, Mode: a.mode.Name, Method: operation.Route.Method}
	if operation.Route.Path == "" {
		return q, true
	}
	for _, q.Method = range inquiry.MethodsOf(operation.Route) {
		for _, set := range inquiry.CommonRequests(operation.Route.Path, operation.Route.Path, a.rules.Longest) {
			if a.rules.Serving(q.Method, set) != operation {
				continue
			}
			for _, value := range []string{a.who.subject.Caller.ID, "any"} {
				q.Path = filled(set, value)
				if index, _, routed := a.rules.Router.Route(q.Method, q.Path); isPlain(value) && routed && index == a.row {
					return q, true
				}
			}
		}
	}
	return q, false
}

// filled is a path with a value in the place of each segment that no template names.
func filled(set inquiry.RequestSet, value string) string {
	named := slices.Clone(set)
	for i := range named {
		if named[i] == inquiry.AnySegment {
			named[i] = value
		}
	}
	return named.Path()
}

// isPlain tells whether a text is a segment of a path that reads the same in every way.
func isPlain(text string) bool {
	return text != "" && text != "." && text != ".." && strings.Trim(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.@") == ""
}
