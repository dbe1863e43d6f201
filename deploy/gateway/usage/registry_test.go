package usage_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"portcullis/deploy/gateway/usage"
)

func TestKeys(t *testing.T) {
	c := at("2026-03-01T10:00:00Z")
	r := newRegistry(t, usage.Config{Now: c.Now})
	made, err := r.CreateKey(usage.Key{Name: "Ann", Enabled: true})
	if err != nil || len(made.ID) != 10 || len(made.Value) != 40 || made.Created != c.Now() {
		t.Fatalf("%+v, %v", made, err)
	}
	again, err := r.CreateKey(usage.Key{Name: "Ann"})
	if err != nil || again.ID == made.ID || again.Value == made.Value {
		t.Errorf("a second key of the name: %+v, %v", again, err)
	}
	c.move(time.Minute)
	changed, err := r.UpdateKey(made.ID, func(k *usage.Key) error { k.Name = "Eve"; return nil })
	if err != nil || changed.Created != made.Created || changed.Updated != c.Now() {
		t.Errorf("%+v, %v", changed, err)
	}
	if kept, err := r.Key(made.ID); err != nil || kept != changed || kept.Name != "Eve" {
		t.Errorf("%+v, %v", kept, err)
	}
	if err := r.DeleteKey(again.ID); err != nil || len(r.Keys()) != 1 {
		t.Errorf("%v, %d keys", err, len(r.Keys()))
	}
}

func TestKeysAreRefused(t *testing.T) {
	c := at("2026-03-01T10:00:00Z")
	long := strings.Repeat("x", 129)
	for _, test := range []struct {
		key  usage.Key
		kind usage.Kind
		want string
	}{
		{usage.Key{Value: "nineteen-characters"}, usage.Invalid, "API Key value should be at least 20 characters"},
		{usage.Key{Value: usage.Value(long)}, usage.Invalid, "API Key value should be at most 128 characters"},
		{usage.Key{Value: "a value of 20 chars with spaces"}, usage.Invalid, "no spaces"},
		{usage.Key{Value: "a-value-of-20-chars-wïth-more"}, usage.Invalid, "printable ASCII"},
		{usage.Key{Value: "a-value-of-20-chars\r\n"}, usage.Invalid, "printable ASCII"},
		{usage.Key{Name: strings.Repeat("n", 1025)}, usage.Invalid, "name should be at most 1024"},
		{usage.Key{Name: "other", Value: value}, usage.Conflict, "API Key already exists"},
		{usage.Key{ID: "key"}, usage.Conflict, "API Key already exists"},
	} {
		r := newRegistry(t, config(c, usage.Plan{}))
		_, err := r.CreateKey(test.key)
		check(t, err, test.kind, test.want)
		if test.key.Value != "" && strings.Contains(fmt.Sprint(err), string(test.key.Value)) || len(r.Keys()) != 1 {
			t.Errorf("%v holds the value, or %d keys are kept", err, len(r.Keys()))
		}
	}
	r := newRegistry(t, usage.Config{})
	for _, good := range []string{long[:20], long[:128]} {
		if _, err := r.CreateKey(usage.Key{Value: usage.Value(good)}); err != nil {
			t.Error(err)
		}
	}
}

func TestUpdatesAreRefusedWhole(t *testing.T) {
	c := at("2026-03-01T10:00:00Z")
	r := newRegistry(t, config(c, usage.Plan{Throttle: &usage.Throttle{Rate: 1, Burst: 1}}))
	stop := errors.New("stop")
	if _, err := r.UpdateKey("key", func(k *usage.Key) error { k.Name = "x"; return stop }); err != stop {
		t.Error(err)
	}
	_, err := r.UpdateKey("key", func(k *usage.Key) error { k.Name, k.Value = "x", "another-value-of-twenty"; return nil })
	check(t, err, usage.Invalid, "do not change")
	_, err = r.UpdateKey("none", func(*usage.Key) error { return nil })
	check(t, err, usage.NotFound, `API key "none": there is none`)
	if k, _ := r.Key("key"); k.Name != "Key" {
		t.Errorf("the name is %q", k.Name)
	}
	if _, err := r.UpdatePlan("plan", func(p *usage.Plan) error { p.Throttle.Burst = 9; return stop }); err != stop {
		t.Error(err)
	}
	_, err = r.UpdatePlan("plan", func(p *usage.Plan) error { p.Throttle.Burst, p.ID = 9, "x"; return nil })
	check(t, err, usage.Invalid, "does not change")
	_, err = r.UpdatePlan("plan", func(p *usage.Plan) error { p.Throttle.Burst = -9; return nil })
	check(t, err, usage.Invalid, "burst limit -9")
	_, err = r.UpdatePlan("none", func(*usage.Plan) error { return nil })
	check(t, err, usage.NotFound, `usage plan "none": there is none`)
	if p, _ := r.Plan("plan"); p.Throttle.Burst != 1 {
		t.Errorf("the burst limit is %d", p.Throttle.Burst)
	}
}

// What the registry gives is a copy.
func TestPlansAreCopies(t *testing.T) {
	limits := map[string]usage.Throttle{"/users/GET": {Rate: 1, Burst: 1}}
	plan := usage.Plan{Quota: &usage.Quota{Limit: 1, Period: usage.Day}, Stages: []usage.PlanStage{{StageID: stage, Methods: limits}}}
	r := newRegistry(t, config(at("2026-03-01T10:00:00Z"), plan))
	plan.Quota.Limit = 7
	got, _ := r.Plan("plan")
	got.Quota.Limit = 8
	got.Stages[0].Methods["/users/GET"] = usage.Throttle{}
	limits["/users/GET"] = usage.Throttle{}
	kept := r.Plans()[0]
	if kept.Quota.Limit != 1 || kept.Stages[0].Methods["/users/GET"].Burst != 1 {
		t.Errorf("%+v", kept)
	}
}

func TestPlansAreRefused(t *testing.T) {
	quota := func(q usage.Quota) usage.Plan { return usage.Plan{Name: "p", Quota: &q} }
	stages := func(all ...usage.PlanStage) usage.Plan { return usage.Plan{Name: "p", Stages: all} }
	for _, test := range []struct {
		plan usage.Plan
		kind usage.Kind
		want string
	}{
		{usage.Plan{}, usage.Invalid, "name is missing"},
		{usage.Plan{ID: "plan", Name: "p"}, usage.Conflict, "already exists"},
		{usage.Plan{Name: "p", Throttle: &usage.Throttle{Rate: -3}}, usage.Invalid, "rate limit -3"},
		{quota(usage.Quota{Limit: 5}), usage.Invalid, `quota period "": want DAY, WEEK or MONTH`},
		{quota(usage.Quota{Limit: 5, Period: "day"}), usage.Invalid, `quota period "day"`},
		{quota(usage.Quota{Limit: -1, Period: usage.Day}), usage.Invalid, "quota limit -1"},
		{quota(usage.Quota{Limit: 5, Offset: 6, Period: usage.Day}), usage.Invalid, "quota offset 6: want 0 to the limit, 5"},
		{quota(usage.Quota{Limit: 5, Offset: -1, Period: usage.Day}), usage.Invalid, "quota offset -1"},
		{stages(usage.PlanStage{}), usage.Invalid, `API stage ":": want {api}:{stage}`},
		{stages(usage.PlanStage{StageID: usage.StageID{API: "a:b", Name: "c"}}), usage.Invalid, "want {api}:{stage}"},
		{stages(usage.PlanStage{StageID: stage}, usage.PlanStage{StageID: stage}), usage.Invalid, "API stage api:dev is there twice"},
		{stages(usage.PlanStage{StageID: stage, Methods: map[string]usage.Throttle{"GET /": {}}}), usage.Invalid, `API stage api:dev: method "GET /"`},
	} {
		r := newRegistry(t, config(at("2026-03-01T10:00:00Z"), usage.Plan{}))
		_, err := r.CreatePlan(test.plan)
		check(t, err, test.kind, test.want)
		if len(r.Plans()) != 1 {
			t.Errorf("%v, and %d plans are kept", err, len(r.Plans()))
		}
	}
}

func TestAKeyHasOnePlanForAStage(t *testing.T) {
	r := newRegistry(t, config(at("2026-03-01T10:00:00Z"), usage.Plan{}))
	same, _ := r.CreatePlan(usage.Plan{Name: "same", Stages: []usage.PlanStage{{StageID: other}, {StageID: stage}}})
	next, _ := r.CreatePlan(usage.Plan{Name: "next", Stages: []usage.PlanStage{{StageID: other}}})
	_, err := r.Join(same.ID, "key")
	check(t, err, usage.Conflict, "is in the usage plan plan of the API stage api:dev already")
	_, err = r.Join("plan", "key")
	check(t, err, usage.Conflict, "already exists")
	if _, err := r.Join(next.ID, "key"); err != nil {
		t.Error(err)
	}
	if admission, refusal := r.Admit(other, value, "GET", "/"); refusal != nil || admission.PlanID != next.ID {
		t.Errorf("%+v, %v", admission, refusal)
	}
	_, err = r.UpdatePlan(next.ID, func(p *usage.Plan) error {
		p.Stages = append(p.Stages, usage.PlanStage{StageID: stage})
		return nil
	})
	check(t, err, usage.Conflict, "API stage api:dev already")
	if plans, err := r.PlansOf("key"); err != nil || len(plans) != 2 {
		t.Errorf("%v, %v", plans, err)
	}
	if err := r.Leave("plan", "key"); err != nil {
		t.Error(err)
	}
	check(t, r.Leave("plan", "key"), usage.NotFound, `usage plan key "key": there is none`)
	if members, err := r.Members("plan"); err != nil || len(members) != 0 {
		t.Errorf("%v, %v", members, err)
	}
	if err := r.DeleteKey("key"); err != nil {
		t.Error(err)
	}
	if members, err := r.Members(next.ID); err != nil || len(members) != 0 {
		t.Errorf("a deleted key is still in %v, %v", members, err)
	}
}

func TestADeletedPlanIsLeft(t *testing.T) {
	c := config(at("2026-03-01T10:00:00Z"), usage.Plan{Stages: []usage.PlanStage{}})
	r := newRegistry(t, c)
	if err := r.DeletePlan("plan"); err != nil {
		t.Fatal(err)
	}
	if plans, err := r.PlansOf("key"); err != nil || len(plans) != 0 {
		t.Errorf("%v, %v", plans, err)
	}
}

func TestWhatIsNotThere(t *testing.T) {
	r := newRegistry(t, config(at("2026-03-01T10:00:00Z"), usage.Plan{}))
	_, err := r.Key("none")
	check(t, err, usage.NotFound, `API key "none"`)
	check(t, r.DeleteKey("none"), usage.NotFound, `API key "none"`)
	_, err = r.Plan("none")
	check(t, err, usage.NotFound, `usage plan "none"`)
	check(t, r.DeletePlan("none"), usage.NotFound, `usage plan "none"`)
	check(t, r.DeletePlan("plan"), usage.InUse, "Cannot delete Usage Plan plan because there are API Stages associated with it, including api:dev")
	_, err = r.Join("none", "key")
	check(t, err, usage.NotFound, `usage plan "none"`)
	_, err = r.Join("plan", "none")
	check(t, err, usage.NotFound, `API key "none"`)
	check(t, r.Leave("none", "key"), usage.NotFound, `usage plan "none"`)
	_, err = r.Member("plan", "none")
	check(t, err, usage.NotFound, `usage plan key "none"`)
	_, err = r.Members("none")
	check(t, err, usage.NotFound, `usage plan "none"`)
	_, err = r.PlansOf("none")
	check(t, err, usage.NotFound, `API key "none"`)
	_, err = usage.New(usage.Config{Members: map[string][]string{"none": {"key"}}})
	check(t, err, usage.NotFound, `usage plan "none"`)
	_, err = usage.New(usage.Config{Plans: []usage.Plan{{}}})
	check(t, err, usage.Invalid, "name is missing")
	_, err = usage.New(usage.Config{Keys: []usage.Key{{Value: "short"}}})
	check(t, err, usage.Invalid, "at least 20")
}

func TestTheAccountIsBounded(t *testing.T) {
	r := newRegistry(t, usage.Config{})
	var err error
	for range 300 {
		if _, err = r.CreatePlan(usage.Plan{Name: "p"}); err != nil {
			t.Fatal(err)
		}
	}
	_, err = r.CreatePlan(usage.Plan{Name: "p"})
	check(t, err, usage.TooMany, "300 usage plans")
	for range 10_000 {
		if _, err = r.CreateKey(usage.Key{}); err != nil {
			t.Fatal(err)
		}
	}
	_, err = r.CreateKey(usage.Key{})
	check(t, err, usage.TooMany, "10000 API keys")
}

func TestValueIsRedacted(t *testing.T) {
	key := usage.Key{ID: "key", Value: value}
	text, err := json.Marshal(key)
	if err != nil {
		t.Fatal(err)
	}
	var log strings.Builder
	slog.New(slog.NewTextHandler(&log, nil)).Info("key", "value", value, "key", key)
	for _, out := range []string{string(text), log.String(), fmt.Sprintf("%v %+v %#v %q %x %s", key, &key, key, value, value, value)} {
		if strings.Contains(out, string(value)) || strings.Contains(out, fmt.Sprintf("%x", string(value))) || !strings.Contains(out, "[redacted]") {
			t.Errorf("%s", out)
		}
	}
}

// A stage's text reads back as the stage.
func FuzzParseStageID(f *testing.F) {
	for _, seed := range []string{"api:dev", "api:$default", ":", "a:", ":b", "a:b:c", ""} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		id, ok := usage.ParseStageID(text)
		if ok != (strings.Count(text, ":") == 1 && !strings.HasPrefix(text, ":") && !strings.HasSuffix(text, ":")) {
			t.Errorf("%q: %v", text, ok)
		}
		if ok && id.String() != text {
			t.Errorf("%q reads back as %q", text, id)
		}
	})
}
