package apigateway_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"portcullis/deploy/emulators/apigateway"
	"portcullis/deploy/gateway/usage"
)

// do sends one request, and gives the status, the error's type and the body.
func do(t *testing.T, address, method, path, body string) (status int, kind, text string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, address+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	response, err := http.DefaultTransport.RoundTrip(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, response.Header.Get("X-Amzn-Errortype"), string(answer)
}

func TestRefusals(t *testing.T) {
	registry, address := serve(t)
	must[usage.Plan](t)(registry.CreatePlan(usage.Plan{ID: "plan", Name: "p"}))
	must[usage.Key](t)(registry.CreateKey(usage.Key{ID: "key", Value: value}))
	const bad, unknown = "BadRequestException", "UnknownOperationException"
	for _, test := range []struct {
		method, path, body string
		kind, want         string
	}{
		{"GET", "/", "", unknown, "There is no operation GET / here"},
		{"PUT", "/apikeys", "{}", unknown, "There is no operation PUT /apikeys here"},
		{"PUT", "/apikeys/key", "{}", unknown, "PUT /apikeys/key"},
		{"GET", "/apikeys/", "", unknown, "GET /apikeys/"},
		{"GET", "//apikeys", "", unknown, "GET //apikeys"},
		{"GET", "/apikeys/x/../key", "", unknown, "GET /apikeys/x/../key"},
		{"GET", "/apikeys/key/values", "", unknown, "GET /apikeys/key/values"},
		{"GET", "/APIKEYS", "", unknown, "GET /APIKEYS"},
		{"PATCH", "/usageplans/plan/keys/key/usage", "{}", unknown, "/usage"},
		{"GET", "/apikeys?colour=red", "", bad, `parameter \"colour\" is not supported here`},
		{"GET", "/apikeys?name=a&name=b", "", bad, "parameter name is there 2 times"},
		{"GET", "/apikeys?includeValues=yes", "", bad, `parameter includeValues: want true or false`},
		{"GET", "/apikeys?limit=0", "", bad, "parameter limit: want 1 to 500"},
		{"GET", "/apikeys?limit=501", "", bad, "parameter limit: want 1 to 500"},
		{"GET", "/apikeys?a;b", "", bad, "the query cannot be read"},
		{"GET", "/apikeys", "{}", bad, "GET takes no body"},
		{"GET", "/apikeys/key?includeValues=true", "", bad, `parameter \"includeValues\"`},
		{"GET", "/apikeys/key?includeValue=2", "", bad, "parameter includeValue"},
		{"DELETE", "/apikeys/key?force=true", "", bad, `parameter \"force\"`},
		{"POST", "/apikeys?mode=import", "{}", bad, `parameter \"mode\"`},
		{"POST", "/apikeys", "", bad, "want a JSON object"},
		{"POST", "/apikeys", "[]", bad, "want a JSON object"},
		{"POST", "/apikeys", `{"name":"a"`, bad, "want a JSON object"},
		{"POST", "/apikeys", `{"name":"a"}{}`, bad, "something follows it"},
		{"POST", "/apikeys", `{"Name":"a"}`, bad, `member \"Name\" is not supported here`},
		{"POST", "/apikeys", `{"name":"a","name":"b"}`, bad, `member \"name\" is not supported here, or is there twice`},
		{"POST", "/apikeys", `{"name":7}`, bad, "member name: number is of the wrong type"},
		{"POST", "/apikeys", `{"enabled":"true"}`, bad, "member enabled: string is of the wrong type"},
		{"POST", "/apikeys", `{"stageKeys":[]}`, bad, `member \"stageKeys\"`},
		{"POST", "/apikeys", `{"generateDistinctId":false}`, bad, "generateDistinctId: false is not supported"},
		{"POST", "/apikeys", `{"name":"` + strings.Repeat("n", 64<<10-10) + `"}`, bad, "the body could not be read"},
		{"PATCH", "/apikeys/key", `{"patchOperations":[{"op":"replace","path":"/name"}]}`, bad, "value is missing"},
		{"PATCH", "/apikeys/key", `{"patchOperations":[{"op":"copy","from":"/a","path":"/name"}]}`, bad, `member \"from\"`},
		{"PATCH", "/apikeys/key", `{"patchOperations":{}}`, bad, "member patchOperations: object is of the wrong type"},
		{"PATCH", "/apikeys/key?dry=1", `{}`, bad, `parameter \"dry\"`},
		{"POST", "/usageplans", `{}`, bad, "Usage Plan name is missing"},
		{"POST", "/usageplans", `{"name":"p","productCode":"x"}`, bad, `member \"productCode\"`},
		{"POST", "/usageplans", `{"name":"p","throttle":{"rate":1}}`, bad, `member throttle: member \"rate\"`},
		{"POST", "/usageplans", `{"name":"p","throttle":{"rateLimit":-5}}`, bad, "rate limit -5"},
		{"POST", "/usageplans", `{"name":"p","throttle":{"burstLimit":1.5}}`, bad, "number 1.5 is of the wrong type"},
		{"POST", "/usageplans", `{"name":"p","quota":{"limit":5}}`, bad, "quota period"},
		{"POST", "/usageplans", `{"name":"p","quota":{"limit":5,"period":"YEAR"}}`, bad, `quota period \"YEAR\"`},
		{"POST", "/usageplans", `{"name":"p","apiStages":[{"apiId":"a"}]}`, bad, `API stage \"a:\"`},
		{"POST", "/usageplans", `{"name":"p","apiStages":[null]}`, bad, "want a JSON object"},
		{"PATCH", "/usageplans/plan", `{"patchOperations":[{"op":"remove","path":"/quota","value":"x"}]}`, bad, "Invalid value"},
		{"PATCH", "/usageplans/plan", `{"patchOperations":[{"op":"replace","path":"/throttle/rateLimit","value":"fast"}]}`, bad, "Invalid value"},
		{"PATCH", "/usageplans/plan", `{"patchOperations":[{"op":"replace","path":"/throttle/rateLimit","value":"NaN"}]}`, bad, "want limits of 0 or more"},
		{"PATCH", "/usageplans/plan", `{"patchOperations":[{"op":"add","path":"/apiStages","value":"api"}]}`, bad, "Invalid value"},
		{"PATCH", "/usageplans/plan", `{"patchOperations":[{"op":"remove","path":"/apiStages","value":"a:b"}]}`, bad, "Invalid value"},
		{"GET", "/usageplans/plan/usage", "", bad, `parameter startDate: want a date`},
		{"GET", "/usageplans/plan/usage?startDate=2026-03-01&endDate=2026-02-30", "", bad, `parameter endDate: want a date`},
		{"GET", "/usageplans/plan/usage?startDate=2026-03-02&endDate=2026-03-01", "", bad, "in order"},
		{"GET", "/usageplans/none/usage?startDate=2026-03-01&endDate=2026-03-01", "", "NotFoundException", "Invalid Usage Plan ID specified"},
		{"GET", "/usageplans/plan/usage?startDate=2026-03-01&endDate=2026-03-01&keyId=key", "", "NotFoundException", "Invalid Usage Plan Key identifier specified"},
		{"GET", "/usageplans?keyId=none", "", "NotFoundException", "Invalid API Key identifier specified"},
		{"GET", "/usageplans/none/keys", "", "NotFoundException", "Invalid Usage Plan ID specified"},
	} {
		status, kind, text := do(t, address, test.method, test.path, test.body)
		if kind != test.kind || !strings.Contains(text, test.want) || status < 400 || status >= 500 {
			t.Errorf("%s %s %.60s: %d %s %s, want %s and %s", test.method, test.path, test.body, status, kind, text, test.kind, test.want)
		}
		var answer map[string]string
		if err := json.Unmarshal([]byte(text), &answer); err != nil || len(answer) != 1 || answer["message"] == "" || strings.Contains(text, value) {
			t.Errorf("%s %s: the body is %s", test.method, test.path, text)
		}
	}
	if len(registry.Keys()) != 1 || len(registry.Plans()) != 1 || registry.Plans()[0].Throttle != nil {
		t.Error("a refused request changed something")
	}
}

// The members of an answer, exactly: the SDKs know no others.
func TestAnswersAsTheServiceWritesThem(t *testing.T) {
	_, address := serve(t)
	for _, test := range []struct {
		method, path, body string
		status             int
		want               string // ID stands for the id that the answer has
	}{
		{"GET", "/apikeys", "", 200, `{"item":[]}`},
		{"POST", "/apikeys", `{"value":"` + value + `"}`, 201,
			`{"id":"ID","value":"` + value + `","enabled":false,"createdDate":1772539200,"lastUpdatedDate":1772539200,"stageKeys":[]}`},
		{"POST", "/usageplans", `{"name":"p","throttle":{},"quota":{"limit":5,"period":"DAY"},"apiStages":[{"apiId":"a","stage":"s"}]}`, 201,
			`{"id":"ID","name":"p","apiStages":[{"apiId":"a","stage":"s"}],"throttle":{"burstLimit":0,"rateLimit":0},"quota":{"limit":5,"offset":0,"period":"DAY"}}`},
	} {
		status, _, text := do(t, address, test.method, test.path, test.body)
		var made struct{ ID string }
		if err := json.Unmarshal([]byte(text), &made); err != nil {
			t.Error(err)
		}
		if want := strings.Replace(test.want, "ID", made.ID, 1); status != test.status || text != want {
			t.Errorf("%s %s: %d %s, want %d %s", test.method, test.path, status, text, test.status, want)
		}
	}
}

func TestHeadIsNoOperation(t *testing.T) {
	_, address := serve(t)
	if status, kind, _ := do(t, address, "HEAD", "/apikeys", ""); status != 404 || kind != "UnknownOperationException" {
		t.Errorf("%d %s", status, kind)
	}
}

func TestIsRequest(t *testing.T) {
	for path, want := range map[string]bool{
		"/apikeys": true, "/apikeys/x": true, "/usageplans": true, "/usageplans/p/keys": true, "/apikeys/": true,
		"/": false, "/apikeysx": false, "/rest-token/apikeys": false, "/users": false, "/usageplan": false,
	} {
		if got := apigateway.IsRequest(httptest.NewRequest("GET", path, nil)); got != want {
			t.Errorf("%s: %v", path, got)
		}
	}
}

func TestBelowAPrefix(t *testing.T) {
	registry := must[*usage.Registry](t)(usage.New(usage.Config{}))
	server := httptest.NewServer(http.StripPrefix("/_aws", apigateway.New(registry)))
	t.Cleanup(server.Close)
	if status, _, text := do(t, server.URL, "POST", "/_aws/apikeys", `{"name":"a"}`); status != 201 || len(registry.Keys()) != 1 {
		t.Errorf("%d %s", status, text)
	}
}

// Every operation refuses a parameter that it does not know, before it does anything.
func TestEveryOperationRefusesUnknownParameters(t *testing.T) {
	registry, address := serve(t)
	must[usage.Plan](t)(registry.CreatePlan(usage.Plan{ID: "plan", Name: "p"}))
	must[usage.Key](t)(registry.CreateKey(usage.Key{ID: "key", Value: value}))
	must[usage.Key](t)(registry.CreateKey(usage.Key{ID: "spare"}))
	must[usage.Key](t)(registry.Join("plan", "key"))
	for _, test := range []struct{ method, path, body string }{
		{"POST", "/apikeys", `{}`},
		{"GET", "/apikeys", ""},
		{"GET", "/apikeys/key", ""},
		{"PATCH", "/apikeys/key", `{"patchOperations":[{"op":"replace","path":"/name","value":"x"}]}`},
		{"DELETE", "/apikeys/key", ""},
		{"POST", "/usageplans", `{"name":"p"}`},
		{"GET", "/usageplans", ""},
		{"GET", "/usageplans/plan", ""},
		{"PATCH", "/usageplans/plan", `{"patchOperations":[{"op":"replace","path":"/name","value":"x"}]}`},
		{"DELETE", "/usageplans/plan", ""},
		{"POST", "/usageplans/plan/keys", `{"keyId":"spare","keyType":"API_KEY"}`},
		{"GET", "/usageplans/plan/keys", ""},
		{"GET", "/usageplans/plan/keys/key", ""},
		{"DELETE", "/usageplans/plan/keys/key", ""},
		{"GET", "/usageplans/plan/usage", ""},
	} {
		status, kind, text := do(t, address, test.method, test.path+"?colour=red", test.body)
		if status != 400 || kind != "BadRequestException" || !strings.Contains(text, "colour") {
			t.Errorf("%s %s: %d %s %s", test.method, test.path, status, kind, text)
		}
	}
	members, err := registry.Members("plan")
	plan, planErr := registry.Plan("plan")
	if err != nil || planErr != nil || len(registry.Keys()) != 2 || len(members) != 1 || members[0].Name != "" || plan.Name != "p" {
		t.Errorf("a refused request changed something: %+v, %+v", members, plan)
	}
}
