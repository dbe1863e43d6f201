package console

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/netip"
	"slices"
	"strings"

	"portcullis/api/contract"
	"portcullis/authorizers"
	"portcullis/authorizers/verify"
	"portcullis/deploy/plan"
	"portcullis/policy"
)

// The kinds of [credential].
const (
	kindNone  = "none"
	kindToken = "token"
	kindKey   = "key"
	kindIAM   = "iam"
)

// credential is what somebody calls with.
type credential struct {
	Kind   string `json:"kind"`
	Token  string `json:"token"`
	Key    string `json:"key"`
	Caller string `json:"caller"` // the access key id of one of a mode's callers
}

// check says what is wrong with how a credential is given; "": nothing is.
func (c *credential) check() string {
	given := map[string]string{kindToken: c.Token, kindKey: c.Key, kindIAM: c.Caller}
	for kind, member := range map[string]string{kindToken: "token", kindKey: "key", kindIAM: "caller"} {
		switch {
		case c.Kind == kind && given[kind] == "":
			return fmt.Sprintf("credential: want %q beside the kind %s", member, kind)
		case c.Kind != kind && given[kind] != "":
			return fmt.Sprintf("credential: %q is for the kind %s", member, kind)
		}
	}
	if _, known := given[c.Kind]; !known && c.Kind != kindNone {
		return fmt.Sprintf("credential: kind %q: want none, token, key or iam", c.Kind)
	}
	return ""
}

// bare is the token without what pasting may bring along.
func (c *credential) bare() string {
	text := strings.TrimSpace(c.Token)
	if scheme, token, ok := strings.Cut(text, " "); ok && strings.EqualFold(scheme, "Bearer") {
		return strings.TrimSpace(token)
	}
	return text
}

// What is known of a credential.
const (
	statusVerified   = "verified"
	statusRefused    = "refused"
	statusUnknown    = "unknown"    // it cannot be told now
	statusUnreadable = "unreadable" // it is none
	statusNone       = "none"       // there is none
)

// identified is whom a credential stands for.
type identified struct {
	Status string
	Code   string // of a refusal; "" else
	Reason string // in words, and what would be right
	Member string // of the token, that is at fault; "": none is

	principal *authorizers.Principal // nil: the credential is not good
	claims    *authorizers.Claims    // of a token whose signature is good, also where it is revoked
	signer    *plan.Caller           // of the kind iam
}

// identify finds out whom a credential stands for, as this module's authorizers do; a caller who signs is one of the mode's, or where none
// is named, of any. from is the address of who has the credential.
func (d *Desk) identify(ctx context.Context, c *credential, mode, from string) identified {
	switch c.Kind {
	case kindToken:
		return d.identifyToken(ctx, c.bare())
	case kindKey:
		return d.identifyKey(ctx, strings.TrimSpace(c.Key), from)
	case kindIAM:
		return d.identifySigner(c.Caller, mode)
	}
	return identified{Status: statusNone, Reason: "there is no credential"}
}

func (d *Desk) identifyToken(ctx context.Context, token string) identified {
	if d.Checks == nil {
		return identified{Status: statusUnknown, Code: "unavailable", Reason: "tokens cannot be checked: " + d.Unchecked}
	}
	claims, err := d.Checks.Token(ctx, token)
	i := identified{Status: statusVerified, claims: claims}
	bad := (*authorizers.TokenError)(nil)
	switch {
	case errors.As(err, &bad):
		i.Status, i.Code, i.Member, i.Reason = statusRefused, string(bad.Code), bad.Claim, reasonOf(bad)
		if bad.Code == authorizers.CodeMalformed || bad.Code == authorizers.CodeTooLarge {
			i.Status = statusUnreadable
		}
	case err != nil:
		i.Status, i.Code, i.Reason = statusUnknown, "unavailable", "it cannot be told now whether the token is good, and an authorizer fails (500): "+err.Error()
	default:
		p := authorizers.TokenPrincipal(claims)
		i.principal, i.Reason = &p, "the token is good until it ends, unless it is revoked"
	}
	return i
}

// tokenReasons say what follows from each reason to refuse a token.
var tokenReasons = map[authorizers.Code]string{
	authorizers.CodeTooLarge:     "the token is longer than what authorizers look at (MAX_TOKEN)",
	authorizers.CodeMalformed:    "it is no JSON Web Token in the compact form",
	authorizers.CodeHeader:       "its header asks for what no token may ask for here",
	authorizers.CodeAlgorithm:    "its algorithm is none of those that its issuer's entry accepts",
	authorizers.CodeKeyID:        "it names no key that could be looked for",
	authorizers.CodeKeyUnknown:   "its issuer publishes no such key: it is another issuer's, or of a key that was withdrawn",
	authorizers.CodeKeyAlgorithm: "the key that it names is for another algorithm",
	authorizers.CodeSignature:    "its signature is not that of the key that it names: somebody changed it, or another key made it",
	authorizers.CodeIssuer:       "it is of an issuer whose tokens are not accepted: add an entry to ISSUERS, or bring a token of one that has an entry",
	authorizers.CodeAudience:     "it is meant for somebody else: ask its issuer for one for this API, or add the audience to the issuer's entry",
	authorizers.CodeTokenUse:     "it is a token of another kind: a user pool's access token calls APIs, its ID token tells an app who signed in",
	authorizers.CodeExpired:      "it has ended: renew it, or sign in again",
	authorizers.CodeNotYet:       "it is for a time to come: wait, or see to the clocks (CLOCK_SKEW)",
	authorizers.CodeClaim:        "a claim is missing or of the wrong type",
	authorizers.CodeRequired:     "a claim has none of the values that its issuer's entry requires",
	authorizers.CodeBound:        "it is bound to a key of its sender, which nobody can prove to have by a bearer token",
	authorizers.CodeRevoked:      "it was revoked: sign in again",
}

// reasonOf is why a token is refused, in words, and what would be right.
func reasonOf(bad *authorizers.TokenError) string {
	text := cmp.Or(tokenReasons[bad.Code], string(bad.Code))
	if bad.Claim != "" && bad.Got != "" {
		text += fmt.Sprintf("; %s is %q", bad.Claim, bad.Got)
	}
	if bad.Want != "" {
		text += "; want " + bad.Want
	}
	if bad.Hint != "" {
		text += "; " + bad.Hint
	}
	return text
}

func (d *Desk) identifyKey(ctx context.Context, key, from string) identified {
	if d.Checks == nil {
		return identified{Status: statusUnknown, Code: "unavailable", Reason: "keys cannot be checked: " + d.Unchecked}
	}
	p, err := d.Checks.Key(ctx, key)
	bad := (*authorizers.KeyError)(nil)
	switch {
	case errors.As(err, &bad):
		status := statusRefused
		if bad.Code == authorizers.CodeAPIKeyMalformed || bad.Code == authorizers.CodeAPIKeyMistyped {
			status = statusUnreadable
		}
		return identified{Status: status, Code: string(bad.Code), Reason: keyReasons[bad.Code]}
	case err != nil:
		return identified{Status: statusUnknown, Code: "unavailable", Reason: "it cannot be told now whether the key is good, and an authorizer fails (500): " + err.Error()}
	case !allowsFrom(p.Networks, from):
		return identified{Status: statusRefused, Code: string(authorizers.CodeAPIKeyNetwork), Reason: keyReasons[authorizers.CodeAPIKeyNetwork]}
	}
	return identified{Status: statusVerified, Reason: "the key is good; an authorizer that has seen it may take it for a minute after it is disabled", principal: p}
}

// keyReasons say what follows from each reason to refuse an API key.
var keyReasons = map[authorizers.Code]string{
	authorizers.CodeAPIKeyMalformed: "it is no key of this module's form, pk_ID_SECRET; keys of a usage plan are others",
	authorizers.CodeAPIKeyMistyped:  "it is mistyped, or of another table: its end does not fit the rest",
	authorizers.CodeAPIKeyUnsealed:  "it has not the table's newest seal, which is asked for: rotate it",
	authorizers.CodeAPIKeyUnknown:   "no key has its id: it was deleted, or is of another table",
	authorizers.CodeAPIKeySecret:    "a key has its id, and another secret",
	authorizers.CodeAPIKeyExpired:   "it has ended: issue another one",
	authorizers.CodeAPIKeyDisabled:  "it is disabled: enable it, or issue another one",
	authorizers.CodeAPIKeyNetwork:   "it is not for the network from which it comes",
}

// allowsFrom tells whether a credential may be used from the address of a client, HOST:PORT.
func allowsFrom(networks []netip.Prefix, client string) bool {
	at, err := netip.ParseAddrPort(client)
	return len(networks) == 0 || err == nil && slices.ContainsFunc(networks, func(n netip.Prefix) bool { return n.Contains(at.Addr().Unmap()) })
}

func (d *Desk) identifySigner(id, mode string) identified {
	for _, m := range d.Project.Modes {
		if mode != "" && m.Name != mode || m.Plan.Authorization != plan.IAM {
			continue
		}
		callers := m.Plan.Local.Callers
		if i := slices.IndexFunc(callers, func(c plan.Caller) bool { return c.AccessKeyID == id }); i >= 0 {
			return identified{
				Status: statusVerified, Reason: "its policy, which stands in the mode's file, says what it may call", signer: &callers[i],
				principal: &authorizers.Principal{ID: callers[i].ARN, OwnsNothing: true, Schemes: []string{contract.SchemeSigV4}},
			}
		}
	}
	return identified{Status: statusRefused, Code: "caller-unknown", Reason: "no caller of this access key id may sign: want one of those in the mode's file (localCallers)"}
}

// caller is the one that the rules know; the zero one where the credential is not good.
func (i *identified) caller() policy.Caller {
	p := i.principal
	if p == nil {
		return policy.Caller{}
	}
	return policy.Caller{ID: p.ID, OwnsNothing: p.OwnsNothing, Schemes: p.Schemes, Scopes: p.Scopes, Expires: p.Expires, Networks: p.Networks}
}

// told is the answer about a credential.
type told struct {
	Status    string         `json:"status"`
	Code      string         `json:"code"`
	Reason    string         `json:"reason"`
	Member    string         `json:"member"` // of header or claims, that is at fault; "": none is
	Header    []verify.Part  `json:"header"`
	Claims    []verify.Part  `json:"claims"`
	Issuer    *verify.Issuer `json:"issuer"`
	Principal *principal     `json:"principal"`
	Context   map[string]any `json:"context"` // what functions behind a Lambda authorizer see of the caller

	Policy *policy.Document `json:"policy,omitempty"` // of a caller who signs: what stands in the mode's file
}

// principal is who calls.
type principal struct {
	ID          string   `json:"id"`
	OwnsNothing bool     `json:"ownsNothing"`
	Schemes     []string `json:"schemes"`
	Scopes      []gained `json:"scopes"`
	Groups      []group  `json:"groups"`
	Expires     int64    `json:"expires"`  // seconds since 1970; 0: never
	IssuedAt    int64    `json:"issuedAt"` // the same; 0: not known
	Networks    []string `json:"networks"` // from which alone a key may be used; none: from all
	UsageKey    string   `json:"usageKey"` // by which a usage plan counts the caller; "": by none
}

// gained is a scope and what it comes of.
type gained struct {
	Scope string   `json:"scope"`
	From  []string `json:"from"`
}

// group is one of a token's, and the scopes that come of it.
type group struct {
	Name   string   `json:"name"`
	Scopes []string `json:"scopes"`
}

// serveCredential tells what a credential says, and what comes of that.
func (c *Console) serveCredential(w http.ResponseWriter, r *http.Request) {
	var asked struct {
		Credential credential `json:"credential"`
	}
	if !read(w, r, &asked) {
		return
	}
	if wrong := asked.Credential.check(); wrong != "" {
		refuse(w, http.StatusBadRequest, wrong)
		return
	}
	d := c.shown()
	answer(w, http.StatusOK, d.tell(&asked.Credential, d.identify(r.Context(), &asked.Credential, "", r.RemoteAddr)))
}

// tell says all of a credential.
func (d *Desk) tell(c *credential, who identified) told {
	t := told{Status: who.Status, Code: who.Code, Reason: who.Reason, Member: who.Member, Header: []verify.Part{}, Claims: []verify.Part{}, Context: map[string]any{}}
	var gains []verify.Gain
	if c.Kind == kindToken && d.Checks != nil {
		if e, err := d.Checks.Tokens.Explain(c.bare()); err == nil {
			t.Header, t.Claims, t.Issuer, gains = e.Header, e.Claims, d.configured(e.Issuer), e.Grants
		}
	}
	if who.signer != nil {
		t.Policy = &who.signer.Policy
	}
	if who.principal == nil {
		return t
	}
	t.Principal = newPrincipal(&who, t.Issuer, gains)
	for key, value := range who.principal.Context {
		t.Context[key] = value
	}
	return t
}

// configured is an issuer's entry with its keys where the configuration has them: the one that verifies may hold them.
func (d *Desk) configured(entry *verify.Issuer) *verify.Issuer {
	for _, other := range d.Checks.Issuers {
		if entry != nil && other.Issuer == entry.Issuer {
			shown := *entry
			shown.JWKSURI = other.JWKSURI
			return &shown
		}
	}
	return entry
}

// newPrincipal is the principal, by the entry of its token's issuer and what that grants.
func newPrincipal(who *identified, entry *verify.Issuer, gains []verify.Gain) *principal {
	from := who.principal
	p := &principal{ID: from.ID, OwnsNothing: from.OwnsNothing, Schemes: from.Schemes, Scopes: []gained{}, Groups: []group{}, Networks: []string{}, UsageKey: from.UsageKey}
	if !from.Expires.IsZero() {
		p.Expires = from.Expires.Unix()
	}
	for _, network := range from.Networks {
		p.Networks = append(p.Networks, network.String())
	}
	for _, scope := range from.Scopes {
		one := gained{scope, []string{}}
		for _, gain := range gains {
			if gain.Scope == scope {
				one.From = append(one.From, sourceOf(gain, entry))
			}
		}
		if who.claims == nil {
			one.From = append(one.From, "the key")
		}
		p.Scopes = append(p.Scopes, one)
	}
	if who.claims == nil {
		return p
	}
	if !who.claims.IssuedAt.IsZero() {
		p.IssuedAt = who.claims.IssuedAt.Unix()
	}
	for _, name := range who.claims.Groups {
		g := group{name, []string{}}
		for _, gain := range gains {
			if gain.Claim == entry.GroupsClaim && gain.Value == name {
				g.Scopes = append(g.Scopes, gain.Scope)
			}
		}
		p.Groups = append(p.Groups, g)
	}
	return p
}

// sourceOf says what a scope comes of: claim scope, group admins, or claim roles: value reader.
func sourceOf(gain verify.Gain, entry *verify.Issuer) string {
	switch {
	case gain.Claim == entry.GroupsClaim:
		return "group " + gain.Value
	case gain.Value == gain.Scope || gain.Claim == "scope" || gain.Claim == "scp":
		return "claim " + gain.Claim
	}
	return "claim " + gain.Claim + ": value " + gain.Value
}
