package apigateway_test

import (
	"errors"
	"reflect"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/apigateway"
	"github.com/aws/aws-sdk-go-v2/service/apigateway/types"

	"portcullis/deploy/emulators/apigateway"
	"portcullis/deploy/gateway/usage"
)

const value = "a-value-of-twenty-chars"

func TestSDKKeys(t *testing.T) {
	registry, address := serve(t)
	client, ctx := newClient(address), t.Context()
	made := must[*sdk.CreateApiKeyOutput](t)(client.CreateApiKey(ctx, &sdk.CreateApiKeyInput{
		Name: aws.String("ann"), Description: aws.String("of Ann"), CustomerId: aws.String("c1"), Value: aws.String(value), Enabled: true,
	}))
	if kept, err := registry.Key(*made.Id); err != nil || kept.Value != value || !kept.Enabled || kept.Name != "ann" {
		t.Fatalf("%+v, %v", kept, err)
	}
	if *made.Value != value || !made.Enabled || !made.CreatedDate.Equal(noon) || !made.LastUpdatedDate.Equal(noon) || *made.Description != "of Ann" {
		t.Errorf("%+v", made)
	}
	got := must[*sdk.GetApiKeyOutput](t)(client.GetApiKey(ctx, &sdk.GetApiKeyInput{ApiKey: made.Id}))
	if got.Value != nil || *got.CustomerId != "c1" {
		t.Errorf("without includeValue: %+v", got)
	}
	got = must[*sdk.GetApiKeyOutput](t)(client.GetApiKey(ctx, &sdk.GetApiKeyInput{ApiKey: made.Id, IncludeValue: aws.Bool(true)}))
	if *got.Value != value {
		t.Errorf("with includeValue: %+v", got)
	}
	changed := must[*sdk.UpdateApiKeyOutput](t)(client.UpdateApiKey(ctx, &sdk.UpdateApiKeyInput{ApiKey: made.Id, PatchOperations: patches(
		"replace", "/enabled", "false", "replace", "/name", "eve", "replace", "/description", "of Eve", "replace", "/customerId", "c2",
	)}))
	if changed.Enabled || *changed.Name != "eve" || *changed.Description != "of Eve" || *changed.CustomerId != "c2" {
		t.Errorf("%+v", changed)
	}
	must[*sdk.DeleteApiKeyOutput](t)(client.DeleteApiKey(ctx, &sdk.DeleteApiKeyInput{ApiKey: made.Id}))
	_, err := client.GetApiKey(ctx, &sdk.GetApiKeyInput{ApiKey: made.Id})
	if _, ok := errors.AsType[*types.NotFoundException](err); !ok {
		t.Errorf("a deleted key: %v", err)
	}
}

func patches(texts ...string) (all []types.PatchOperation) {
	for i := 0; i < len(texts); i += 3 {
		p := types.PatchOperation{Op: types.Op(texts[i]), Path: &texts[i+1]}
		if texts[i+2] != "" {
			p.Value = &texts[i+2]
		}
		all = append(all, p)
	}
	return all
}

// Every key stands on one page, whatever the size of pages.
func TestSDKPages(t *testing.T) {
	registry, address := serve(t)
	want := map[string]bool{}
	for range 30 {
		k := must[usage.Key](t)(registry.CreateKey(usage.Key{Name: "ann-1", CustomerID: "c"}))
		want[k.ID] = true
		must[usage.Key](t)(registry.CreateKey(usage.Key{Name: "eve-1", CustomerID: "c"}))
		must[usage.Key](t)(registry.CreateKey(usage.Key{Name: "ann-2", CustomerID: "d"}))
	}
	for _, limit := range []int32{1, 7, 25, 30, 500} {
		pages := sdk.NewGetApiKeysPaginator(newClient(address), &sdk.GetApiKeysInput{NameQuery: aws.String("ann"), Limit: &limit, CustomerId: aws.String("c")})
		got := map[string]bool{}
		for pages.HasMorePages() {
			for _, key := range must[*sdk.GetApiKeysOutput](t)(pages.NextPage(t.Context())).Items {
				if got[*key.Id] || key.Value != nil {
					t.Errorf("limit %d: %+v is there twice, or has its value", limit, key)
				}
				got[*key.Id] = true
			}
		}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("limit %d: %d keys, want %d", limit, len(got), len(want))
		}
	}
	first := must[*sdk.GetApiKeysOutput](t)(newClient(address).GetApiKeys(t.Context(), &sdk.GetApiKeysInput{IncludeValues: aws.Bool(true)}))
	if len(first.Items) != 25 || first.Position == nil || first.Items[0].Value == nil {
		t.Errorf("%d on the first page, position %v", len(first.Items), first.Position)
	}
}

func TestSDKPlans(t *testing.T) {
	_, address := serve(t)
	client, ctx := newClient(address), t.Context()
	stages := []types.ApiStage{{ApiId: aws.String("api"), Stage: aws.String("dev"), Throttle: map[string]types.ThrottleSettings{
		"/users/{id}/GET": {RateLimit: 2.5, BurstLimit: 3},
	}}}
	made := must[*sdk.CreateUsagePlanOutput](t)(client.CreateUsagePlan(ctx, &sdk.CreateUsagePlanInput{
		Name: aws.String("gold"), Description: aws.String("the best"), ApiStages: stages,
		Throttle: &types.ThrottleSettings{RateLimit: 0.5, BurstLimit: 7},
		Quota:    &types.QuotaSettings{Limit: 100, Offset: 10, Period: types.QuotaPeriodTypeWeek},
	}))
	if len(*made.Id) != 6 || *made.Name != "gold" || *made.Description != "the best" || !reflect.DeepEqual(made.ApiStages, stages) ||
		made.Throttle.RateLimit != 0.5 || made.Throttle.BurstLimit != 7 || made.Quota.Limit != 100 || made.Quota.Offset != 10 || made.Quota.Period != "WEEK" {
		t.Fatalf("%+v", made)
	}
	for _, step := range []struct {
		patches []types.PatchOperation
		fits    func(*sdk.UpdateUsagePlanOutput) bool
	}{
		{patches("replace", "/name", "silver", "replace", "/description", "good"), func(p *sdk.UpdateUsagePlanOutput) bool {
			return *p.Name == "silver" && *p.Description == "good"
		}},
		{patches("replace", "/throttle/rateLimit", "1.25", "replace", "/throttle/burstLimit", "9"), func(p *sdk.UpdateUsagePlanOutput) bool {
			return p.Throttle.RateLimit == 1.25 && p.Throttle.BurstLimit == 9
		}},
		{patches("replace", "/quota/limit", "50", "replace", "/quota/offset", "0", "replace", "/quota/period", "DAY"), func(p *sdk.UpdateUsagePlanOutput) bool {
			return p.Quota.Limit == 50 && p.Quota.Offset == 0 && p.Quota.Period == "DAY"
		}},
		{patches("remove", "/quota", "", "remove", "/throttle", ""), func(p *sdk.UpdateUsagePlanOutput) bool {
			return p.Quota == nil && p.Throttle == nil
		}},
		{patches("add", "/throttle/rateLimit", "3", "add", "/throttle/burstLimit", "4", "add", "/apiStages", "api:prod"), func(p *sdk.UpdateUsagePlanOutput) bool {
			return p.Throttle.RateLimit == 3 && len(p.ApiStages) == 2 && *p.ApiStages[1].Stage == "prod"
		}},
		{patches("remove", "/apiStages", "api:dev", "remove", "/apiStages", "api:prod"), func(p *sdk.UpdateUsagePlanOutput) bool {
			return len(p.ApiStages) == 0
		}},
	} {
		got := must[*sdk.UpdateUsagePlanOutput](t)(client.UpdateUsagePlan(ctx, &sdk.UpdateUsagePlanInput{UsagePlanId: made.Id, PatchOperations: step.patches}))
		again := must[*sdk.GetUsagePlanOutput](t)(client.GetUsagePlan(ctx, &sdk.GetUsagePlanInput{UsagePlanId: made.Id}))
		if !step.fits(got) || *again.Name != *got.Name || !reflect.DeepEqual(again.Throttle, got.Throttle) || !reflect.DeepEqual(again.Quota, got.Quota) {
			t.Errorf("%+v, then %+v", got, again)
		}
	}
	must[*sdk.DeleteUsagePlanOutput](t)(client.DeleteUsagePlan(ctx, &sdk.DeleteUsagePlanInput{UsagePlanId: made.Id}))
	_, err := client.GetUsagePlan(ctx, &sdk.GetUsagePlanInput{UsagePlanId: made.Id})
	refused(t, err, "NotFoundException", "Invalid Usage Plan ID specified")
}

// The SDK leaves zeros out: such limits let nothing through.
func TestSDKZeroLimits(t *testing.T) {
	registry, address := serve(t)
	made := must[*sdk.CreateUsagePlanOutput](t)(newClient(address).CreateUsagePlan(t.Context(), &sdk.CreateUsagePlanInput{
		Name: aws.String("closed"), Throttle: &types.ThrottleSettings{}, Quota: &types.QuotaSettings{Period: types.QuotaPeriodTypeDay},
	}))
	plan, err := registry.Plan(*made.Id)
	if err != nil || *plan.Throttle != (usage.Throttle{}) || *plan.Quota != (usage.Quota{Period: usage.Day}) {
		t.Errorf("%+v, %v", plan, err)
	}
}

func TestSDKPlanKeysAndUsage(t *testing.T) {
	registry, address := serve(t)
	client, ctx := newClient(address), t.Context()
	dev := usage.StageID{API: "api", Name: "dev"}
	plan := must[usage.Plan](t)(registry.CreatePlan(usage.Plan{
		Name: "gold", Stages: []usage.PlanStage{{StageID: dev}}, Quota: &usage.Quota{Limit: 100, Period: usage.Day},
	}))
	key := must[usage.Key](t)(registry.CreateKey(usage.Key{Name: "ann", Value: value, Enabled: true}))
	idle := must[usage.Key](t)(registry.CreateKey(usage.Key{Name: "eve"}))
	for _, id := range []string{key.ID, idle.ID} {
		joined := must[*sdk.CreateUsagePlanKeyOutput](t)(client.CreateUsagePlanKey(ctx, &sdk.CreateUsagePlanKeyInput{
			UsagePlanId: &plan.ID, KeyId: &id, KeyType: aws.String("API_KEY"),
		}))
		if *joined.Id != id || *joined.Type != "API_KEY" || id == key.ID && (*joined.Value != value || *joined.Name != "ann") {
			t.Errorf("%+v", joined)
		}
	}
	for range 3 {
		if _, refusal := registry.Admit(dev, value, "GET", "/"); refusal != nil {
			t.Fatal(refusal)
		}
	}
	used := must[*sdk.GetUsageOutput](t)(client.GetUsage(ctx, &sdk.GetUsageInput{
		UsagePlanId: &plan.ID, StartDate: aws.String("2026-03-02"), EndDate: aws.String("2026-03-03"),
	}))
	want := map[string][][]int64{key.ID: {{0, 100}, {3, 97}}, idle.ID: {{0, 100}, {0, 100}}}
	if !reflect.DeepEqual(used.Items, want) || *used.StartDate != "2026-03-02" || *used.EndDate != "2026-03-03" || *used.UsagePlanId != plan.ID {
		t.Errorf("%+v", used)
	}
	used = must[*sdk.GetUsageOutput](t)(client.GetUsage(ctx, &sdk.GetUsageInput{
		UsagePlanId: &plan.ID, StartDate: aws.String("2026-03-03"), EndDate: aws.String("2026-03-03"), KeyId: &key.ID,
	}))
	if !reflect.DeepEqual(used.Items, map[string][][]int64{key.ID: {{3, 97}}}) {
		t.Errorf("of one key: %+v", used)
	}
	members := must[*sdk.GetUsagePlanKeysOutput](t)(client.GetUsagePlanKeys(ctx, &sdk.GetUsagePlanKeysInput{UsagePlanId: &plan.ID, NameQuery: aws.String("an")}))
	if len(members.Items) != 1 || *members.Items[0].Id != key.ID {
		t.Errorf("%+v", members)
	}
	plans := must[*sdk.GetUsagePlansOutput](t)(client.GetUsagePlans(ctx, &sdk.GetUsagePlansInput{KeyId: &key.ID}))
	if len(plans.Items) != 1 || *plans.Items[0].Id != plan.ID {
		t.Errorf("%+v", plans)
	}
	must[*sdk.DeleteUsagePlanKeyOutput](t)(client.DeleteUsagePlanKey(ctx, &sdk.DeleteUsagePlanKeyInput{UsagePlanId: &plan.ID, KeyId: &key.ID}))
	_, err := client.GetUsagePlanKey(ctx, &sdk.GetUsagePlanKeyInput{UsagePlanId: &plan.ID, KeyId: &key.ID})
	refused(t, err, "NotFoundException", "Invalid Usage Plan Key identifier specified")
	if _, refusal := registry.Admit(dev, value, "GET", "/"); refusal == nil {
		t.Error("a key that left the plan is admitted")
	}
}

func TestSDKErrors(t *testing.T) {
	registry, address := serve(t)
	client, ctx := newClient(address), t.Context()
	dev := []usage.PlanStage{{StageID: usage.StageID{API: "api", Name: "dev"}}}
	for _, id := range []string{"one", "two"} {
		must[usage.Plan](t)(registry.CreatePlan(usage.Plan{ID: id, Name: id, Stages: dev}))
	}
	must[usage.Key](t)(registry.CreateKey(usage.Key{ID: "key", Value: value}))
	must[usage.Key](t)(registry.Join("one", "key"))

	_, err := client.CreateApiKey(ctx, &sdk.CreateApiKeyInput{Value: aws.String(value)})
	refused(t, err, "ConflictException", "API Key already exists")
	_, err = client.CreateApiKey(ctx, &sdk.CreateApiKeyInput{Value: aws.String("short")})
	refused(t, err, "BadRequestException", "API Key value should be at least 20 characters")
	_, err = client.CreateApiKey(ctx, &sdk.CreateApiKeyInput{Tags: map[string]string{"a": "b"}})
	refused(t, err, "BadRequestException", `Invalid request body: member "tags" is not supported here, or is there twice`)
	_, err = client.DeleteApiKey(ctx, &sdk.DeleteApiKeyInput{ApiKey: aws.String("none")})
	refused(t, err, "NotFoundException", "Invalid API Key identifier specified")
	_, err = client.UpdateApiKey(ctx, &sdk.UpdateApiKeyInput{ApiKey: aws.String("none")})
	refused(t, err, "NotFoundException", "Invalid API Key identifier specified")
	_, err = client.UpdateApiKey(ctx, &sdk.UpdateApiKeyInput{ApiKey: aws.String("key"), PatchOperations: patches("replace", "/value", value+"2")})
	refused(t, err, "BadRequestException", "Invalid patch path '/value' specified for op 'replace'. Must be one of: [/customerId, /description, /enabled, /name]")
	_, err = client.UpdateApiKey(ctx, &sdk.UpdateApiKeyInput{ApiKey: aws.String("key"), PatchOperations: patches("replace", "/name", "x", "replace", "/enabled", "1")})
	refused(t, err, "BadRequestException", `Invalid value "1" specified for op 'replace' of /enabled`)
	_, err = client.UpdateUsagePlan(ctx, &sdk.UpdateUsagePlanInput{UsagePlanId: aws.String("one"), PatchOperations: patches("remove", "/apiStages/api:dev", "")})
	refused(t, err, "BadRequestException", "Invalid patch path '/apiStages/api:dev' specified for op 'remove'. Must be one of: [/apiStages, /quota, /throttle]")
	_, err = client.UpdateUsagePlan(ctx, &sdk.UpdateUsagePlanInput{UsagePlanId: aws.String("one"), PatchOperations: patches("add", "/quota/limit", "5")})
	refused(t, err, "BadRequestException", `quota period "": want DAY, WEEK or MONTH`)
	_, err = client.DeleteUsagePlan(ctx, &sdk.DeleteUsagePlanInput{UsagePlanId: aws.String("one")})
	refused(t, err, "BadRequestException", "Cannot delete Usage Plan one because there are API Stages associated with it, including api:dev")
	join := func(plan, key, kind string) error {
		_, err := client.CreateUsagePlanKey(ctx, &sdk.CreateUsagePlanKeyInput{UsagePlanId: &plan, KeyId: &key, KeyType: &kind})
		return err
	}
	refused(t, join("two", "key", "API_KEY"), "ConflictException", "API Key key is in the usage plan one of the API stage api:dev already")
	refused(t, join("one", "key", "API_KEY"), "ConflictException", "Usage Plan Key already exists")
	refused(t, join("none", "key", "API_KEY"), "NotFoundException", "Invalid Usage Plan ID specified")
	refused(t, join("one", "none", "API_KEY"), "NotFoundException", "Invalid API Key identifier specified")
	refused(t, join("one", "key", "KEY"), "BadRequestException", `keyType: want API_KEY, got "KEY"`)

	_, err = client.ImportApiKeys(ctx, &sdk.ImportApiKeysInput{Body: []byte("Name,key"), Format: types.ApiKeysFormatCsv})
	if err == nil || !strings.Contains(err.Error(), "BadRequestException: parameter") {
		t.Errorf("an import: %v", err)
	}
	_, err = client.GetRestApis(ctx, &sdk.GetRestApisInput{})
	refused(t, err, "UnknownOperationException", "There is no operation GET /restapis here. There are: "+strings.Join(apigateway.Operations(), ", "))
	if k, err := registry.Key("key"); err != nil || k.Name != "" || k.Enabled {
		t.Errorf("a refused patch changed the key: %+v, %v", k, err)
	}
}

func TestSDKLimitExceeded(t *testing.T) {
	registry, address := serve(t)
	for range 300 {
		must[usage.Plan](t)(registry.CreatePlan(usage.Plan{Name: "p"}))
	}
	_, err := newClient(address).CreateUsagePlan(t.Context(), &sdk.CreateUsagePlanInput{Name: aws.String("p")})
	if _, ok := errors.AsType[*types.LimitExceededException](err); !ok {
		t.Errorf("%v", err)
	}
}
