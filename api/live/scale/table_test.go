package scale_test

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

type item = map[string]types.AttributeValue

// table is DynamoDB's side of a table of connections: as much of it as package connections/dynamo asks for.
type table struct {
	mu    sync.Mutex
	items map[string][]item // by their partition key, in the order of the sort key
}

func textOf(v types.AttributeValue) string {
	text, _ := v.(*types.AttributeValueMemberS)
	return text.Value
}

// at is where an item of a partition key is, or would be.
func (t *table) at(pk, sk string) (int, bool) {
	return slices.BinarySearchFunc(t.items[pk], sk, func(i item, sk string) int { return cmp.Compare(textOf(i["sk"]), sk) })
}

func (t *table) put(i item) {
	t.mu.Lock()
	defer t.mu.Unlock()
	pk, sk := textOf(i["pk"]), textOf(i["sk"])
	at, there := t.at(pk, sk)
	if there {
		t.items[pk][at] = i
		return
	}
	t.items[pk] = slices.Insert(t.items[pk], at, i)
}

func (t *table) get(key item) item {
	t.mu.Lock()
	defer t.mu.Unlock()
	if at, there := t.at(textOf(key["pk"]), textOf(key["sk"])); there {
		return t.items[textOf(key["pk"])][at]
	}
	return nil
}

func (t *table) delete(key item) {
	t.mu.Lock()
	defer t.mu.Unlock()
	pk := textOf(key["pk"])
	if at, there := t.at(pk, textOf(key["sk"])); there {
		t.items[pk] = slices.Delete(slices.Clone(t.items[pk]), at, at+1)
	}
}

// page are the items of a partition key from a start on, as many as one answer holds, their bytes, and whether there are more.
func (t *table) page(pk string, start item) (page []item, size int, more bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	from := 0
	if start != nil {
		at, there := t.at(pk, textOf(start["sk"]))
		if from = at; there {
			from++
		}
	}
	rest := t.items[pk][from:]
	for i, found := range rest {
		if size += sizeOf(found); size >= maxPage {
			return rest[:i+1], size, true
		}
	}
	return rest, size, false
}

// sizeOf is what an item counts, in bytes. Source:
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html.
func sizeOf(i item) (size int) {
	for name, value := range i {
		size += len(name)
		switch v := value.(type) {
		case *types.AttributeValueMemberS:
			size += len(v.Value)
		case *types.AttributeValueMemberN:
			size += (len(v.Value)+1)/2 + 1
		case *types.AttributeValueMemberSS:
			for _, element := range v.Value {
				size += len(element)
			}
		}
	}
	return size
}

// client is a dynamo.Client of one instance of the function. Of writes and reads by key only the effect is simulated: they are made before a
// run, or are few.
type client struct {
	*services
	*table
	*processor
}

func (c *client) PutItem(_ context.Context, in *dynamodb.PutItemInput, _ ...func(*dynamodb.Options)) (*dynamodb.PutItemOutput, error) {
	c.put(in.Item)
	return &dynamodb.PutItemOutput{}, nil
}

// UpdateItem adds topics, or removes them all.
func (c *client) UpdateItem(_ context.Context, in *dynamodb.UpdateItemInput, _ ...func(*dynamodb.Options)) (*dynamodb.UpdateItemOutput, error) {
	updated := maps.Clone(c.get(in.Key))
	if updated == nil {
		return nil, &types.ConditionalCheckFailedException{}
	}
	if delete(updated, "topics"); (*in.UpdateExpression)[:3] == "ADD" {
		updated["topics"] = in.ExpressionAttributeValues[":topic"]
	}
	c.put(updated)
	return &dynamodb.UpdateItemOutput{Attributes: updated}, nil
}

func (c *client) GetItem(_ context.Context, in *dynamodb.GetItemInput, _ ...func(*dynamodb.Options)) (*dynamodb.GetItemOutput, error) {
	return &dynamodb.GetItemOutput{Item: c.get(in.Key)}, nil
}

func (c *client) DeleteItem(_ context.Context, in *dynamodb.DeleteItemInput, _ ...func(*dynamodb.Options)) (*dynamodb.DeleteItemOutput, error) {
	c.delete(in.Key)
	return &dynamodb.DeleteItemOutput{}, nil
}

// Query gives a page, and takes what it counts of its partition. Every partition key has a partition of its own.
func (c *client) Query(ctx context.Context, in *dynamodb.QueryInput, _ ...func(*dynamodb.Options)) (*dynamodb.QueryOutput, error) {
	pk := textOf(in.ExpressionAttributeValues[":pk"])
	found, size, more := c.page(pk, in.ExclusiveStartKey)
	units := unitsOf(size)
	if err := c.reading(ctx, []string{pk}, units, fmt.Sprint(pk, in.ExclusiveStartKey), time.Duration(size)*10*time.Millisecond/maxPage); err != nil {
		return nil, err
	}
	c.count(&c.queries, 1)
	c.count(&c.queryUnits, units)
	out := &dynamodb.QueryOutput{Items: found}
	if more {
		last := found[len(found)-1]
		out.LastEvaluatedKey = item{"pk": last["pk"], "sk": last["sk"]}
	}
	return out, nil
}

// unitsOf is what a strongly consistent read takes, in read units.
func unitsOf(size int) int { return max(1, (size+readUnit-1)/readUnit) }

// reading is what a read takes: of its partitions, and time. It is made three times where a partition has no more, as the AWS SDK does with
// the options of package api/internal/dynamotable.
func (c *client) reading(ctx context.Context, partitions []string, units int, about string, besides time.Duration) error {
	for attempt := range 3 {
		about += strconv.Itoa(attempt)
		if attempt > 0 {
			if err := c.processor.wait(ctx, time.Duration(chance("again"+about)*100*float64(time.Millisecond))); err != nil {
				return err
			}
		}
		if err := c.call(ctx, about, besides+4*time.Millisecond, 2*time.Millisecond); err != nil {
			return err
		}
		taken := true
		for _, partition := range partitions {
			taken = c.read(partition, units) && taken
		}
		if taken {
			return nil
		}
	}
	return &types.ProvisionedThroughputExceededException{}
}
