package verify

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"portcullis/authorizers"
	"portcullis/authorizers/internal/strictjson"
)

// The kinds of [Part]: what a member of a token is read for. One that is read for several things has the kind of the first of them in
// this order.
const (
	PartIssuer     = "issuer"
	PartTime       = "time"
	PartAudience   = "audience"
	PartUse        = "use"        // which kind of token it is
	PartRequired   = "required"   // the issuer's entry asks for it
	PartBound      = "bound"      // whose key its sender has to have
	PartSubject    = "subject"    // who calls
	PartScopes     = "scopes"     // scopes are gained by it
	PartGroups     = "groups"     // told to the API behind the gateway; scopes may be gained by it
	PartRevocation = "revocation" // by which the token is revoked
	PartContext    = "context"    // told to the API behind the gateway, and nothing else
	PartSignature  = "signature"  // of the header: what the signature is checked by
	PartIgnored    = "ignored"    // not looked at
)

// Explanation is what a token says, whoever wrote it, and what each part of it does by the entry of its issuer. It proves nothing.
type Explanation struct {
	Issuer *Issuer // the entry, with what its zeros stand for; nil: no entry is of the issuer that the token names
	Header []Part  // in the token's order
	Claims []Part  // in the token's order
	Grants []Gain  // all scopes that the token gains if it is good, each for each of the values that give it
}

// Part is a member of the header, or a claim.
type Part struct {
	Name   string          `json:"name"`
	Value  json.RawMessage `json:"value"`
	Kind   string          `json:"kind"`   // one of the Part constants
	Effect string          `json:"effect"` // in words
}

// Gain is a scope, and by what a token gains it.
type Gain struct {
	Scope string
	Claim string // as the entry names it; scp where that stands for scope
	Value string // of the claim
}

// Explain tells what a token in its compact form says and what that does, without a look at its signature. The error is an
// [*authorizers.TokenError] where it cannot be read.
func (v *Verifier) Explain(raw string) (*Explanation, error) {
	if len(raw) > v.most {
		return nil, &authorizers.TokenError{Code: authorizers.CodeTooLarge, Want: fmt.Sprintf("at most %d bytes", v.most)}
	}
	t, _, err := parse(raw, nil, nil)
	if err != nil {
		return nil, err
	}
	x := explainer{token: &t, issuer: v.issuers[t.claims.TextOf("iss")], now: v.now(), skew: v.skew}
	e := &Explanation{Header: []Part{}, Claims: []Part{}}
	if x.issuer != nil {
		entry := x.issuer.Issuer
		e.Issuer = &entry
		e.Grants = x.issuer.granting.gains(t.claims)
	}
	for _, m := range t.header {
		e.Header = append(e.Header, newPart(m, []effect{x.ofHeader(m)}))
	}
	for _, m := range t.claims {
		e.Claims = append(e.Claims, newPart(m, x.ofClaim(m, e.Grants)))
	}
	return e, nil
}

// effect is one of the things that a member does.
type effect struct{ kind, text string }

func newPart(m strictjson.Member, effects []effect) Part {
	p := Part{Name: m.Name, Value: json.RawMessage(m.Value.Text), Kind: PartIgnored, Effect: "not looked at: nothing of the issuer's entry reads it"}
	if m.Value.Kind == strictjson.Text {
		p.Value, _ = json.Marshal(m.Value.Text)
	}
	var texts []string
	for _, e := range effects {
		texts = append(texts, e.text)
	}
	if len(effects) > 0 {
		p.Kind, p.Effect = effects[0].kind, strings.Join(texts, "; ")
	}
	return p
}

// explainer says what members of one token do.
type explainer struct {
	token  *token
	issuer *trusted // nil: none of ours
	now    time.Time
	skew   time.Duration
}

func (x *explainer) ofHeader(m strictjson.Member) effect {
	switch m.Name {
	case "alg":
		switch {
		case x.issuer == nil:
			return effect{PartSignature, "names the algorithm of the signature"}
		case oneNamed(m.Value.Text, x.issuer.accepted) == nil || m.Value.Kind != strictjson.Text:
			return effect{PartSignature, "is none of the algorithms of the issuer's entry: " + strings.Join(x.issuer.Algorithms, ", ")}
		}
		return effect{PartSignature, "the algorithm of the signature, which the issuer's entry accepts"}
	case "kid":
		return effect{PartSignature, "names the key of the signature, which is looked for among those that the issuer publishes"}
	case "typ":
		return effect{PartUse, x.typ(m.Value)}
	case "crit", "b64", "zip", "cty":
		return effect{PartSignature, "asks for what no token here may ask for: a token that has it is refused"}
	case "jwk", "jku", "x5c", "x5u", "x5t", "x5t#S256":
		return effect{PartIgnored, "not looked at: keys come from the issuer alone, never from a token"}
	}
	return effect{PartIgnored, "not looked at"}
}

func (x *explainer) typ(v strictjson.Value) string {
	switch {
	case !isJWT(v):
		return "is no type of a token that is taken: want JWT, at+jwt or JOSE"
	case x.issuer != nil && x.issuer.Profile != "" && !isAccessToken(v):
		return "is not at+jwt, which the issuer's entry asks for (RFC 9068)"
	}
	return "says that it is a JSON Web Token"
}

// ofClaim is all that a claim does, in the order of the kinds.
func (x *explainer) ofClaim(m strictjson.Member, gains []Gain) []effect {
	if m.Name == "iss" {
		return []effect{{PartIssuer, x.iss()}}
	}
	if text := x.time(m); text != "" {
		return []effect{{PartTime, text}}
	}
	if x.issuer == nil {
		return []effect{{PartIgnored, "not looked at: no entry says what a token of this issuer means"}}
	}
	var all []effect
	for _, read := range []func(strictjson.Member) effect{x.audience, x.use, x.required, x.bound, x.subject} {
		if e := read(m); e.text != "" {
			all = append(all, e)
		}
	}
	all = append(all, x.scopes(m, gains)...)
	if e := x.groups(m); e.text != "" {
		all = append(all, e)
	}
	return append(all, x.told(m)...)
}

func (x *explainer) iss() string {
	if x.issuer == nil {
		return "names an issuer that no entry is of: nobody says what its tokens mean, and they are refused"
	}
	return "chose the issuer's entry, which says all that the token may gain"
}

func (x *explainer) time(m strictjson.Member) string {
	if m.Name != "exp" && m.Name != "nbf" && m.Name != "iat" {
		return ""
	}
	seconds, err := readTime(m.Value, m.Name)
	if err != nil {
		return "is no time in seconds since 1970: the token is refused"
	}
	at := timeOf(seconds)
	stamp := at.UTC().Format(time.RFC3339)
	switch early := at.After(x.now.Add(x.skew)); {
	case m.Name == "exp" && !x.now.Before(at.Add(x.skew)):
		return fmt.Sprintf("ended the token at %s, %s ago", stamp, about(x.now.Sub(at)))
	case m.Name == "exp":
		return fmt.Sprintf("ends the token at %s, in %s", stamp, about(at.Sub(x.now)))
	case early:
		return fmt.Sprintf("is a time to come, %s, in %s: until then the token is refused", stamp, about(at.Sub(x.now)))
	case m.Name == "nbf":
		return "the token is good from " + stamp + " on, which has come"
	}
	return fmt.Sprintf("issued at %s, %s ago: what is revoked before that is not this token", stamp, about(x.now.Sub(at)))
}

// about is a duration in its two largest units.
func about(d time.Duration) string {
	d = max(d, 0)
	switch {
	case d >= 48*time.Hour:
		return fmt.Sprintf("%d days", d/(24*time.Hour))
	case d >= time.Hour:
		return strings.TrimSuffix(d.Truncate(time.Minute).String(), "0s")
	}
	return d.Truncate(time.Second).String()
}

// audience is for the claim that says whom the token is meant for.
func (x *explainer) audience(m strictjson.Member) effect {
	i, uses := x.issuer, x.token.claims.TextOf("token_use")
	claim := "aud"
	if len(i.TokenUse) > 0 && uses != UseID {
		claim = "client_id"
	}
	switch {
	case m.Name == claim && namesOne(m.Value, i.isAudience) && (len(i.TokenUse) == 0 || m.Value.Kind == strictjson.Text):
		return effect{PartAudience, "is among the audiences of the issuer's entry"}
	case m.Name == claim:
		return effect{PartAudience, "names none of the audiences of the issuer's entry: " + strings.Join(i.Audience, ", ")}
	case m.Name == "aud" && i.checkResource(m.Value, x.token.claims.TextOf("client_id")) != nil:
		return effect{PartAudience, "names another API than this one, by the resource of the issuer's entry"}
	case m.Name == "aud":
		return effect{PartAudience, "names this API, or the client itself"}
	}
	return effect{}
}

// use is for the claim that says of which kind the token is.
func (x *explainer) use(m strictjson.Member) effect {
	switch {
	case m.Name != "token_use" || len(x.issuer.TokenUse) == 0:
		return effect{}
	case slices.Contains(x.issuer.TokenUse, m.Value.Text) && m.Value.Kind == strictjson.Text:
		return effect{PartUse, "is a kind of token that the issuer's entry takes"}
	}
	return effect{PartUse, "is none of the kinds of token that the issuer's entry takes: " + strings.Join(x.issuer.TokenUse, ", ")}
}

// required is for claims that the entry, or its profile, asks for.
func (x *explainer) required(m strictjson.Member) effect {
	for k := range x.issuer.required {
		r := &x.issuer.required[k]
		switch {
		case r.path.names[0] != m.Name:
		case r.holds(x.token.claims):
			return effect{PartRequired, "has a value that the issuer's entry requires"}
		default:
			return effect{PartRequired, fmt.Sprintf("has none of the values that the issuer's entry requires of %s: %s", r.path.text, strings.Join(r.values, ", "))}
		}
	}
	if x.issuer.Profile != "" && slices.Contains(requiredOfProfile, m.Name) {
		return effect{PartRequired, "has to be there by RFC 9068"}
	}
	return effect{}
}

func (x *explainer) bound(m strictjson.Member) effect {
	switch {
	case m.Name != "cnf" || m.Value.IsNull():
		return effect{}
	case x.issuer.BoundTokens == AcceptBound:
		return effect{PartBound, "binds the token to a key of its sender, which nobody checks: the issuer's entry accepts that"}
	}
	return effect{PartBound, "binds the token to a key of its sender, which a bearer cannot prove to have: the token is refused"}
}

// subject is for the claims that may be the caller's id, of which the first one that is there is.
func (x *explainer) subject(m strictjson.Member) effect {
	for k, path := range x.issuer.id {
		if id := path.in(x.token.claims); id.Kind == strictjson.Absent || id.IsNull() {
			continue
		}
		switch {
		case path.names[0] != m.Name:
			return effect{}
		case k > 0 || !*x.issuer.Owners:
			return effect{PartSubject, "is the caller's id, which owns nothing by the issuer's entry: scopes of owners open nothing"}
		}
		return effect{PartSubject, "is the caller's id, and what scopes of owners are about is compared with it"}
	}
	return effect{}
}

// scopes is for the claims by which scopes are gained.
func (x *explainer) scopes(m strictjson.Member, gains []Gain) []effect {
	var all []effect
	for k := range x.issuer.granting.grants {
		g := &x.issuer.granting.grants[k]
		v, path := g.in(x.token.claims, x.issuer.granting.scpToo)
		if path.names[0] != m.Name || v.Kind == strictjson.Absent {
			continue
		}
		all = append(all, effect{PartScopes, x.gained(g, v, path, gains)})
	}
	return all
}

func (x *explainer) gained(g *grant, v strictjson.Value, path claimPath, gains []Gain) string {
	values, ok := g.values(v)
	if !ok {
		return "is " + kindName(v) + ", which is not read for scopes"
	}
	var gave, nothing []string
	for _, value := range values {
		i := slices.IndexFunc(gains, func(gain Gain) bool { return gain.Claim == path.text && gain.Value == value })
		if i < 0 {
			nothing = append(nothing, short(value))
		}
		for _, gain := range gains {
			if gain.Claim == path.text && gain.Value == value {
				gave = append(gave, gain.Scope)
			}
		}
	}
	slices.Sort(gave)
	text := "gave no scope"
	if len(gave) > 0 {
		text = "gave " + strings.Join(slices.Compact(gave), " ")
	}
	if nothing = slices.DeleteFunc(nothing, func(value string) bool { return value == "" }); len(nothing) > 0 {
		text += "; by the issuer's entry nothing comes of " + strings.Join(nothing, ", ")
	}
	return text
}

func (x *explainer) groups(m strictjson.Member) effect {
	names := x.issuer.granting.groups.names
	if len(names) == 0 || names[0] != m.Name {
		return effect{}
	}
	return effect{PartGroups, "lists the caller's groups"}
}

// told is for claims that are read and decide nothing about what a good token opens.
func (x *explainer) told(m strictjson.Member) []effect {
	switch m.Name {
	case "jti", "origin_jti":
		return []effect{{PartRevocation, "names what the token is revoked by"}}
	case "client_id", "azp", "appid", "cid":
		if clientOf(x.token.claims) == m.Value.Text && m.Value.Kind == strictjson.Text {
			return []effect{{PartContext, "told to the API as the client's id"}}
		}
	case "username", "cognito:username":
		if userOf(x.token.claims) == m.Value.Text && m.Value.Kind == strictjson.Text {
			return []effect{{PartContext, "told to the API as the user's name"}}
		}
	}
	return nil
}

// gains are the scopes that a token gains, as scopes gives them, and by what.
func (g *granting) gains(claims strictjson.Object) []Gain {
	var all []Gain
	for i := range g.grants {
		v, path := g.grants[i].in(claims, g.scpToo)
		values, _ := g.grants[i].values(v)
		for _, value := range values {
			for _, scope := range g.grants[i].addValue(nil, value) {
				if gain := (Gain{scope, path.text, value}); g.may(scope) && !slices.Contains(all, gain) {
					all = append(all, gain)
				}
			}
		}
	}
	slices.SortStableFunc(all, func(a, b Gain) int { return cmp.Compare(a.Scope, b.Scope) })
	return all
}
