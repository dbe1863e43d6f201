package terraform_test

import (
	"context"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/credentials"

	"portcullis/authorizers/apikey"
	keytable "portcullis/authorizers/apikey/dynamo"
	"portcullis/authorizers/dynamodb"
	"portcullis/authorizers/revocation"
	revocationtable "portcullis/authorizers/revocation/dynamo"
	"portcullis/deploy/testtools"
)

// checkWrites compares the requests that the real stores send with what the roles allow that send them.
func checkWrites(t *testing.T, state state) {
	policies := map[string]string{}
	for _, policy := range state["aws_iam_role_policy"] {
		policies[policy["role"].(string)] = policy["policy"].(string)
	}
	checker, tokens := allowances(t, policies["demo-rest-request"]), allowances(t, policies["demo-tokens"])
	end := time.Unix(2e9, 0)
	key, record, err := apikey.NewSeal().Issue(apikey.Record{Owner: "ann", Scopes: []string{"users/read"}, Label: "x", UsageKey: strings.Repeat("k", 20)}, time.Unix(1e9, 0))
	if err != nil {
		t.Fatal(err)
	}
	keys := func(call func(context.Context, *keytable.Store) error) func(*testing.T) awsRequest {
		return func(t *testing.T) awsRequest {
			return recorded(t, "demo-api-keys", func(table *dynamodb.Table) {
				_ = call(t.Context(), keytable.New(table)) // that the answer says nothing does not matter
			})
		}
	}
	revoke := func(e revocation.Entry) func(*testing.T) awsRequest {
		return func(t *testing.T) awsRequest {
			return recorded(t, "demo-revocations", func(table *dynamodb.Table) { _ = revocationtable.New(table).Revoke(t.Context(), e) })
		}
	}
	signOut := func(call func(context.Context, *revocationtable.Store) error) func(*testing.T) awsRequest {
		return func(t *testing.T) awsRequest {
			return recorded(t, "demo-revocations", func(table *dynamodb.Table) { _ = call(t.Context(), revocationtable.New(table)) })
		}
	}
	sent := func(target, body string) func(*testing.T) awsRequest {
		return func(t *testing.T) awsRequest { return parseRequest(t, target, []byte(body)) }
	}
	const aKey = `"Key":{"id":{"S":"x"}}`
	for _, test := range []struct {
		name    string
		role    []allowance
		request func(*testing.T) awsRequest
		want    bool
	}{
		{"the seals are read", checker, keys(func(ctx context.Context, s *keytable.Store) error { _, err := s.Seals(ctx); return err }), true},
		{"the seal is written", checker, sent("PutItem", `{"Item":{"id":{"S":"#seal"},"newest":{"B":""}}}`), false},
		{"the seal is changed", checker, sent("UpdateItem", `{"Key":{"id":{"S":"#seal"}},"UpdateExpression":"SET newest = :l"}`), false},
		{"a key is looked up", checker, keys(func(ctx context.Context, s *keytable.Store) error { _, err := s.Get(ctx, key.ID()); return err }), true},
		{"its use is noted", checker, keys(func(ctx context.Context, s *keytable.Store) error { return s.Touch(ctx, key.ID(), 20000) }), true},
		{"a key is made", checker, keys(func(ctx context.Context, s *keytable.Store) error { return s.Create(ctx, record) }), false},
		{"a key is enabled", checker, keys(func(ctx context.Context, s *keytable.Store) error { return s.SetDisabled(ctx, key.ID(), false) }), false},
		{"a key is prolonged", checker, keys(func(ctx context.Context, s *keytable.Store) error { return s.SetExpires(ctx, key.ID(), end) }), false},
		{"a key is made endless", checker, keys(func(ctx context.Context, s *keytable.Store) error {
			return s.SetExpires(ctx, key.ID(), time.Time{})
		}), false},
		{"a key is deleted", checker, keys(func(ctx context.Context, s *keytable.Store) error { return s.Delete(ctx, key.ID()) }), false},
		{"all keys are listed", checker, keys(func(ctx context.Context, s *keytable.Store) error { _, err := s.List(ctx, 1, ""); return err }), false},
		{"scopes are written", checker, sent("UpdateItem", `{`+aKey+`,"UpdateExpression":"SET #l = :l, scopes = :s","ExpressionAttributeNames":{"#l":"lastUsed"}}`), false},
		{"scopes are asked about", checker, sent("UpdateItem", `{`+aKey+`,"UpdateExpression":"SET lastUsed = :l","ConditionExpression":"contains(scopes, :s)"}`), false},
		{"a whole key is answered", checker, sent("UpdateItem", `{`+aKey+`,"UpdateExpression":"SET lastUsed = :l","ReturnValues":"ALL_NEW"}`), false},
		{"no attribute is named", checker, sent("UpdateItem", `{}`), false},
		{"a sign-in is revoked", tokens, revoke(revocation.OfFamily("https://issuer.example.com", "a", end)), true},
		{"a user is revoked", tokens, revoke(revocation.OfUser("https://issuer.example.com", "ann", end, end)), true},
		{"a sign-out is begun", tokens, signOut(func(ctx context.Context, s *revocationtable.Store) error {
			return s.BeginSignOut(ctx, "https://issuer.example.com", "ann", end, end, "mark")
		}), true},
		{"a sign-out is ended", tokens, signOut(func(ctx context.Context, s *revocationtable.Store) error {
			_, err := s.EndSignOut(ctx, "https://issuer.example.com", "ann", end, end, "mark")
			return err
		}), true},
		{"an issuer is revoked", tokens, revoke(revocation.OfIssuer("https://issuer.example.com", end, end)), false},
		{"a token is revoked", tokens, revoke(revocation.OfToken("https://issuer.example.com", "a", end)), false},
		{"a revocation is undone", tokens, sent("DeleteItem", `{"Key":{"id":{"S":"sub-x"}}}`), false},
		{"an entry without a key", tokens, sent("PutItem", `{"Item":{}}`), false},
	} {
		request := test.request(t)
		if got := slices.ContainsFunc(test.role, func(a allowance) bool { return a.allows(t, request) }); got != test.want {
			t.Errorf("%s: %+v is allowed: %v", test.name, request, got)
		}
	}
}

// awsRequest is what IAM sees of a request to DynamoDB: its action, and the values of DynamoDB's condition keys. See
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/specifying-conditions.html.
type awsRequest struct {
	action string
	keys   map[string][]string // without those that the request does not have
}

// recorded gives the first request that a store sends.
func recorded(t *testing.T, name string, call func(*dynamodb.Table)) (first awsRequest) {
	t.Helper()
	url := testtools.Serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if first.action == "" {
			first = parseRequest(t, strings.TrimPrefix(r.Header.Get("X-Amz-Target"), "DynamoDB_20120810."), body)
		}
		w.Header().Set("Content-Type", "application/x-amz-json-1.0")
		_, _ = io.WriteString(w, "{}")
	}))
	table, err := dynamodb.Open(dynamodb.Config{Table: name, Region: "eu-west-1", Endpoint: url, Credentials: credentials.NewStaticCredentialsProvider("x", "x", "")})
	if err != nil {
		t.Fatal(err)
	}
	call(table)
	if first.action == "" {
		t.Fatal("the store sends nothing")
	}
	return first
}

var (
	named    = regexp.MustCompile(`[#:]?[A-Za-z_]\w*`)
	noNames  = []string{"SET", "REMOVE", "ADD", "DELETE", "AND", "OR", "NOT", "BETWEEN", "IN"}
	callName = regexp.MustCompile(`\w+\(`)
)

func parseRequest(t *testing.T, operation string, body []byte) awsRequest {
	t.Helper()
	var in struct {
		Key, Item                                                   map[string]struct{ S string }
		UpdateExpression, ConditionExpression, ProjectionExpression string
		ExpressionAttributeNames                                    map[string]string
		ReturnValues                                                string
	}
	if err := json.Unmarshal(body, &in); err != nil {
		t.Fatalf("%v: %s", err, body)
	}
	attributes := slices.Concat(slices.Collect(maps.Keys(in.Key)), slices.Collect(maps.Keys(in.Item)))
	for _, name := range named.FindAllString(callName.ReplaceAllString(strings.Join([]string{in.UpdateExpression, in.ConditionExpression, in.ProjectionExpression}, " "), " "), -1) {
		if strings.HasPrefix(name, ":") || slices.Contains(noNames, name) {
			continue
		}
		if strings.HasPrefix(name, "#") {
			name = in.ExpressionAttributeNames[name]
		}
		attributes = append(attributes, name)
	}
	request := awsRequest{"dynamodb:" + operation, map[string][]string{}}
	for key, values := range map[string][]string{"dynamodb:Attributes": attributes, "dynamodb:LeadingKeys": {in.Key["id"].S + in.Item["id"].S}, "dynamodb:ReturnValues": {in.ReturnValues}} {
		if values = slices.DeleteFunc(values, func(v string) bool { return v == "" }); len(values) > 0 {
			request.keys[key] = values
		}
	}
	return request
}

// allowance is a statement of a policy.
type allowance struct {
	Action, Resource []string
	Condition        map[string]map[string][]string
}

func allowances(t *testing.T, policy string) []allowance {
	t.Helper()
	var document struct{ Statement []allowance }
	if err := json.Unmarshal([]byte(policy), &document); err != nil {
		t.Fatalf("%v: %q", err, policy)
	}
	return document.Statement
}

// allows evaluates a statement as IAM does, as far as the stack's statements go.
// See https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html.
func (a allowance) allows(t *testing.T, r awsRequest) bool {
	t.Helper()
	if !slices.Contains(a.Action, r.action) {
		return false
	}
	for operator, keys := range a.Condition {
		for key, patterns := range keys {
			values, there := r.keys[key]
			outside := func(value string) bool {
				return !slices.ContainsFunc(patterns, func(pattern string) bool {
					like, err := path.Match(pattern, value)
					return err == nil && like && (strings.HasSuffix(operator, "StringLike") || pattern == value)
				})
			}
			meets := false
			switch operator {
			case "ForAllValues:StringEquals", "ForAllValues:StringLike": // also of no values
				meets = !slices.ContainsFunc(values, outside)
			case "StringEqualsIfExists":
				meets = !there || !outside(values[0])
			case "Null":
				meets = slices.Equal(patterns, []string{"false"}) && there
			default:
				t.Fatalf("the operator %s is not known here", operator)
			}
			if !meets {
				return false
			}
		}
	}
	return true
}
