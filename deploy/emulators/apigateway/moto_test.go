package apigateway_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/apigateway"
	"github.com/aws/aws-sdk-go-v2/service/apigateway/types"
	"github.com/aws/smithy-go"

	"portcullis/deploy/testtools"
)

// TestAnswersAreMotos makes the same calls of moto and of the control plane. Left out is what moto does not check: the
// length of long values, plans that have stages or are not there, a second plan for a stage, and usage.
func TestAnswersAreMotos(t *testing.T) {
	moto := talk(t, testtools.Moto(t))
	_, address := serve(t)
	ours := talk(t, address)
	for i := range min(len(moto), len(ours)) {
		if moto[i] != ours[i] {
			t.Errorf("moto: %s\nours: %s", moto[i], ours[i])
		}
	}
	if len(moto) != len(ours) {
		t.Errorf("%d answers of moto, %d of ours", len(moto), len(ours))
	}
}

// talk makes calls, and gives what was answered, with ids and times made equal.
func talk(t *testing.T, address string) (transcript []string) {
	t.Helper()
	client, ctx := newClient(address), t.Context()
	names := strings.NewReplacer()
	say := func(operation string, answer any, err error) {
		transcript = append(transcript, operation+" "+names.Replace(plain(t, answer, err)))
	}
	key, err := client.CreateApiKey(ctx, &sdk.CreateApiKeyInput{Name: aws.String("ann"), Description: aws.String("d"), Value: aws.String(value), Enabled: true})
	if err != nil {
		t.Fatal(err)
	}
	plan, err := client.CreateUsagePlan(ctx, &sdk.CreateUsagePlanInput{
		Name: aws.String("gold"), Description: aws.String("d"),
		Throttle: &types.ThrottleSettings{RateLimit: 2, BurstLimit: 5},
		Quota:    &types.QuotaSettings{Limit: 100, Offset: 1, Period: types.QuotaPeriodTypeMonth},
	})
	if err != nil {
		t.Fatal(err)
	}
	names = strings.NewReplacer(*key.Id, "KEY", *plan.Id, "PLAN")
	say("CreateApiKey", key, nil)
	say("CreateUsagePlan", plan, nil)
	talkOfKeys(t, client, *key.Id, say)
	talkOfPlans(t, client, *key.Id, *plan.Id, say)
	return transcript
}

func talkOfKeys(t *testing.T, client *sdk.Client, key string, say func(string, any, error)) {
	ctx := t.Context()
	one, err := client.GetApiKey(ctx, &sdk.GetApiKeyInput{ApiKey: &key, IncludeValue: aws.Bool(true)})
	say("GetApiKey", one, err)
	many, err := client.GetApiKeys(ctx, &sdk.GetApiKeysInput{NameQuery: aws.String("an"), IncludeValues: aws.Bool(true)})
	say("GetApiKeys", many, err)
	many, err = client.GetApiKeys(ctx, &sdk.GetApiKeysInput{NameQuery: aws.String("nn")})
	say("GetApiKeys of another name", many, err)
	again, err := client.CreateApiKey(ctx, &sdk.CreateApiKeyInput{Name: aws.String("eve"), Value: aws.String(value)})
	say("CreateApiKey again", again, err)
	short, err := client.CreateApiKey(ctx, &sdk.CreateApiKeyInput{Name: aws.String("eve"), Value: aws.String("nineteen-characters")})
	say("CreateApiKey short", short, err)
	missing, err := client.GetApiKey(ctx, &sdk.GetApiKeyInput{ApiKey: aws.String("none")})
	say("GetApiKey missing", missing, err)
	deleted, err := client.DeleteApiKey(ctx, &sdk.DeleteApiKeyInput{ApiKey: aws.String("none")})
	say("DeleteApiKey missing", deleted, err)
}

func talkOfPlans(t *testing.T, client *sdk.Client, key, plan string, say func(string, any, error)) {
	ctx := t.Context()
	joined, err := client.CreateUsagePlanKey(ctx, &sdk.CreateUsagePlanKeyInput{UsagePlanId: &plan, KeyId: &key, KeyType: aws.String("API_KEY")})
	say("CreateUsagePlanKey", joined, err)
	joined, err = client.CreateUsagePlanKey(ctx, &sdk.CreateUsagePlanKeyInput{UsagePlanId: &plan, KeyId: aws.String("none"), KeyType: aws.String("API_KEY")})
	say("CreateUsagePlanKey of none", joined, err)
	member, err := client.GetUsagePlanKey(ctx, &sdk.GetUsagePlanKeyInput{UsagePlanId: &plan, KeyId: &key})
	say("GetUsagePlanKey", member, err)
	members, err := client.GetUsagePlanKeys(ctx, &sdk.GetUsagePlanKeysInput{UsagePlanId: &plan})
	say("GetUsagePlanKeys", members, err)
	plans, err := client.GetUsagePlans(ctx, &sdk.GetUsagePlansInput{KeyId: &key})
	say("GetUsagePlans", plans, err)
	changed, err := client.UpdateUsagePlan(ctx, &sdk.UpdateUsagePlanInput{UsagePlanId: &plan, PatchOperations: patches(
		"replace", "/name", "silver", "replace", "/throttle/rateLimit", "3", "replace", "/throttle/burstLimit", "7",
		"replace", "/quota/period", "DAY", "add", "/apiStages", "api:dev",
	)})
	say("UpdateUsagePlan", changed, err)
	changed, err = client.UpdateUsagePlan(ctx, &sdk.UpdateUsagePlanInput{UsagePlanId: &plan, PatchOperations: patches(
		"remove", "/quota", "", "remove", "/throttle", "", "remove", "/apiStages", "api:dev",
	)})
	say("UpdateUsagePlan, less", changed, err)
	left, err := client.DeleteUsagePlanKey(ctx, &sdk.DeleteUsagePlanKeyInput{UsagePlanId: &plan, KeyId: &key})
	say("DeleteUsagePlanKey", left, err)
	members, err = client.GetUsagePlanKeys(ctx, &sdk.GetUsagePlanKeysInput{UsagePlanId: &plan})
	say("GetUsagePlanKeys of none", members, err)
	gone, err := client.DeleteUsagePlan(ctx, &sdk.DeleteUsagePlanInput{UsagePlanId: &plan})
	say("DeleteUsagePlan", gone, err)
	missing, err := client.GetUsagePlan(ctx, &sdk.GetUsagePlanInput{UsagePlanId: &plan})
	say("GetUsagePlan missing", missing, err)
}

// plain is an answer as JSON, without what differs between two runs.
func plain(t *testing.T, answer any, err error) string {
	t.Helper()
	if err != nil {
		failure, ok := errors.AsType[smithy.APIError](err)
		if !ok {
			t.Fatal(err)
		}
		return fmt.Sprintf("%s: %s", failure.ErrorCode(), failure.ErrorMessage())
	}
	text, err := json.Marshal(answer)
	if err != nil {
		t.Fatal(err)
	}
	var tree any
	if err := json.Unmarshal(text, &tree); err != nil {
		t.Fatal(err)
	}
	text, err = json.Marshal(withoutTimes(tree))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func withoutTimes(tree any) any {
	switch tree := tree.(type) {
	case map[string]any:
		for name, member := range tree {
			tree[name] = withoutTimes(member)
			if name == "ResultMetadata" || strings.HasSuffix(name, "Date") && member != nil {
				tree[name] = "…"
			}
		}
	case []any:
		for i := range tree {
			tree[i] = withoutTimes(tree[i])
		}
	}
	return tree
}
