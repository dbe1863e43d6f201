package dynamodb

import (
	"slices"
	"time"
)

// throughput is ProvisionedThroughput. It is kept and shown, and bounds nothing.
type throughput struct {
	ReadCapacityUnits  int
	WriteCapacityUnits int
}

// description is a TableDescription. Source: API reference, TableDescription.
type description struct {
	TableName              string
	TableArn               string
	TableStatus            string
	CreationDateTime       float64 // seconds since 1970
	KeySchema              schema
	AttributeDefinitions   []definition
	GlobalSecondaryIndexes []indexDescription `json:",omitempty"`
	ProvisionedThroughput  throughput
	BillingModeSummary     *billing `json:",omitempty"`
	ItemCount              int
	TableSizeBytes         int
	StreamSpecification    *streamSpecification `json:",omitempty"`
	LatestStreamArn        string               `json:",omitempty"`
	LatestStreamLabel      string               `json:",omitempty"`
}

type billing struct{ BillingMode string }

const (
	provisioned = "PROVISIONED"
	payByUse    = "PAY_PER_REQUEST"
)

// describe shows a table; status is ACTIVE, or DELETING for one that is gone.
func (t *table) describe(status string) description {
	t.lock.Lock()
	defer t.lock.Unlock()
	d := description{
		TableName:             t.name,
		TableArn:              t.arn(),
		TableStatus:           status,
		CreationDateTime:      seconds(t.created),
		KeySchema:             t.key,
		AttributeDefinitions:  t.definitions,
		ProvisionedThroughput: t.units,
		ItemCount:             len(t.listing.items),
		TableSizeBytes:        t.listing.size(),
	}
	for _, x := range t.indexes {
		d.GlobalSecondaryIndexes = append(d.GlobalSecondaryIndexes, x.describe(t.arn(), status))
	}
	if s := t.stream; s != nil {
		d.LatestStreamArn, d.LatestStreamLabel = s.arn, s.label
		if s.isOpen() {
			d.StreamSpecification = &streamSpecification{true, s.view}
		}
	}
	if t.units == (throughput{}) {
		d.BillingModeSummary = &billing{payByUse}
	}
	return d
}

func (t *table) arn() string { return "arn:aws:dynamodb:" + t.region + ":000000000000:table/" + t.name }

// seconds is a time as the protocol has it: in seconds since 1970, to the millisecond.
func seconds(t time.Time) float64 {
	return float64(t.UnixMilli()) / float64(time.Second/time.Millisecond)
}

// createTable makes a table, which is active at once. Source: API reference, CreateTable.
func (h *Handler) createTable(r *request) (any, *apiError) {
	t := newTable(h.region, r.tableName(), nil, h.now())
	t.units = r.throughput()
	r.keys(t)
	stream := r.streamSpecification()
	if failure := r.end(); failure != nil {
		return nil, failure
	}
	if failure := t.check(); failure != nil {
		return nil, failure
	}
	if failure := h.add(t, stream.StreamViewType); failure != nil {
		return nil, failure
	}
	return struct{ TableDescription description }{t.describe("ACTIVE")}, nil
}

// updateTable enables or disables a table's stream, at once. Source: API reference, UpdateTable.
func (h *Handler) updateTable(r *request) (any, *apiError) {
	name := r.tableName()
	if len(r.members) == 0 {
		r.refuse(invalid("At least one of ProvisionedThroughput, BillingMode, UpdateStreamEnabled, GlobalSecondaryIndexUpdates or SSESpecification or ReplicaUpdates is required"))
	}
	stream := r.streamSpecification()
	t, failure := h.reachTable(r, name)
	if failure != nil {
		return nil, failure
	}
	if failure := h.updateStream(t, stream); failure != nil {
		return nil, failure
	}
	return struct{ TableDescription description }{t.describe("ACTIVE")}, nil
}

// throughput reads BillingMode and ProvisionedThroughput, and is zero for PAY_PER_REQUEST.
func (r *request) throughput() (units throughput) {
	mode := r.choice("BillingMode", provisioned, payByUse)
	given := r.object("ProvisionedThroughput")
	switch {
	case mode == provisioned && given == nil:
		r.refuse(invalid("One or more parameter values were invalid: ReadCapacityUnits and WriteCapacityUnits must both be specified when BillingMode is PROVISIONED"))
	case mode == payByUse && given != nil:
		r.refuse(invalid("One or more parameter values were invalid: Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is PAY_PER_REQUEST"))
	case given != nil:
		units = given.units()
		r.refuse(given.end())
	}
	return units
}

// units reads the members of a ProvisionedThroughput.
func (r *request) units() (units throughput) {
	r.read("ReadCapacityUnits", &units.ReadCapacityUnits)
	r.read("WriteCapacityUnits", &units.WriteCapacityUnits)
	if units.ReadCapacityUnits < 1 || units.WriteCapacityUnits < 1 {
		r.refuse(invalid("ReadCapacityUnits and WriteCapacityUnits must be 1 or more"))
	}
	return units
}

// describeTable shows a table. Source: API reference, DescribeTable.
func (h *Handler) describeTable(r *request) (any, *apiError) {
	name := r.tableName()
	t, failure := h.reachTable(r, name)
	if failure != nil {
		return nil, failure
	}
	return struct{ Table description }{t.describe("ACTIVE")}, nil
}

// deleteTable deletes a table, which is gone at once. Source: API reference, DeleteTable.
func (h *Handler) deleteTable(r *request) (any, *apiError) {
	name := r.tableName()
	if failure := r.end(); failure != nil {
		return nil, failure
	}
	t, failure := h.remove(name)
	if failure != nil {
		return nil, failure
	}
	return struct{ TableDescription description }{t.describe("DELETING")}, nil
}

// maxNames is how many names ListTables gives at once. Source: API reference, ListTables.
const maxNames = 100

type listResponse struct {
	TableNames             []string
	LastEvaluatedTableName string `json:",omitempty"`
}

// listTables gives the tables' names in order. Source: API reference, ListTables.
func (h *Handler) listTables(r *request) (any, *apiError) {
	limit := r.limit("Limit", maxNames)
	behind := r.text("ExclusiveStartTableName")
	if failure := r.end(); failure != nil {
		return nil, failure
	}
	names := h.names()
	at, there := slices.BinarySearch(names, behind)
	if there {
		at++
	}
	response := listResponse{TableNames: append([]string{}, names[at:]...)}
	if len(response.TableNames) > limit {
		response.TableNames = response.TableNames[:limit]
		response.LastEvaluatedTableName = response.TableNames[limit-1]
	}
	return response, nil
}
