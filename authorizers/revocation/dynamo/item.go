package dynamo

import (
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"portcullis/authorizers/revocation"
	"portcullis/authorizers/revocation/item"
)

// attributes are an item as the SDK has it.
type attributes = map[string]types.AttributeValue

func toSDK(i item.Item) attributes {
	values := attributes{}
	for name, value := range i {
		if value.S != nil {
			values[name] = &types.AttributeValueMemberS{Value: *value.S}
		} else {
			values[name] = &types.AttributeValueMemberN{Value: *value.N}
		}
	}
	return values
}

// entryOf returns the entry of an item, or an *item.Error.
func entryOf(values attributes) (revocation.Entry, error) {
	i := item.Item{}
	for name, value := range values {
		switch value := value.(type) {
		case *types.AttributeValueMemberS:
			i[name] = item.Attribute{S: &value.Value}
		case *types.AttributeValueMemberN:
			i[name] = item.Attribute{N: &value.Value}
		default:
			i[name] = item.Attribute{}
		}
	}
	return i.Entry()
}
