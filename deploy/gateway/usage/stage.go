package usage

import "time"

// StageConfig is the throttle of a stage.
// See https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-request-throttling.html.
type StageConfig struct {
	Default *Throttle           // of all methods together that Methods does not name; nil: no limit
	Methods map[string]Throttle // of one method, in place of Default: "/users/{id}/GET"
	Now     func() time.Time    // nil: time.Now
}

// Stage throttles all callers of a stage together. AWS documents that a stage's limits hold for its methods, all with
// the same settings or each with its own
// (https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-request-throttling.html). Chosen here: the
// methods without settings of their own share one bucket. The zero Stage lets everything through.
type Stage struct {
	all     *Bucket
	methods map[method]*Bucket
	now     func() time.Time
}

// NewStage makes the buckets of a stage, all full. The error is an [*Error] of the kind [Invalid].
func NewStage(c StageConfig) (*Stage, error) {
	s := &Stage{methods: map[method]*Bucket{}, now: clock(c.Now)}
	start := s.now()
	if c.Default != nil {
		if wrong := c.Default.check(); wrong != "" {
			return nil, &Error{Kind: Invalid, Resource: "stage", Reason: wrong}
		}
		s.all = NewBucket(*c.Default, start)
	}
	methods, wrong := parseMethods(c.Methods)
	if wrong != "" {
		return nil, &Error{Kind: Invalid, Resource: "stage", Reason: wrong}
	}
	for m, throttle := range methods {
		s.methods[m] = NewBucket(throttle, start)
	}
	return s, nil
}

// Take takes a token for a request of a method, such as GET and /users/{id}, and tells whether there was one.
func (s *Stage) Take(verb, resource string) bool {
	return s.bucket(verb, resource).Take(s.now())
}

// bucket is that of the method, or the one that all others share; nil: there is no limit.
func (s *Stage) bucket(verb, resource string) *Bucket {
	if own, there := s.methods[method{verb, resource}]; there {
		return own
	}
	return s.all
}

func clock(now func() time.Time) func() time.Time {
	if now == nil {
		return time.Now
	}
	return now
}
