package dynamodb

import (
	"slices"
	"strings"

	"portcullis/deploy/emulators/dynamodb/internal/attribute"
)

// index is a global secondary index. Its items are parts of those of the table that have all attributes of its key; a write
// changes both at once.
// Source: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/GSI.html.
type index struct {
	name       string
	key        schema
	projection projection
	units      throughput
	listing    listing
}

// projection says which attributes an index has beside the keys.
type projection struct {
	ProjectionType   string
	NonKeyAttributes []string `json:",omitempty"`
}

// The values of ProjectionType.
const (
	projectAll     = "ALL"
	projectKeys    = "KEYS_ONLY"
	projectInclude = "INCLUDE"
)

// has tells whether the index has an attribute of the items that are in it.
func (x *index) has(name string) bool {
	return x.projection.ProjectionType == projectAll || x.listing.key.has(name) || slices.Contains(x.projection.NonKeyAttributes, name)
}

// part is what the index has of an item of the table; nil where it is not in the index.
func (x *index) part(item attribute.Item) attribute.Item {
	if item == nil {
		return nil
	}
	for _, k := range x.key {
		if !item[k.AttributeName].Exists() {
			return nil
		}
	}
	if x.projection.ProjectionType == projectAll {
		return item
	}
	part := attribute.Item{}
	for name, value := range item {
		if x.has(name) {
			part[name] = value
		}
	}
	return part
}

// The limits of indexes. Source: "Service, account, and table quotas in Amazon DynamoDB", Secondary indexes.
const (
	maxIndexes   = 20
	maxProjected = 100 // attributes of all indexes of a table with INCLUDE together
)

// checkIndexes holds the indexes to what those of one table can be.
func (t *table) checkIndexes() *apiError {
	names, projected := map[string]bool{}, 0
	for _, x := range t.indexes {
		if failure := x.check(); failure != nil {
			return failure
		}
		if names[x.name] {
			return invalid("One or more parameter values were invalid: Duplicate index name: %s", x.name)
		}
		names[x.name] = true
		projected += len(x.projection.NonKeyAttributes)
	}
	switch {
	case len(t.indexes) > maxIndexes:
		return invalid("One or more parameter values were invalid: GlobalSecondaryIndex count exceeds the per-table limit of %d", maxIndexes)
	case projected > maxProjected:
		return invalid("One or more parameter values were invalid: Total number of NonKeyAttributes in all indexes, %d, exceeds the limit of %d", projected, maxProjected)
	}
	return nil
}

// checkIndexName holds the name of an index to its form.
// Source: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.NamingRulesDataTypes.html.
func checkIndexName(name string) *apiError {
	const constraint = "1 validation error detected: Value '%s' at 'indexName' failed to satisfy constraint: Member must "
	switch {
	case len(name) < 3:
		return invalid(constraint+"have length greater than or equal to 3", name)
	case len(name) > 255:
		return invalid(constraint+"have length less than or equal to 255", name)
	case strings.ContainsFunc(name, notInTableName):
		return invalid(constraint+"satisfy regular expression pattern: [a-zA-Z0-9_.-]+", name)
	}
	return nil
}

func (x *index) check() *apiError {
	if failure := checkIndexName(x.name); failure != nil {
		return failure
	}
	included := len(x.projection.NonKeyAttributes) > 0
	switch kind := x.projection.ProjectionType; {
	case kind != projectAll && kind != projectKeys && kind != projectInclude:
		return invalid("One or more parameter values were invalid: Unknown ProjectionType: %s", kind)
	case included && kind != projectInclude:
		return invalid("One or more parameter values were invalid: ProjectionType is %s, but NonKeyAttributes is specified", kind)
	case !included && kind == projectInclude:
		return invalid("One or more parameter values were invalid: ProjectionType is %s, but NonKeyAttributes is not specified", kind)
	}
	return x.key.check()
}

// index reads a GlobalSecondaryIndex of a table whose throughput is given.
func (r *request) index(types map[string]attribute.Type, table throughput) *index {
	x := &index{name: r.text("IndexName"), key: r.keySchema(types), projection: r.projection()}
	provided := r.object("ProvisionedThroughput")
	switch paid := table != (throughput{}); {
	case !paid && provided != nil:
		r.refuse(invalid("One or more parameter values were invalid: ProvisionedThroughput should not be specified for index: %s when BillingMode is PAY_PER_REQUEST", x.name))
	case paid && provided == nil:
		r.refuse(invalid("One or more parameter values were invalid: ReadCapacityUnits and WriteCapacityUnits must both be specified for index: %s", x.name))
	case paid:
		x.units = provided.units()
		r.refuse(provided.end())
	}
	return x
}

// projection is the member Projection.
func (r *request) projection() (p projection) {
	given := r.object("Projection")
	if given == nil {
		r.refuse(r.null("Projection"))
		return p
	}
	if !given.read("ProjectionType", &p.ProjectionType) {
		p.ProjectionType = "null"
	}
	given.read("NonKeyAttributes", &p.NonKeyAttributes)
	r.refuse(given.end())
	return p
}

// indexDescription is a GlobalSecondaryIndexDescription.
type indexDescription struct {
	IndexName             string
	IndexArn              string
	IndexStatus           string
	KeySchema             schema
	Projection            projection
	ProvisionedThroughput throughput
	ItemCount             int
	IndexSizeBytes        int
}

// describe shows the index of a table; who calls it has the table's lock.
func (x *index) describe(table, status string) indexDescription {
	return indexDescription{
		IndexName:             x.name,
		IndexArn:              table + "/index/" + x.name,
		IndexStatus:           status,
		KeySchema:             x.key,
		Projection:            x.projection,
		ProvisionedThroughput: x.units,
		ItemCount:             len(x.listing.items),
		IndexSizeBytes:        x.listing.size(),
	}
}

// misfit is what an item has for a key of an index, and what can be none.
type misfit struct {
	index string
	key   keyAttribute
	value attribute.Value
}

// misfit is the first that an item has, nil where it has none.
func (t *table) misfit(item attribute.Item) *misfit {
	for _, x := range t.indexes {
		for _, k := range x.key {
			value := item[k.AttributeName]
			if value.Exists() && (value.Type != k.of || value.Text == "" || k.checkSize(value.Text) != nil) {
				return &misfit{x.name, k, value}
			}
		}
	}
	return nil
}

// put says it of an item that is put; nil where there is no misfit.
func (m *misfit) put() *apiError {
	switch {
	case m == nil:
		return nil
	case m.value.Type != m.key.of:
		return invalid("One or more parameter values were invalid: Type mismatch for Index Key %s Expected: %s Actual: %s IndexName: %s", m.key.AttributeName, m.key.of, m.value.Type, m.index)
	case m.value.Text == "":
		return invalid("One or more parameter values are not valid. A value specified for a secondary index key is not supported. The AttributeValue for a key attribute cannot contain an empty %s value. IndexName: %s, IndexKey: %s", m.key.longType(), m.index, m.key.AttributeName)
	}
	return m.key.checkSize(m.value.Text)
}

// updated says it of an item that was updated. Source: API reference, TransactWriteItems, lists most of the words.
func (m *misfit) updated() *apiError {
	switch {
	case m == nil:
		return nil
	case m.value.Type != m.key.of:
		return invalid("The update expression attempted to update the secondary index key to unsupported type")
	case m.value.Text == "":
		return invalid("The update expression attempted to update a secondary index key to a value that is not supported. The AttributeValue for a key attribute cannot contain an empty %s value.", m.key.longType())
	}
	return invalid("The update expression attempted to update the secondary index key beyond allowed size limits")
}
