package usage_test

import (
	"strings"
	"testing"
	"time"

	"portcullis/deploy/gateway/usage"
)

func TestAdmit(t *testing.T) {
	r := newRegistry(t, config(at("2026-03-01T10:00:00Z"), usage.Plan{}))
	got, refusal := r.Admit(stage, value, "GET", "/users")
	if refusal != nil || got.Key.ID != "key" || got.Key.Name != "Key" || got.PlanID != "plan" {
		t.Errorf("%+v, %v", got, refusal)
	}
}

func TestAdmitForbids(t *testing.T) {
	tests := []struct {
		name   string
		change func(r *usage.Registry) error
		stage  usage.StageID
		value  usage.Value
		keyID  string
		detail string
	}{
		{"no value", nil, stage, "", "", "no API key has this value"},
		{"another value", nil, stage, "a-value-of-twenty-charz", "", "no API key has this value"},
		{"the value in capitals", nil, stage, usage.Value(strings.ToUpper(string(value))), "", "no API key has this value"},
		{"the id", nil, stage, "key", "", "no API key has this value"},
		{"another stage", nil, other, value, "key", "no usage plan of the stage"},
		{"the stage of another API", nil, usage.StageID{API: "b", Name: "dev"}, value, "key", "no usage plan of the stage"},
		{"no stage", nil, usage.StageID{}, value, "key", "no usage plan of the stage"},
		{"disabled", func(r *usage.Registry) error {
			_, err := r.UpdateKey("key", func(k *usage.Key) error { k.Enabled = false; return nil })
			return err
		}, stage, value, "key", "disabled"},
		{"deleted", func(r *usage.Registry) error { return r.DeleteKey("key") }, stage, value, "", "no API key has this value"},
		{"left the plan", func(r *usage.Registry) error { return r.Leave("plan", "key") }, stage, value, "key", "no usage plan"},
		{"the plan left the stage", func(r *usage.Registry) error {
			_, err := r.UpdatePlan("plan", func(p *usage.Plan) error { p.Stages = nil; return nil })
			return err
		}, stage, value, "key", "no usage plan of the stage"},
		{"the plan is deleted", func(r *usage.Registry) error {
			if _, err := r.UpdatePlan("plan", func(p *usage.Plan) error { p.Stages = nil; return nil }); err != nil {
				return err
			}
			return r.DeletePlan("plan")
		}, stage, value, "key", "no usage plan of the stage"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			r := newRegistry(t, config(at("2026-03-01T10:00:00Z"), usage.Plan{}))
			if test.change != nil {
				if err := test.change(r); err != nil {
					t.Fatal(err)
				}
			}
			got, refusal := r.Admit(test.stage, test.value, "GET", "/users")
			if refusal == nil || refusal.Reason != usage.Forbidden || refusal.KeyID != test.keyID || got.Key.ID != "" {
				t.Fatalf("%+v, %+v", got, refusal)
			}
			if text := refusal.Error(); !strings.Contains(text, test.detail) || test.value != "" && test.value != "key" && strings.Contains(text, string(test.value)) {
				t.Errorf("it says %q", text)
			}
		})
	}
}

func TestZeroKeyAdmitsNothing(t *testing.T) {
	r := newRegistry(t, usage.Config{
		Plans:   []usage.Plan{{ID: "plan", Name: "Plan", Stages: []usage.PlanStage{{StageID: stage}}}},
		Keys:    []usage.Key{{ID: "key", Value: value}},
		Members: map[string][]string{"plan": {"key"}},
	})
	if _, refusal := r.Admit(stage, value, "GET", "/users"); refusal == nil || refusal.Reason != usage.Forbidden {
		t.Errorf("a key that nobody enabled: %v", refusal)
	}
}

// Two keys of a plan have a bucket each, and a method's bucket is in place of the plan's.
func TestThrottleOfAPlan(t *testing.T) {
	c := at("2026-03-01T10:00:00Z")
	second := usage.Value("another-value-of-twenty")
	settings := config(c, usage.Plan{
		Throttle: &usage.Throttle{Rate: 1, Burst: 2},
		Stages: []usage.PlanStage{
			{StageID: stage, Methods: map[string]usage.Throttle{"/users/{id}/GET": {Rate: 1, Burst: 3}, "/users/POST": {}}},
			{StageID: other},
		},
	})
	settings.Keys = append(settings.Keys, usage.Key{ID: "second", Value: second, Enabled: true})
	settings.Members["plan"] = append(settings.Members["plan"], "second")
	r := newRegistry(t, settings)
	for _, step := range []struct {
		stage          usage.StageID
		value          usage.Value
		verb, resource string
		want           int
	}{
		{stage, value, "GET", "/users/{id}", 3},
		{stage, second, "GET", "/users/{id}", 3},
		{stage, value, "POST", "/users", 0},
		{stage, value, "GET", "/users", 2},
		{other, value, "GET", "/users/{id}", 0}, // the plan's bucket, which the line above emptied
		{other, second, "GET", "/users/{id}", 2},
	} {
		got := 0
		for range 10 {
			_, refusal := r.Admit(step.stage, step.value, step.verb, step.resource)
			if refusal == nil {
				got++
			} else if refusal.Reason != usage.Throttled || refusal.PlanID != "plan" {
				t.Errorf("%+v: %v", step, refusal)
			}
		}
		if got != step.want {
			t.Errorf("%s %s %s: %d, want %d", step.stage, step.verb, step.resource, got, step.want)
		}
	}
}

func TestThrottleThatChanges(t *testing.T) {
	c := at("2026-03-01T10:00:00Z")
	r := newRegistry(t, config(c, usage.Plan{Throttle: &usage.Throttle{Rate: 1, Burst: 2}}))
	admitted(r, 5)
	if _, err := r.UpdatePlan("plan", func(p *usage.Plan) error { p.Description = "new"; return nil }); err != nil {
		t.Fatal(err)
	}
	if got, _ := admitted(r, 5); got != 0 {
		t.Errorf("a new description filled the bucket with %d", got)
	}
	if _, err := r.UpdatePlan("plan", func(p *usage.Plan) error { p.Throttle.Burst = 4; return nil }); err != nil {
		t.Fatal(err)
	}
	if got, _ := admitted(r, 9); got != 4 {
		t.Errorf("with a new burst limit %d, want 4", got)
	}
	if _, err := r.UpdatePlan("plan", func(p *usage.Plan) error { p.Throttle = nil; return nil }); err != nil {
		t.Fatal(err)
	}
	if got, _ := admitted(r, 100); got != 100 {
		t.Errorf("without throttle %d, want 100", got)
	}
}

// Requests, changes and look-ups at once: every request is decided, and none more is let through than the quota has.
func TestRegistryInParallel(t *testing.T) {
	r := newRegistry(t, config(at("2026-03-01T10:00:00Z"), usage.Plan{Quota: &usage.Quota{Limit: 300, Period: usage.Day}}))
	done := make(chan struct{})
	go func() {
		defer close(done)
		for range 200 {
			k, err := r.CreateKey(usage.Key{Name: "passing", Enabled: true})
			if err == nil {
				_, err = r.Join("plan", k.ID)
			}
			if err == nil {
				_, err = r.UpdatePlan("plan", func(p *usage.Plan) error { p.Description = k.ID; return nil })
			}
			if err == nil {
				err = r.DeleteKey(k.ID)
			}
			if err != nil {
				t.Error(err)
			}
			r.Keys()
			r.Plans()
			if _, err := r.Usage("plan", time.Now(), time.Now()); err != nil {
				t.Error(err)
			}
		}
	}()
	got := parallel(4, 500, func() bool {
		_, refusal := r.Admit(stage, value, "GET", "/users")
		return refusal == nil
	})
	<-done
	if got != 300 {
		t.Errorf("%d passed, want 300", got)
	}
}

func BenchmarkAdmit(b *testing.B) {
	settings := config(&clock{}, usage.Plan{
		Throttle: &usage.Throttle{Rate: 1e9, Burst: 1e9}, Quota: &usage.Quota{Limit: 1e15, Period: usage.Month},
	})
	settings.Now = nil
	r := newRegistry(b, settings)
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if _, refusal := r.Admit(stage, value, "GET", "/users/{id}"); refusal != nil {
				b.Error(refusal)
			}
		}
	})
}
