package verify_test

import (
	"fmt"
	"go/ast"
	"go/format"
	"go/parser"
	"go/token"
	"net/http/httptest"
	"net/url"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"portcullis/authorizers"
	"portcullis/authorizers/verify"
	"portcullis/authorizers/verify/verifytest"
)

// recipes are the fenced blocks of ISSUERS.md in a language, by name, and the names in their order.
func recipes(t *testing.T, language string) (blocks map[string]string, names []string) {
	t.Helper()
	page, err := os.ReadFile("ISSUERS.md")
	if err != nil {
		t.Fatal(err)
	}
	blocks = map[string]string{}
	for _, block := range regexp.MustCompile("(?ms)^```"+language+" (\\S+)\n(.*?)^```$").FindAllStringSubmatch(string(page), -1) {
		if blocks[block[1]] != "" {
			t.Errorf("ISSUERS.md has two entries named %q", block[1])
		}
		blocks[block[1]], names = block[2], append(names, block[1])
	}
	return blocks, names
}

// recipe is the entry of one name.
func recipe(t *testing.T, name string) verify.Issuer {
	t.Helper()
	blocks, _ := recipes(t, "json")
	issuers, err := verify.ParseIssuers(blocks[name])
	if err != nil || len(issuers) != 1 {
		t.Fatalf("%s: %d entries, %v", name, len(issuers), err)
	}
	return issuers[0]
}

// other is another issuer beside a recipe's.
var other = verify.Issuer{Issuer: "https://other.example.net", Audience: []string{"other"}, Scopes: []string{}}

// alone is the recipe that is for the only issuer.
const alone = "single"

// TestRecipesStart: every entry of ISSUERS.md starts as it is written, alone and beside another issuer.
func TestRecipesStart(t *testing.T) {
	_, names := recipes(t, "json")
	if len(names) < 15 {
		t.Fatalf("ISSUERS.md has the entries %v only", names)
	}
	for _, name := range names {
		entry := recipe(t, name)
		for _, issuers := range [][]verify.Issuer{{entry}, {entry, other}} {
			v, err := verify.New(verify.Config{Issuers: issuers})
			if err == nil {
				v.Close()
			}
			if refused := name == alone && len(issuers) > 1; refused != (err != nil) {
				t.Errorf("%s, %d issuers: %v", name, len(issuers), err)
			}
		}
	}
}

// place is a fixture issuer in the place of a recipe's: the address of the provider is the fixture's, and nothing else differs.
type place struct {
	entry     verify.Issuer
	issuer    *verifytest.Issuer
	origin    string
	verifiers []*verify.Verifier // of the entry alone, and beside another
}

func newPlace(t *testing.T, name string) *place {
	t.Helper()
	p := &place{entry: recipe(t, name)}
	server := httptest.NewUnstartedServer(nil)
	p.origin = "http://" + server.Listener.Addr().String()
	at, err := url.Parse(p.entry.Issuer)
	if err != nil {
		t.Fatal(err)
	}
	p.entry.Issuer = p.origin + strings.TrimPrefix(p.entry.Issuer, at.Scheme+"://"+at.Host)
	path := p.entry.Issuer
	if len(p.entry.Tenants) > 0 {
		path = strings.ReplaceAll(path, "{tenantid}", p.entry.Tenants[0])
	}
	p.issuer = verifytest.New(path, p.entry.Algorithms...)
	if p.entry.JWKSURI != "" {
		p.entry.JWKSURI = p.issuer.KeySetURL()
	}
	server.Config.Handler = p.issuer
	server.Start()
	t.Cleanup(server.Close)
	for _, issuers := range [][]verify.Issuer{{p.entry}, {p.entry, other}} {
		if name == alone && len(issuers) > 1 {
			continue
		}
		v, err := verify.New(verify.Config{Issuers: issuers, Now: clock})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(v.Close)
		p.verifiers = append(p.verifiers, v)
	}
	return p
}

// Texts that stand in ISSUERS.md.
const (
	entraAPI    = "2b0e6a31-94f7-4d0a-8b1c-53d7a2f0c9e4"
	entraApp    = "c0ffee00-1111-4222-8333-444455556666"
	entraGroup  = "5f0c1a52-8a3e-4d3b-9c1e-0d6f2b7a4e11"
	tenantA     = "7c1a6e0d-2f5b-4a53-9a0e-6f1f4c6d2b10"
	tenantB     = "0e4f9c3a-6b1d-4c57-8f2e-1a2b3c4d5e6f"
	googleApp   = "1234987819200.apps.googleusercontent.com"
	ordersAPI   = "https://orders.example.com"
	zitadelRole = "urn:zitadel:iam:org:project:roles"
	sts         = "https://sts.amazonaws.com/"
)

type (
	like = verifytest.Like
	opts = verifytest.Options
)

// recipeTests are tokens in the shape that a recipe's provider writes, and what the recipe makes of them.
var recipeTests = []struct {
	recipe, name string
	like         like
	options      opts
	iss          string // where the token has another iss: the text behind the fixture's origin
	gains, id    string
	owns         bool
	refused      authorizers.Code
}{
	{recipe: alone, name: "scopes as they stand", like: verifytest.LikeRFC9068, options: opts{Scopes: []string{"orders/read", "orders/own"}}, gains: "orders/read orders/own", id: "u", owns: true},
	{recipe: alone, name: "groups", like: verifytest.LikeRFC9068, options: opts{Groups: []string{"orders/read"}}, id: "u", owns: true},
	{recipe: alone, name: "for another API", like: verifytest.LikeRFC9068, options: opts{Audience: []string{"https://else.example.com"}}, refused: authorizers.CodeAudience},

	{recipe: "keycloak", name: "user", like: verifytest.LikeKeycloak, options: opts{Roles: []string{"writer"}, Scopes: []string{"orders/own"}}, gains: "orders/read orders/write", id: "u", owns: true},
	{recipe: "keycloak", name: "realm role", like: verifytest.LikeKeycloak, options: opts{Extra: object{"realm_access": object{"roles": list{"customer", "offline_access"}}}}, gains: "orders/own", id: "u", owns: true},
	{recipe: "keycloak", name: "machine", like: verifytest.LikeKeycloakMachine, options: opts{Roles: []string{"reader"}}, gains: "orders/read", id: "u", owns: true},
	{recipe: "keycloak", name: "without sub", like: verifytest.LikeKeycloak, options: opts{ClientID: "packer", Roles: []string{"reader"}, Extra: object{"sub": nil}}, gains: "orders/read", id: "packer"},
	{recipe: "keycloak", name: "role at another client, and of the realm", like: verifytest.LikeKeycloak, options: opts{Extra: object{"resource_access": object{"billing": object{"roles": list{"writer"}}}, "realm_access": object{"roles": list{"writer"}}}}, id: "u", owns: true},
	{recipe: "keycloak", name: "role that is not mapped", like: verifytest.LikeKeycloak, options: opts{Roles: []string{"owner", "Writer"}}, id: "u", owns: true},
	{recipe: "keycloak", name: "ID token", like: verifytest.LikeKeycloak, options: opts{Roles: []string{"writer"}, Extra: object{"typ": "ID"}}, refused: authorizers.CodeRequired},
	{recipe: "keycloak", name: "audience account alone", like: verifytest.LikeKeycloak, options: opts{Audience: []string{"account"}}, refused: authorizers.CodeAudience},

	{recipe: "cognito", name: "user in a group", like: verifytest.LikeCognito, options: opts{ClientID: "1example23456789", Groups: []string{"staff"}}, gains: "orders/read orders/write", id: "u", owns: true},
	{recipe: "cognito", name: "user with scopes", like: verifytest.LikeCognito, options: opts{ClientID: "1example23456789", Scopes: []string{"openid", "orders/own"}}, gains: "orders/own", id: "u", owns: true},
	{recipe: "cognito", name: "machine", like: verifytest.LikeCognitoMachine, options: opts{ClientID: "2machine23456789", Scopes: []string{"orders/read", "billing/read"}}, gains: "orders/read", id: "2machine23456789", owns: true},
	{recipe: "cognito", name: "group that is not mapped", like: verifytest.LikeCognito, options: opts{ClientID: "1example23456789", Groups: []string{"admins"}}, id: "u", owns: true},
	{recipe: "cognito", name: "ID token", like: verifytest.LikeCognitoID, options: opts{ClientID: "1example23456789", Groups: []string{"staff"}}, refused: authorizers.CodeTokenUse},
	{recipe: "cognito", name: "another app", like: verifytest.LikeCognito, options: opts{ClientID: "3other"}, refused: authorizers.CodeAudience},
	{recipe: "cognito", name: "bound to another API", like: verifytest.LikeCognitoBound, options: opts{ClientID: "1example23456789", Audience: []string{"https://billing.example.com"}}, refused: authorizers.CodeAudience},

	{recipe: "cognito-bound", name: "user", like: verifytest.LikeCognitoBound, options: opts{ClientID: "1example23456789", Scopes: []string{ordersAPI + "/read", ordersAPI + "/write"}}, gains: ordersAPI + "/read", id: "u", owns: true},
	{recipe: "cognito-bound", name: "bound to another API", like: verifytest.LikeCognitoBound, options: opts{ClientID: "1example23456789", Audience: []string{"https://billing.example.com"}}, refused: authorizers.CodeAudience},
	{recipe: "cognito-bound", name: "bound to nothing", like: verifytest.LikeCognito, options: opts{ClientID: "1example23456789"}, refused: authorizers.CodeAudience},

	{recipe: "entra", name: "user", like: verifytest.LikeEntra, options: opts{ClientID: entraApp, Scopes: []string{"Orders.Own"}, Roles: []string{"Orders.Write.All"}}, gains: "orders/own orders/read orders/write", id: "u", owns: true},
	{recipe: "entra", name: "group", like: verifytest.LikeEntra, options: opts{ClientID: entraApp, Groups: []string{entraGroup}}, gains: "orders/read", id: "u", owns: true},
	{recipe: "entra", name: "app on its own", like: verifytest.LikeEntraApp, options: opts{ClientID: entraApp, Roles: []string{"Orders.Read.All"}}, gains: "orders/read", id: "u", owns: true},
	{recipe: "entra", name: "app without a role", like: verifytest.LikeEntraApp, options: opts{ClientID: entraApp}, id: "u", owns: true},
	{recipe: "entra", name: "too many groups", like: verifytest.LikeEntra, options: opts{ClientID: entraApp, Extra: object{"_claim_names": object{"groups": "src1"}, "_claim_sources": object{"src1": object{"endpoint": "https://graph.windows.net/x"}}}}, id: "u", owns: true},
	{recipe: "entra", name: "app that is not listed", like: verifytest.LikeEntra, options: opts{ClientID: "dead0000-1111-4222-8333-444455556666", Roles: []string{"Orders.Write.All"}}, refused: authorizers.CodeRequired},
	{recipe: "entra", name: "ID token of the same registration", like: verifytest.LikeEntra, options: opts{Roles: []string{"Orders.Write.All"}, Extra: object{"azp": nil, "azpacr": nil}}, refused: authorizers.CodeRequired},
	{recipe: "entra", name: "another tenant", like: verifytest.LikeEntra, options: opts{ClientID: entraApp}, iss: "/" + tenantB + "/v2.0", refused: authorizers.CodeIssuer},
	{recipe: "entra", name: "version 1.0", like: verifytest.LikeEntraV1, options: opts{ClientID: entraApp}, iss: "/" + tenantA + "/", refused: authorizers.CodeIssuer},

	{recipe: "entra-v1", name: "user", like: verifytest.LikeEntraV1, options: opts{ClientID: entraApp, Audience: []string{"api://" + entraAPI}, Scopes: []string{"Orders.Own", "User.Read"}, Roles: []string{"Orders.Read.All"}}, gains: "orders/own orders/read", id: "u", owns: true},
	{recipe: "entra-v1", name: "aud is the application id", like: verifytest.LikeEntraV1, options: opts{ClientID: entraApp, Roles: []string{"Orders.Write.All"}}, gains: "orders/read orders/write", id: "u", owns: true},
	{recipe: "entra-v1", name: "app that is not listed", like: verifytest.LikeEntraV1, options: opts{ClientID: "dead0000-1111-4222-8333-444455556666"}, refused: authorizers.CodeRequired},

	{recipe: "entra-tenants", name: "one tenant", like: verifytest.LikeEntra, options: opts{ClientID: entraApp, Roles: []string{"Orders.Read.All"}}, gains: "orders/read", id: "u", owns: true},
	{recipe: "entra-tenants", name: "another", like: verifytest.LikeEntra, options: opts{ClientID: entraApp, Scopes: []string{"Orders.Own"}}, iss: "/" + tenantB + "/v2.0", gains: "orders/own", id: "u", owns: true},
	{recipe: "entra-tenants", name: "a third one", like: verifytest.LikeEntra, options: opts{ClientID: entraApp, Roles: []string{"Orders.Read.All"}}, iss: "/9188040d-6c67-4c5b-b112-36a304b66dad/v2.0", refused: authorizers.CodeIssuer},
	{recipe: "entra-tenants", name: "the placeholder itself", like: verifytest.LikeEntra, options: opts{ClientID: entraApp}, iss: "/{tenantid}/v2.0", refused: authorizers.CodeIssuer},

	{recipe: "auth0", name: "user", like: verifytest.LikeAuth0, options: opts{Roles: []string{"write:orders", "own:orders", "delete:orders"}}, gains: "orders/read orders/write orders/own", id: "u", owns: true},
	{recipe: "auth0", name: "machine", like: verifytest.LikeAuth0Machine, options: opts{ClientID: "packer", Roles: []string{"read:orders"}}, gains: "orders/read", id: "packer@clients", owns: true},
	{recipe: "auth0", name: "scope without the permission", like: verifytest.LikeAuth0, options: opts{Scopes: []string{"write:orders", "orders/write"}}, id: "u", owns: true},
	{recipe: "auth0", name: "for the userinfo endpoint alone", like: verifytest.LikeAuth0, options: opts{Audience: []string{"https://shop.eu.auth0.com/api/v2/"}}, refused: authorizers.CodeAudience},
	{recipe: "auth0", name: "issuer without its slash", like: verifytest.LikeAuth0, options: opts{Extra: object{"iss": "https://shop.eu.auth0.com"}}, refused: authorizers.CodeIssuer},

	{recipe: "okta", name: "user", like: verifytest.LikeOkta, options: opts{Scopes: []string{"orders.own"}, Groups: []string{"Everyone", "Order Desk"}}, gains: "orders/read orders/write orders/own", id: "u", owns: true},
	{recipe: "okta", name: "machine", like: verifytest.LikeOktaMachine, options: opts{ClientID: "packer", Scopes: []string{"orders.read"}}, gains: "orders/read", id: "packer"},
	{recipe: "okta", name: "groups in another case", like: verifytest.LikeOkta, options: opts{Groups: []string{"order desk"}}, id: "u", owns: true},
	{recipe: "okta", name: "token of the organisation", like: verifytest.LikeOkta, options: opts{Audience: []string{"https://example.okta.com"}}, refused: authorizers.CodeAudience},

	{recipe: "google", name: "anybody of the domain", like: verifytest.LikeGoogle, options: opts{ClientID: googleApp, Email: "bob@example.com"}, gains: "orders/own", id: "u", owns: true},
	{recipe: "google", name: "somebody by address", like: verifytest.LikeGoogle, options: opts{ClientID: googleApp, Email: "ada@example.com"}, gains: "orders/read orders/write orders/own", id: "u", owns: true},
	{recipe: "google", name: "another domain", like: verifytest.LikeGoogle, options: opts{ClientID: googleApp, Email: "ada@example.org"}, refused: authorizers.CodeRequired},
	{recipe: "google", name: "the address without the domain", like: verifytest.LikeGoogle, options: opts{ClientID: googleApp, Email: "ada@example.com", Extra: object{"hd": nil}}, refused: authorizers.CodeRequired},
	{recipe: "google", name: "another app", like: verifytest.LikeGoogle, options: opts{ClientID: "7.apps.googleusercontent.com", Email: "ada@example.com"}, refused: authorizers.CodeAudience},

	{recipe: "github", name: "branch", like: verifytest.LikeGitHub, options: opts{Subject: "repo:octo-org@123456/octo-repo@456789:ref:refs/heads/main"}, gains: "orders/read", id: "repo:octo-org@123456/octo-repo@456789:ref:refs/heads/main"},
	{recipe: "github", name: "environment", like: verifytest.LikeGitHub, options: opts{Subject: "repo:octo-org@123456/octo-repo@456789:environment:production", Extra: object{"environment": "production"}}, gains: "orders/read orders/write", id: "repo:octo-org@123456/octo-repo@456789:environment:production"},
	{recipe: "github", name: "another branch", like: verifytest.LikeGitHub, options: opts{Subject: "repo:octo-org@123456/octo-repo@456789:ref:refs/heads/x", Extra: object{"ref": "refs/heads/x"}}, id: "repo:octo-org@123456/octo-repo@456789:ref:refs/heads/x"},
	{recipe: "github", name: "pull request", like: verifytest.LikeGitHub, options: opts{Subject: "repo:octo-org@123456/octo-repo@456789:pull_request"}, id: "repo:octo-org@123456/octo-repo@456789:pull_request"},
	{recipe: "github", name: "another owner who customised sub", like: verifytest.LikeGitHub, options: opts{Subject: "repo:octo-org@123456/octo-repo@456789:ref:refs/heads/main", Extra: object{"repository_owner_id": "666"}}, refused: authorizers.CodeRequired},
	{recipe: "github", name: "default audience", like: verifytest.LikeGitHub, options: opts{Audience: []string{"https://github.com/octo-org"}}, refused: authorizers.CodeAudience},

	{recipe: "kubernetes", name: "service account", like: verifytest.LikeKubernetes, options: opts{Subject: "system:serviceaccount:shop:packer"}, gains: "orders/read orders/write", id: "system:serviceaccount:shop:packer"},
	{recipe: "kubernetes", name: "another of the namespace", like: verifytest.LikeKubernetes, options: opts{Subject: "system:serviceaccount:shop:web"}, gains: "orders/read", id: "system:serviceaccount:shop:web"},
	{recipe: "kubernetes", name: "another namespace", like: verifytest.LikeKubernetes, options: opts{Subject: "system:serviceaccount:default:packer"}, id: "system:serviceaccount:default:packer"},
	{recipe: "kubernetes", name: "for the API server", like: verifytest.LikeKubernetes, options: opts{Subject: "system:serviceaccount:shop:packer", Audience: []string{"https://kubernetes.default.svc"}}, refused: authorizers.CodeAudience},

	{recipe: "adfs", name: "one group, as a text", like: verifytest.LikeADFS, options: opts{Email: "ada@example.com", Groups: []string{"Order Desk"}}, gains: "orders/read orders/write", id: "ada@example.com", owns: true},
	{recipe: "adfs", name: "several groups, a scope and a role", like: verifytest.LikeADFS, options: opts{Email: "ada@example.com", Groups: []string{"Order Desk", "Domain Users"}, Roles: []string{"Auditor"}, Scopes: []string{"orders.own"}}, gains: "orders/read orders/write orders/own", id: "ada@example.com", owns: true},
	{recipe: "adfs", name: "app on its own", like: verifytest.LikeADFS, options: opts{ClientID: "packer", Roles: []string{"Auditor"}, Extra: object{"upn": nil, "apptype": "Confidential"}}, gains: "orders/read", id: "packer"},
	{recipe: "adfs", name: "a part of a group's name", like: verifytest.LikeADFS, options: opts{Email: "ada@example.com", Groups: []string{"Order"}, Roles: []string{"Order Desk"}}, id: "ada@example.com", owns: true},
	{recipe: "adfs", name: "ID token", like: verifytest.LikeADFS, iss: "/adfs", refused: authorizers.CodeIssuer},

	{recipe: "zitadel", name: "role", like: verifytest.LikeZitadel, options: opts{Audience: []string{"69234237810729019"}, Roles: []string{"customer", "desk"}}, gains: "orders/own orders/read orders/write", id: "u", owns: true},
	{recipe: "zitadel", name: "role in another organisation", like: verifytest.LikeZitadel, options: opts{Audience: []string{"69234237810729019"}, Extra: object{zitadelRole: object{"desk": object{"666": "evil.example.com"}}}}, id: "u", owns: true},
	{recipe: "zitadel", name: "another project", like: verifytest.LikeZitadel, options: opts{Audience: []string{"7"}, Roles: []string{"customer"}}, refused: authorizers.CodeAudience},

	{recipe: "aws", name: "role", like: verifytest.LikeAWS, options: opts{Subject: "arn:aws:iam::123456789012:role/packer"}, gains: "orders/read orders/write", id: "arn:aws:iam::123456789012:role/packer"},
	{recipe: "aws", name: "another role", like: verifytest.LikeAWS, options: opts{Subject: "arn:aws:iam::123456789012:role/web", Extra: object{sts: object{"org_id": "o-abc1234567", "principal_tags": object{"team": "web"}, "request_tags": object{"team": "data"}}}}, id: "arn:aws:iam::123456789012:role/web"},
	{recipe: "aws", name: "another organisation", like: verifytest.LikeAWS, options: opts{Subject: "arn:aws:iam::123456789012:role/packer", Extra: object{sts: object{"org_id": "o-666"}}}, refused: authorizers.CodeRequired},

	{recipe: "rfc9068", name: "user", like: verifytest.LikeRFC9068, options: opts{Scopes: []string{"openid", "orders/own"}, Roles: []string{"desk"}}, gains: "orders/own orders/read orders/write", id: "u", owns: true},
	{recipe: "rfc9068", name: "role that is not mapped", like: verifytest.LikeRFC9068, options: opts{Roles: []string{"orders/write"}}, id: "u", owns: true},
	{recipe: "rfc9068", name: "ID token of an app that is an audience", like: verifytest.LikeGoogle, options: opts{ClientID: ordersAPI}, refused: authorizers.CodeHeader},
}

// TestRecipes: what tokens gain by the entries of ISSUERS.md, and which are refused, is the same alone and beside
// another issuer. Every entry is tried with a token that gains something and with one that gains nothing.
func TestRecipes(t *testing.T) {
	places := map[string]*place{}
	gaining, failing := map[string]bool{}, map[string]bool{}
	for _, test := range recipeTests {
		p := places[test.recipe]
		if p == nil {
			p = newPlace(t, test.recipe)
			places[test.recipe] = p
		}
		if test.gains != "" {
			gaining[test.recipe] = true
		} else {
			failing[test.recipe] = true
		}
		for k, v := range p.verifiers {
			claims, err := v.Verify(t.Context(), p.token(test.like, test.options, test.iss))
			what := fmt.Sprintf("%s, %s, %d issuers", test.recipe, test.name, k+1)
			switch {
			case code(err) != string(test.refused):
				t.Errorf("%s: error %v, want %q", what, err, test.refused)
			case err == nil && (inOrder(claims.Scopes) != inOrder(strings.Fields(test.gains)) || claims.ID != test.id || claims.OwnsNothing == test.owns):
				t.Errorf("%s: gains %q, id %q, owns nothing: %v; want %q, %q, %v", what, claims.Scopes, claims.ID, claims.OwnsNothing, test.gains, test.id, !test.owns)
			}
		}
	}
	_, names := recipes(t, "json")
	for _, name := range names {
		if !gaining[name] || !failing[name] {
			t.Errorf("ISSUERS.md: %s is tried with a token that gains something: %v, with one that does not: %v", name, gaining[name], failing[name])
		}
	}
}

// token is a token of the user u for the entry's last audience, or its resource, where the options do not say otherwise.
func (p *place) token(like like, o opts, iss string) string {
	o.IssuedAt = now
	if o.Subject == "" {
		o.Subject = "u"
	}
	switch {
	case o.Audience != nil:
	case len(p.entry.Resource) > 0:
		o.Audience = p.entry.Resource
	default:
		o.Audience = p.entry.Audience[len(p.entry.Audience)-1:]
	}
	claims := p.issuer.Claims(like, o)
	if iss != "" {
		claims["iss"] = p.origin + iss
	}
	return p.issuer.SignHeader(p.issuer.HeaderLike(like), claims)
}

// inOrder writes scopes without the order and the number in which they come.
func inOrder(scopes []string) string {
	scopes = slices.Sorted(slices.Values(scopes))
	return strings.Join(slices.Compact(scopes), " ")
}

// TestRecipesContracts: the scopes that ISSUERS.md lets a contract ask for are those that tokens gain by the entries of the same
// section.
func TestRecipesContracts(t *testing.T) {
	page, err := os.ReadFile("ISSUERS.md")
	if err != nil {
		t.Fatal(err)
	}
	asked := 0
	for _, section := range strings.Split(string(page), "\n## ")[1:] {
		title, _, _ := strings.Cut(section, "\n")
		gained := map[string]bool{}
		for _, test := range recipeTests {
			if strings.Contains(section, "```json "+test.recipe+"\n") || strings.EqualFold(title, test.recipe) {
				for _, scope := range strings.Fields(test.gains) {
					gained[scope] = true
				}
			}
		}
		for _, alternative := range regexp.MustCompile(`bearer: \[([^\]]+)\]`).FindAllStringSubmatch(section, -1) {
			for _, scope := range strings.Split(alternative[1], ", ") {
				if asked++; !gained[scope] {
					t.Errorf("ISSUERS.md, %s: no token gains %s, which its contract asks for", title, scope)
				}
			}
		}
	}
	if asked < 30 {
		t.Errorf("ISSUERS.md asks for %d scopes only", asked)
	}
}

// TestRecipeForms: the entry that ISSUERS.md shows in JSON, HCL and Go is the same in all, and the one in Go is the Example's.
func TestRecipeForms(t *testing.T) {
	want := recipe(t, "keycloak")
	if !reflect.DeepEqual(keycloak, want) {
		t.Errorf("Go: %+v\nJSON: %+v", keycloak, want)
	}
	inGo, _ := recipes(t, "go")
	example, err := os.ReadFile("example_issuers_test.go")
	if err != nil {
		t.Fatal(err)
	}
	if got := declared(t, string(example), "keycloak"); got != strings.TrimSpace(inGo["keycloak"]) {
		t.Errorf("ISSUERS.md, go: want\n%s", got)
	}
	inHCL, _ := recipes(t, "hcl")
	issuers, err := verify.ParseIssuers(jsonOfHCL(strings.TrimPrefix(inHCL["keycloak"], "issuers = ")))
	if err != nil || len(issuers) != 1 || !reflect.DeepEqual(issuers[0], want) {
		t.Errorf("HCL: %+v, %v\nJSON: %+v", issuers, err, want)
	}
}

// declared is the declaration of a variable in a Go file, as gofmt writes it.
func declared(t *testing.T, file, name string) string {
	t.Helper()
	set := token.NewFileSet()
	parsed, err := parser.ParseFile(set, "", file, 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range parsed.Decls {
		if g, ok := d.(*ast.GenDecl); ok && g.Tok == token.VAR && g.Specs[0].(*ast.ValueSpec).Names[0].Name == name {
			var text strings.Builder
			if err := format.Node(&text, set, g); err != nil {
				t.Fatal(err)
			}
			return text.String()
		}
	}
	t.Fatalf("no variable %s", name)
	return ""
}

// jsonOfHCL writes an HCL value of texts, booleans, lists and objects as JSON: members are written with a colon, their names in
// quotes, and the end of a line between two of them is a comma. What is no such value is no JSON either.
func jsonOfHCL(hcl string) string {
	text := regexp.MustCompile(`"[^"]*"|\w+|\n|\s|.`).ReplaceAllStringFunc(hcl, func(part string) string {
		switch {
		case part == "=":
			return ":"
		case part == "true" || part == "false" || part == "\n":
			return part
		case strings.ContainsAny(part[:1], "abcdefghijklmnopqrstuvwxyz"):
			return `"` + part + `"`
		}
		return strings.TrimSpace(part)
	})
	return regexp.MustCompile(`([^\[{,\n])\n([^\]}\n])`).ReplaceAllString(text, "$1,\n$2")
}
