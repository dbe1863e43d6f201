package dynamodb

import (
	"slices"
	"time"

	"portcullis/deploy/emulators/dynamodb/internal/attribute"
)

// throughput is ProvisionedThroughput. It is kept and shown, and bounds nothing.
type throughput struct {
	ReadCapacityUnits  int
	WriteCapacityUnits int
}

// keyElement is a KeySchemaElement, and definition an AttributeDefinition.
type (
	keyElement struct {
		AttributeName string
		KeyType       string
	}
	definition struct {
		AttributeName string
		AttributeType attribute.Type
	}
)

// description is a TableDescription. Source: API reference, TableDescription.
type description struct {
	TableName             string
	TableArn              string
	TableStatus           string
	CreationDateTime      float64 // seconds since 1970
	KeySchema             []keyElement
	AttributeDefinitions  []definition
	ProvisionedThroughput throughput
	BillingModeSummary    *billing `json:",omitempty"`
	ItemCount             int
	TableSizeBytes        int
}

type billing struct{ BillingMode string }

const (
	provisioned = "PROVISIONED"
	payByUse    = "PAY_PER_REQUEST"
)

// describe shows a table; status is ACTIVE, or DELETING for one that is gone.
func (t *table) describe(status string) description {
	items, bytes := t.size()
	d := description{
		TableName:             t.name,
		TableArn:              "arn:aws:dynamodb:local:000000000000:table/" + t.name,
		TableStatus:           status,
		CreationDateTime:      float64(t.created.UnixMilli()) / float64(time.Second/time.Millisecond),
		KeySchema:             []keyElement{{t.key.attribute, "HASH"}},
		AttributeDefinitions:  []definition{{t.key.attribute, t.key.of}},
		ProvisionedThroughput: t.units,
		ItemCount:             items,
		TableSizeBytes:        bytes,
	}
	if t.units == (throughput{}) {
		d.BillingModeSummary = &billing{payByUse}
	}
	return d
}

// createTable makes a table, which is active at once. Source: API reference, CreateTable.
func (h *Handler) createTable(r *request) (any, *apiError) {
	name := r.tableName()
	k := r.key()
	units := r.throughput()
	if failure := r.end(); failure != nil {
		return nil, failure
	}
	t := newTable(name, k, h.now())
	t.units = units
	if failure := t.check(); failure != nil {
		return nil, failure
	}
	if failure := h.add(t); failure != nil {
		return nil, failure
	}
	return struct{ TableDescription description }{t.describe("ACTIVE")}, nil
}

// key reads KeySchema and AttributeDefinitions.
func (r *request) key() key {
	elements, definitions := r.objects("KeySchema"), r.objects("AttributeDefinitions")
	switch {
	case r.failure != nil:
		return key{}
	case len(elements) == 0:
		r.refuse(null("KeySchema"))
		return key{}
	case len(elements) > 1:
		r.refuse(unsupported("sort keys: KeySchema has %d elements", len(elements)))
		return key{}
	case len(definitions) != 1:
		r.refuse(invalid("One or more parameter values were invalid: Number of attributes in KeySchema does not exactly match number of attributes defined in AttributeDefinitions"))
		return key{}
	}
	element, defined := elements[0], definitions[0]
	name := element.text("AttributeName")
	if element.choice("KeyType", "HASH", "RANGE") != "HASH" {
		r.refuse(invalid("Invalid KeySchema: The first KeySchemaElement is not a HASH key type"))
	}
	if other := defined.text("AttributeName"); other != name {
		r.refuse(invalid("One or more parameter values were invalid: Some index key attributes are not defined in AttributeDefinitions. Keys: [%s], AttributeDefinitions: [%s]", name, other))
	}
	of := attribute.Type(defined.choice("AttributeType", "S", "N", "B"))
	r.refuse(element.end())
	r.refuse(defined.end())
	return key{name, of}
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
		given.read("ReadCapacityUnits", &units.ReadCapacityUnits)
		given.read("WriteCapacityUnits", &units.WriteCapacityUnits)
		if units.ReadCapacityUnits < 1 || units.WriteCapacityUnits < 1 {
			r.refuse(invalid("ReadCapacityUnits and WriteCapacityUnits must be 1 or more"))
		}
		r.refuse(given.end())
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
