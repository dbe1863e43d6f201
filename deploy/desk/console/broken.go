package console

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"portcullis/authorizers"
	"portcullis/authorizers/verify"
	"portcullis/authorizers/verify/verifytest"
	"portcullis/deploy/desk/internal/project"
	"portcullis/deploy/gateway"
	"portcullis/deploy/plan"
	"portcullis/policy"
)

// kind is a way to break a token.
type kind struct {
	Name  string `json:"name"`
	Part  string `json:"part"`            // form, header, claims or signature
	Why   string `json:"why"`             // what is wrong with such a token
	Class string `json:"class,omitempty"` // "publishes", "no-skew", or "": see the constants
}

// The classes of kinds that are not tried like others.
const (
	// classPublishes are signed by keys that the issuer would have to publish for everybody: the desk's own verifier alone is asked, with the
	// keys of a twin of the issuer's that nobody else knows.
	classPublishes = "publishes"
	// classNoSkew are wrong by less than clocks may differ: who allows them to differ (CLOCK_SKEW) takes them.
	classNoSkew = "no-skew"
)

// verdict is what became of a broken token, a line of the answer.
type verdict struct {
	kind
	Token   string `json:"token"`
	Code    string `json:"code"`    // by which the desk's own verifier refuses it; "": it does not, or the token was not made
	Status  int    `json:"status"`  // that the gateway answered; 0: it was not asked
	Body    string `json:"body"`    // of the answer
	Verdict string `json:"verdict"` // refused, accepted or unknown
	Skipped string `json:"skipped,omitempty"`
}

const (
	verdictRefused  = "refused"
	verdictAccepted = "accepted"
	verdictUnknown  = "unknown"
)

func kinds() []kind {
	var all []kind
	for _, k := range verifytest.BrokenKinds() {
		class := ""
		switch {
		case k.Publishes:
			class = classPublishes
		case k.NoSkew:
			class = classNoSkew
		}
		all = append(all, kind{k.Name, k.Part, k.Why, class})
	}
	return all
}

// serveKinds tells of all kinds.
func (c *Console) serveKinds(w http.ResponseWriter, r *http.Request) {
	why := c.shown().noBroken()
	answer(w, http.StatusOK, map[string]any{"available": why == "", "why": why, "kinds": kinds()})
}

// noBroken is why no token is broken here; "": they are.
func (d *Desk) noBroken() string {
	if pool := d.Services.UserPool(); !pool.Own {
		return "the API's user pool is " + pool.Issuer + ", whose keys the desk has not: \"portcullis fixture issuer\" is one to try with"
	}
	return ""
}

// toBreak is whose token is broken, and where the broken ones are sent.
type toBreak struct {
	Credential credential `json:"credential"`
	Mode       string     `json:"mode"`
	Method     string     `json:"method"`
	Path       string     `json:"path"`  // below the mode's URL
	Kinds      []string   `json:"kinds"` // none: all
}

// mostTried is how many broken tokens are sent at a time.
const mostTried = 4

// serveBroken breaks a caller's token, sends what comes of it through the gateway, and answers a line for each as it is known.
func (c *Console) serveBroken(w http.ResponseWriter, r *http.Request) {
	var asked toBreak
	if !read(w, r, &asked) {
		return
	}
	d := c.shown()
	b, problem := d.newBench(r, asked, c.benchTraces(d, asked.Mode))
	if problem != nil {
		refuse(w, problem.status, problem.why)
		return
	}
	defer b.close()
	w.Header().Set("Content-Type", "application/x-ndjson")
	lines := json.NewEncoder(w)
	lines.SetEscapeHTML(false)
	for v := range b.try(r.Context()) {
		if lines.Encode(v) != nil {
			return
		}
		http.NewResponseController(w).Flush()
	}
}

// problem is why a question is not answered.
type problem struct {
	status int
	why    string
}

// bench tries broken tokens of one caller with one operation.
type bench struct {
	desk   *Desk
	mode   project.Mode
	asked  toBreak
	remote string               // the address of who asks
	traces func(*gateway.Trace) // gets the ways of what is sent
	kinds  []kind
	claims map[string]any // of the good token

	issuer *verify.Verifier // of the built-in issuer's tokens, as authorizers have it
	good   int              // the status with the good token
}

// newBench makes sure that there is something to learn: that the token is good, and that the operation asks for it.
func (d *Desk) newBench(r *http.Request, asked toBreak, traces func(*gateway.Trace)) (*bench, *problem) {
	if why := d.noBroken(); why != "" {
		return nil, &problem{http.StatusConflict, why}
	}
	m, err := d.served(asked.Mode)
	if err != nil {
		return nil, &problem{http.StatusNotFound, err.Error()}
	}
	b := &bench{desk: d, mode: m, asked: asked, remote: r.RemoteAddr, traces: traces}
	if b.kinds, err = kindsNamed(asked.Kinds); err != nil {
		return nil, &problem{http.StatusNotFound, err.Error()}
	}
	if !slices.Contains(bringsTo(d.Project.Contract, m.Plan), takesToken) {
		return nil, &problem{http.StatusBadRequest, "mode: want one that takes tokens; " + m.Name + " is none"}
	}
	if wrong := asked.check(m.Plan.WebSocket != nil); wrong != "" {
		return nil, &problem{http.StatusBadRequest, wrong}
	}
	if _, err := b.request(r.Context()); err != nil {
		return nil, &problem{http.StatusBadRequest, "method or path: " + err.Error()}
	}
	if b.issuer, err = d.poolVerifier(nil); err != nil {
		return nil, &problem{http.StatusInternalServerError, err.Error()}
	}
	if problem := b.readClaims(r.Context()); problem != nil {
		b.close()
		return nil, problem
	}
	if problem := b.checkOperation(r.Context()); problem != nil {
		b.close()
		return nil, problem
	}
	return b, nil
}

// check says what is wrong with how it is asked, of a WebSocket API about connecting; "": nothing is.
func (t *toBreak) check(isSocket bool) string {
	switch {
	case isSocket && (t.Method != policy.RouteConnect || t.Path != ""):
		return "method and path: of a WebSocket API want " + policy.RouteConnect + ", and no path"
	case !isSocket && !strings.HasPrefix(t.Path, "/"):
		return "path: want one that begins with /"
	case t.Method == "":
		return "method: want one such as GET"
	case t.Credential.Kind != kindToken:
		return "credential: want a token, which is what is broken"
	}
	return ""
}

func (b *bench) close() { b.issuer.Close() }

// kindsNamed are the kinds of these names, or all.
func kindsNamed(names []string) ([]kind, error) {
	all := kinds()
	if len(names) == 0 {
		return all, nil
	}
	var some []kind
	for _, name := range names {
		i := slices.IndexFunc(all, func(k kind) bool { return k.Name == name })
		if i < 0 {
			return nil, fmt.Errorf("kinds: there is none named %.60q", name)
		}
		some = append(some, all[i])
	}
	return some, nil
}

// poolVerifier verifies tokens of the built-in issuer as authorizers do, by its keys, or those of a twin of it.
func (d *Desk) poolVerifier(twin *verifytest.Issuer) (*verify.Verifier, error) {
	issuers, err := d.Services.Issuers(d.Project)
	if err != nil {
		return nil, err
	}
	own := d.Services.UserPool().Issuer
	for _, entry := range issuers {
		if entry.Issuer != own {
			continue
		}
		keys := d.Services.Pool().KeySet()
		if twin != nil {
			keys = twin.KeySet()
		}
		entry.JWKSURI = "data:application/json;base64," + base64.StdEncoding.EncodeToString(keys)
		return verify.New(verify.Config{Issuers: []verify.Issuer{entry}, ClockSkew: d.ClockSkew, MaxToken: d.MaxToken, Remember: -1})
	}
	return nil, errors.New("no issuer's tokens are accepted that is the built-in one")
}

// readClaims verifies the good token, and takes its claims.
func (b *bench) readClaims(ctx context.Context) *problem {
	if _, err := b.issuer.Verify(ctx, b.asked.Credential.Token); err != nil {
		why := "credential: broken tokens are made of a good one of the desk's own issuer, whose keys it has, and this one is none: "
		return &problem{http.StatusConflict, why + err.Error()}
	}
	parts := strings.Split(b.asked.Credential.Token, ".")
	text, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err == nil {
		decoder := json.NewDecoder(bytes.NewReader(text))
		decoder.UseNumber() // as they are written
		err = decoder.Decode(&b.claims)
	}
	if err != nil {
		return &problem{http.StatusConflict, "credential: its claims cannot be read"}
	}
	return nil
}

// checkOperation sends no token, and the good one: where these are answered alike, nothing is learned of tokens.
func (b *bench) checkOperation(ctx context.Context) *problem {
	none := b.send(ctx, "")
	with := b.send(ctx, b.asked.Credential.Token)
	switch b.good = with.status; {
	case none.status != http.StatusUnauthorized:
		return &problem{http.StatusConflict, fmt.Sprintf("%s %s answers %d to who sends no token: choose an operation that is there and that asks for one", b.asked.Method, b.asked.Path, none.status)}
	case with.status == http.StatusUnauthorized:
		return &problem{http.StatusConflict, fmt.Sprintf("the gateway answers %d to the good token too, so that nothing is learned of broken ones: take a token that may call this; where the gateway looks at scopes itself, it is one with scopes, such as a machine's", with.status)}
	case with.status == http.StatusTooManyRequests || with.status >= 500:
		return &problem{http.StatusConflict, fmt.Sprintf("the gateway answers %d to the good token: try again, or another operation", with.status)}
	}
	return nil
}

// try tries all kinds, some at a time, until the context ends.
func (b *bench) try(ctx context.Context) <-chan verdict {
	todo, done := make(chan kind), make(chan verdict)
	go func() {
		defer close(todo)
		for _, k := range b.kinds {
			select {
			case todo <- k:
			case <-ctx.Done():
				return
			}
		}
	}()
	var workers sync.WaitGroup
	for range mostTried {
		workers.Go(func() {
			for k := range todo {
				select {
				case done <- b.tryOne(ctx, k):
				case <-ctx.Done():
					return
				}
			}
		})
	}
	go func() {
		workers.Wait()
		close(done)
	}()
	return done
}

// tryOne breaks the token in one way, and has it judged.
func (b *bench) tryOne(ctx context.Context, k kind) verdict {
	v := verdict{kind: k, Verdict: verdictUnknown}
	if k.Class == classPublishes {
		b.tryTwin(ctx, &v)
		return v
	}
	token, made := b.desk.Services.Pool().Broken(k.Name, b.claims)
	if !made {
		v.Skipped = "it does not apply to this token" + onlyFor(k.Name)
		return v
	}
	v.Token, v.Code = token, codeOf(b.issuer, ctx, token)
	if why := unsendable(token); why != "" {
		v.Skipped = why
		if v.Code != "" {
			v.Verdict = verdictRefused
		}
		return v
	}
	answered := b.send(ctx, token)
	v.Status, v.Body, v.Verdict = answered.status, answered.body, b.judge(answered.status)
	return v
}

// onlyFor says for which tokens a kind is.
func onlyFor(name string) string {
	for _, k := range verifytest.BrokenKinds() {
		if k.Name == name && k.Only != "" {
			return ": it is for " + k.Only
		}
	}
	return ""
}

// tryTwin has a token that a published key signs judged by a verifier of a twin issuer's keys alone.
func (b *bench) tryTwin(ctx context.Context, v *verdict) {
	twin := verifytest.New(b.desk.Services.UserPool().Issuer)
	if !twin.Breaks(v.Name, b.claims) {
		v.Skipped = "it does not apply to this token" + onlyFor(v.Name)
		return
	}
	v.Token = twin.Break(v.Name, b.claims)
	v.Skipped = "the issuer would have to publish a key for it that everybody would see: the verifier alone was asked, with the keys of a twin of the issuer"
	judge, err := b.desk.poolVerifier(twin)
	if err != nil {
		return
	}
	defer judge.Close()
	if v.Code = codeOf(judge, ctx, v.Token); v.Code != "" {
		v.Verdict = verdictRefused
	} else if ctx.Err() == nil {
		v.Verdict = verdictAccepted
	}
}

// codeOf is by which code a verifier refuses a token; "": it does not.
func codeOf(v *verify.Verifier, ctx context.Context, token string) string {
	_, err := v.Verify(ctx, token)
	if bad, is := errors.AsType[*authorizers.TokenError](err); is {
		return string(bad.Code)
	}
	return ""
}

// unsendable says why no client can send a token as it is: a header holds no control characters, and loses the spaces around it (RFC 9110,
// section 5.5). "": it can be sent.
func unsendable(token string) string {
	switch control := func(r rune) bool { return r < ' ' && r != '\t' || r == 0x7f }; {
	case strings.ContainsFunc(token, control):
		return "no header can hold it: it was not sent, and the verifier alone was asked"
	case token != strings.TrimRight(token, " \t"):
		return "a header loses the space behind it, so that the good token would be sent: the verifier alone was asked"
	}
	return ""
}

// judge says what a status means for a broken token.
func (b *bench) judge(status int) string {
	switch {
	case status == http.StatusUnauthorized, status == http.StatusRequestHeaderFieldsTooLarge && b.good != status:
		return verdictRefused
	case status == http.StatusForbidden && b.mode.Plan.Authorization == plan.JWT:
		return verdictAccepted // the token was taken, and lacks a scope
	case status == http.StatusForbidden && b.good != status:
		return verdictRefused // as some authorizers answer
	case status == http.StatusForbidden, status == http.StatusTooManyRequests, status == 0, status >= 500:
		return verdictUnknown
	}
	return verdictAccepted
}

// answered is an answer of the gateway's; status 0: there was none.
type answered struct {
	status int
	body   string
}

// pauses are how long is waited before a request is sent again that a throttle refused.
var pauses = []time.Duration{50 * time.Millisecond, 200 * time.Millisecond, time.Second, 2 * time.Second}

// send sends a token to the operation, "" for none, and again where it came too often.
func (b *bench) send(ctx context.Context, token string) answered {
	for attempt := 0; ; attempt++ {
		got := b.sendOnce(ctx, token)
		if got.status != http.StatusTooManyRequests || attempt == len(pauses) {
			return got
		}
		select {
		case <-time.After(pauses[attempt]):
		case <-ctx.Done():
			return got
		}
	}
}

// sendOnce has the desk itself answer, as at its address.
func (b *bench) sendOnce(ctx context.Context, token string) (got answered) {
	request, err := b.request(ctx)
	if err != nil {
		return answered{}
	}
	if token != "" {
		header, prefix := tokenHeader(b.mode.Plan)
		request.Header.Set(header, prefix+token)
	}
	defer func() {
		if cut := recover(); cut != nil { // a server would cut the connection
			got = answered{}
		}
	}()
	w := &recorder{header: http.Header{}}
	b.desk.Handler.ServeHTTP(w, request)
	return answered{cmp.Or(w.status, http.StatusOK), w.body.String()}
}

// request is one for the operation, or a handshake, as it comes in at the desk's address.
func (b *bench) request(ctx context.Context) (*http.Request, error) {
	target, _, _ := strings.Cut("/"+b.mode.Name+b.asked.Path, "#")
	method := b.asked.Method
	if b.mode.Plan.WebSocket != nil {
		method = http.MethodGet
	}
	request, err := http.NewRequestWithContext(gateway.WithTraces(ctx, b.traces), method, b.desk.Base+target, http.NoBody)
	if err != nil {
		return nil, err
	}
	request.RequestURI, request.RemoteAddr = target, b.remote
	if b.mode.Plan.WebSocket != nil {
		request.Header = handshake.Clone()
	}
	return request, nil
}

// handshake is the header of a WebSocket's (RFC 6455, section 4.1). Its key need not be a secret one here: it keeps caches from answering.
var handshake = http.Header{
	"Connection": {"Upgrade"}, "Upgrade": {"websocket"}, "Sec-Websocket-Version": {"13"}, "Sec-Websocket-Key": {"dGhlIHNhbXBsZSBub25jZQ=="},
}

// tokenHeader is where an API's authorizer looks for a token, and what stands before it.
func tokenHeader(p *plan.Plan) (name, prefix string) {
	for _, source := range p.Authorizer.IdentitySources {
		if _, header, is := strings.Cut(source, "request.header."); is && !strings.EqualFold(header, "Authorization") {
			return header, ""
		}
	}
	return "Authorization", "Bearer "
}

// recorder keeps an answer.
type recorder struct {
	header http.Header
	status int
	body   bytes.Buffer
}

// Header implements http.ResponseWriter.
func (r *recorder) Header() http.Header { return r.header }

// WriteHeader implements http.ResponseWriter.
func (r *recorder) WriteHeader(status int) {
	if r.status == 0 && (status >= 200 || status == http.StatusSwitchingProtocols) {
		r.status = status
	}
}

// Hijack implements http.Hijacker for handshakes, of which it is wanted whether they open a connection, and no more: the client has gone
// at once.
func (r *recorder) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	server, client := net.Pipe()
	client.Close()
	return server, bufio.NewReadWriter(bufio.NewReader(server), bufio.NewWriter(server)), nil
}

// mostKept is how many bytes of an answer are kept: it is told of, and not used.
const mostKept = 4096

// Write implements http.ResponseWriter.
func (r *recorder) Write(p []byte) (int, error) {
	r.WriteHeader(http.StatusOK)
	r.body.Write(p[:min(len(p), mostKept-r.body.Len())])
	return len(p), nil
}
