package dynamodb

// timeToLive is a TimeToLiveSpecification.
type timeToLive struct {
	AttributeName string
	Enabled       bool
}

// updateTimeToLive sets or unsets the TTL attribute. Source: API reference, UpdateTimeToLive.
func (h *Handler) updateTimeToLive(r *request) (any, *apiError) {
	name := r.tableName()
	wanted := r.timeToLive()
	t, failure := h.reachTable(r, name)
	if failure != nil {
		return nil, failure
	}
	if failure := t.setTimeToLive(wanted); failure != nil {
		return nil, failure
	}
	return struct{ TimeToLiveSpecification timeToLive }{wanted}, nil
}

func (r *request) timeToLive() (wanted timeToLive) {
	given := r.object("TimeToLiveSpecification")
	if given == nil {
		r.refuse(null("TimeToLiveSpecification"))
		return wanted
	}
	wanted = timeToLive{given.text("AttributeName"), given.flag("Enabled")}
	if n := len(wanted.AttributeName); n < 1 || n > maxKeyName {
		r.refuse(invalid("TimeToLiveSpecification.AttributeName must have 1 to 255 bytes, not %d", n))
	}
	r.refuse(given.end())
	return wanted
}

func (t *table) setTimeToLive(wanted timeToLive) *apiError {
	t.lock.Lock()
	defer t.lock.Unlock()
	switch {
	case wanted.Enabled && t.timeToLive == wanted.AttributeName:
		return invalid("TimeToLive is already enabled")
	case wanted.Enabled && t.timeToLive != "":
		return invalid("TimeToLive is active on a different AttributeName: current AttributeName is %s", t.timeToLive)
	case !wanted.Enabled && t.timeToLive == "":
		return invalid("TimeToLive is already disabled")
	case !wanted.Enabled && t.timeToLive != wanted.AttributeName:
		return invalid("TimeToLive is active on a different AttributeName: current AttributeName is %s", t.timeToLive)
	}
	t.timeToLive = ""
	if wanted.Enabled {
		t.timeToLive = wanted.AttributeName
	}
	return nil
}

// timeToLiveDescription is a TimeToLiveDescription.
type timeToLiveDescription struct {
	TimeToLiveStatus string
	AttributeName    string `json:",omitempty"`
}

// describeTimeToLive shows the TTL attribute. Source: API reference, DescribeTimeToLive.
func (h *Handler) describeTimeToLive(r *request) (any, *apiError) {
	name := r.tableName()
	t, failure := h.reachTable(r, name)
	if failure != nil {
		return nil, failure
	}
	t.lock.Lock()
	defer t.lock.Unlock()
	status := timeToLiveDescription{"DISABLED", t.timeToLive}
	if t.timeToLive != "" {
		status.TimeToLiveStatus = "ENABLED"
	}
	return struct{ TimeToLiveDescription timeToLiveDescription }{status}, nil
}
