package console

import (
	"maps"
	"net/http"
	"slices"
	"strconv"

	"portcullis/deploy/gateway"
	"portcullis/deploy/gateway/usage"
)

// mostEntries is how many kept answers of a mode's authorizer are shown, those that were asked for last.
const mostEntries = 100

// state is what the gateways hold at one time.
type state struct {
	Caches  []cacheState  `json:"caches"`  // of modes whose authorizer's answers are kept
	Answers []answerState `json:"answers"` // of methods whose answers are kept
	Plans   []planState   `json:"plans"`   // usage plans
	Sockets []socketState `json:"sockets"` // connections that are open
}

type cacheState struct {
	Mode    string       `json:"mode"`
	TTL     float64      `json:"ttl"`  // seconds
	Most    int          `json:"most"` // entries
	Entries []entryState `json:"entries"`
	More    int          `json:"more"` // entries that are not shown
}

type entryState struct {
	Principal string `json:"principal"`
	Identity  string `json:"identity"` // tells credentials apart, and nothing of them
	Until     int64  `json:"until"`    // milliseconds of Unix time
}

type answerState struct {
	Mode  string  `json:"mode"`
	Route string  `json:"route"`
	TTL   float64 `json:"ttl"`  // seconds
	Kept  int     `json:"kept"` // answers
}

type planState struct {
	ID       string         `json:"id"`
	Name     string         `json:"name"`
	Mode     string         `json:"mode"` // "": it is for none of the modes that are served, or for several
	Throttle *throttleState `json:"throttle"`
	Quota    *quotaState    `json:"quota"`
	Keys     []keyState     `json:"keys"`
}

type throttleState struct {
	Rate  float64 `json:"rate"` // requests a second
	Burst int     `json:"burst"`
}

type quotaState struct {
	Limit  int          `json:"limit"`
	Period usage.Period `json:"period"`
	Since  int64        `json:"since,omitempty"` // milliseconds of Unix time, of the present period; absent where the plan has no keys
}

type keyState struct {
	ID        string   `json:"id"`
	Name      string   `json:"name"`
	Enabled   bool     `json:"enabled"`
	Used      *int     `json:"used"`      // in the quota's period; null: there is no quota, and nothing is counted
	Remaining *int     `json:"remaining"` // the same
	Tokens    *float64 `json:"tokens"`    // in the key's bucket now; null: there is no throttle
}

type socketState struct {
	Mode       string `json:"mode"`
	ID         string `json:"id"`
	Principal  string `json:"principal"`
	Since      int64  `json:"since"`      // milliseconds of Unix time
	LastActive int64  `json:"lastActive"` // the same
	Received   int64  `json:"received"`   // messages of the client
	Sent       int64  `json:"sent"`       // messages to it
}

func (c *Console) serveState(w http.ResponseWriter, r *http.Request) {
	d := c.shown()
	if d == nil {
		refuse(w, http.StatusServiceUnavailable, "the desk is not there yet")
		return
	}
	s := state{Caches: []cacheState{}, Answers: []answerState{}, Plans: plansOf(d), Sockets: []socketState{}}
	for _, mode := range slices.Sorted(maps.Keys(d.Gateways)) {
		s.add(mode, d.Gateways[mode])
	}
	answer(w, http.StatusOK, s)
}

// add adds what the gateway of a mode holds.
func (s *state) add(mode string, g *gateway.Gateway) {
	if kept := g.AuthorizerCache(); kept.TTL > 0 {
		shown := cacheState{Mode: mode, TTL: kept.TTL.Seconds(), Most: kept.Most, Entries: []entryState{}, More: max(0, len(kept.Answers)-mostEntries)}
		for _, a := range kept.Answers[:min(len(kept.Answers), mostEntries)] {
			shown.Entries = append(shown.Entries, entryState{a.PrincipalID, a.Identity, a.Until.UnixMilli()})
		}
		s.Caches = append(s.Caches, shown)
	}
	for _, a := range g.AnswerCaches() {
		s.Answers = append(s.Answers, answerState{mode, a.Route, a.TTL.Seconds(), a.Answers})
	}
	for _, o := range g.Connections() {
		s.Sockets = append(s.Sockets, socketState{mode, o.ID, o.Principal, o.ConnectedAt.UnixMilli(), o.LastActive.UnixMilli(), o.Received, o.Sent})
	}
}

func plansOf(d *Desk) []planState {
	registry := d.Services.Usage()
	all := []planState{}
	for _, p := range registry.Plans() {
		shown := planState{ID: p.ID, Name: p.Name, Keys: []keyState{}}
		if len(p.Stages) == 1 && d.Gateways[p.Stages[0].Name] != nil {
			shown.Mode = p.Stages[0].Name
		}
		if p.Throttle != nil {
			shown.Throttle = &throttleState{p.Throttle.Rate, p.Throttle.Burst}
		}
		if p.Quota != nil {
			shown.Quota = &quotaState{Limit: p.Quota.Limit, Period: p.Quota.Period}
		}
		shown.addKeys(registry)
		all = append(all, shown)
	}
	return all
}

// addKeys adds the keys of a plan, of which there are none where somebody has just deleted it.
func (p *planState) addKeys(registry *usage.Registry) {
	keys, _ := registry.Members(p.ID)
	used, _ := registry.Present(p.ID)
	for _, key := range keys {
		shown, present := keyState{ID: key.ID, Name: key.Name, Enabled: key.Enabled}, used[key.ID]
		if present.Limited && p.Quota != nil {
			shown.Used, shown.Remaining, p.Quota.Since = &present.Used, &present.Remaining, present.Since.UnixMilli()
		}
		if present.Throttled {
			shown.Tokens = &present.Tokens
		}
		p.Keys = append(p.Keys, shown)
	}
}

// flushed is how many answers were forgotten: in all, of authorizers, and of methods.
type flushed struct {
	Flushed     int `json:"flushed"`
	Authorizers int `json:"authorizers"`
	Answers     int `json:"answers"`
}

// serveFlush has the gateway of a mode, or all where none is named, forget the answers of its authorizer and of its methods.
func (c *Console) serveFlush(w http.ResponseWriter, r *http.Request) {
	var asked struct{ Mode string }
	if !read(w, r, &asked) {
		return
	}
	d := c.shown()
	if d == nil {
		refuse(w, http.StatusServiceUnavailable, "the desk is not there yet")
		return
	}
	if asked.Mode != "" && d.Gateways[asked.Mode] == nil {
		refuse(w, http.StatusNotFound, "there is no mode "+strconv.Quote(asked.Mode)+"; there are "+words(slices.Sorted(maps.Keys(d.Gateways))))
		return
	}
	var done flushed
	for mode, g := range d.Gateways {
		if asked.Mode == "" || asked.Mode == mode {
			done.Authorizers += g.FlushAuthorizers()
			done.Answers += g.FlushAnswers()
		}
	}
	done.Flushed = done.Authorizers + done.Answers
	answer(w, http.StatusOK, done)
}
