package dynamodb

import (
	"slices"

	"portcullis/deploy/emulators/dynamodb/internal/attribute"
)

// The two parts of a key, as KeyType names them.
const (
	partitionKey = "HASH"
	sortKey      = "RANGE"
)

// keyAttribute is an attribute of a key, and definition its type: a KeySchemaElement and an AttributeDefinition.
type (
	keyAttribute struct {
		AttributeName string
		KeyType       string // partitionKey or sortKey

		of attribute.Type // String, Number or Binary
	}
	definition struct {
		AttributeName string
		AttributeType attribute.Type
	}
)

// schema is the key of a table or of an index: the partition key, and behind it the sort key where there is one.
type schema []keyAttribute

// stringKey is a key of strings; sort is "" where there is no sort key.
func stringKey(partition, sort string) schema {
	key := schema{{partition, partitionKey, attribute.String}}
	if sort != "" {
		key = append(key, keyAttribute{sort, sortKey, attribute.String})
	}
	return key
}

// has tells whether an attribute is one of the key.
func (s schema) has(name string) bool {
	return slices.ContainsFunc(s, func(k keyAttribute) bool { return k.AttributeName == name })
}

// with is the key and behind it what another has more.
func (s schema) with(other schema) schema {
	both := slices.Clone(s)
	for _, k := range other {
		if !s.has(k.AttributeName) {
			both = append(both, k)
		}
	}
	return both
}

// maxKeyName is how long the name of a key's attribute may be, in bytes. Source: as checkTableName's.
const maxKeyName = 255

// check holds a key to what a key can be.
func (s schema) check() *apiError {
	for _, k := range s {
		if n := len(k.AttributeName); n < 1 || n > maxKeyName {
			return invalid("A key attribute's name must have 1 to 255 bytes, not %d", n)
		}
	}
	if len(s) == 2 && s[0].AttributeName == s[1].AttributeName {
		return invalid("Both the Hash Key and the Range Key element in the KeySchema have the same name")
	}
	return nil
}

// of is the key of an item that has one.
func (s schema) of(item attribute.Item) attribute.Item {
	key := attribute.Item{}
	for _, k := range s {
		key[k.AttributeName] = item[k.AttributeName]
	}
	return key
}

// texts are the texts of a key's values, by which two keys of a table can be told apart.
func (s schema) texts(key attribute.Item) (texts [2]string) {
	for i, k := range s {
		texts[i] = key[k.AttributeName].Text
	}
	return texts
}

// checkIn holds an item to having a key.
func (s schema) checkIn(item attribute.Item) *apiError {
	for _, k := range s {
		value := item[k.AttributeName]
		switch {
		case !value.Exists():
			return invalid("One or more parameter values were invalid: Missing the key %s in the item", k.AttributeName)
		case value.Type != k.of:
			return invalid("One or more parameter values were invalid: Type mismatch for key %s expected: %s actual: %s", k.AttributeName, k.of, value.Type)
		}
		if failure := k.checkText(value.Text); failure != nil {
			return failure
		}
	}
	return nil
}

// checkAlone holds attributes to being a key, and nothing beside it.
func (s schema) checkAlone(key attribute.Item) *apiError {
	if len(key) != len(s) {
		return errNotKey
	}
	for _, k := range s {
		value := key[k.AttributeName]
		if value.Type != k.of {
			return errNotKey
		}
		if failure := k.checkText(value.Text); failure != nil {
			return failure
		}
	}
	return nil
}

var errNotKey = invalid("The provided key element does not match the schema")

// How large a key's values may be, in bytes. Source: "Service, account, and table quotas in Amazon DynamoDB", Partition
// key values and Sort key values.
const (
	maxPartitionKeySize = 2048
	maxSortKeySize      = 1024
)

// checkText holds the text of a value of the key's type to being one of the key.
func (k keyAttribute) checkText(text string) *apiError {
	if text == "" {
		return invalid("One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty %s value. Key: %s", k.longType(), k.AttributeName)
	}
	return k.checkSize(text)
}

func (k keyAttribute) checkSize(text string) *apiError {
	switch {
	case k.of == attribute.Number:
	case k.KeyType == partitionKey && len(text) > maxPartitionKeySize:
		return invalid("One or more parameter values were invalid: Size of hashkey has exceeded the maximum size limit of%d bytes", maxPartitionKeySize)
	case k.KeyType == sortKey && len(text) > maxSortKeySize:
		return invalid("One or more parameter values were invalid: Aggregated size of all range keys has exceeded the size limit of %d bytes", maxSortKeySize)
	}
	return nil
}

// longType is the key's type as errors about empty values call it; numbers are never empty.
func (k keyAttribute) longType() string {
	if k.of == attribute.Binary {
		return "binary"
	}
	return "string"
}
