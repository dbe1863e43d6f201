// Package dynamo keeps the connections of a WebSocket API in a DynamoDB table with the partition key "pk" and the sort key "sk", both
// strings, and one global secondary index, "ends", with the partition key "endsIn", a string, and the sort key "endsAt", a number,
// onto which keys are projected and nothing else. It needs the permissions dynamodb:GetItem, PutItem, UpdateItem, DeleteItem and Query
// on the table, Query on the index, and no other.
//
// There are three kinds of items:
//
//	pk               sk   what it is
//	connection#ID    ID   a connection; the only kind that is in the index
//	topic#NAME       ID   that a connection is subscribed to a topic
//	revocation#NAME  ID   that a revocation ends a connection
//
// So one query reads those that are subscribed to a topic, some 3,000 with each megabyte where five revocations would end each, however many
// connections there are; DynamoDB splits the items of a topic between partitions by their sort keys as they are read more.
// The attribute "expiresAt" is for the table's time to live: what nobody removed goes some time after API Gateway has closed the connection.
package dynamo

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"portcullis/api/internal/awsfailure"
	"portcullis/api/internal/dynamotable"
	"portcullis/api/live/connections"
)

// Client is what a Store needs of *dynamodb.Client.
type Client interface {
	GetItem(context.Context, *dynamodb.GetItemInput, ...func(*dynamodb.Options)) (*dynamodb.GetItemOutput, error)
	PutItem(context.Context, *dynamodb.PutItemInput, ...func(*dynamodb.Options)) (*dynamodb.PutItemOutput, error)
	UpdateItem(context.Context, *dynamodb.UpdateItemInput, ...func(*dynamodb.Options)) (*dynamodb.UpdateItemOutput, error)
	DeleteItem(context.Context, *dynamodb.DeleteItemInput, ...func(*dynamodb.Options)) (*dynamodb.DeleteItemOutput, error)
	Query(context.Context, *dynamodb.QueryInput, ...func(*dynamodb.Options)) (*dynamodb.QueryOutput, error)
}

// callTimeout bounds each call of DynamoDB, with all its attempts; an earlier deadline of the context counts.
const callTimeout = 5 * time.Second

// Store is a connections.Store in a DynamoDB table. It is safe for concurrent use.
type Store struct {
	client Client
	table  string

	again, ifUndone func(*dynamodb.Options)
}

// TableNameError says that a name cannot be a table's.
type TableNameError = dynamotable.NameError

// New returns the store in a table, or a [*TableNameError]. It calls nobody: whether the table is there shows with the first
// connection.
func New(client Client, table string) (*Store, error) {
	if client == nil {
		return nil, errors.New("dynamo: client is nil")
	}
	if err := dynamotable.CheckName(table); err != nil {
		return nil, err
	}
	return &Store{client: client, table: table, again: dynamotable.Again(), ifUndone: dynamotable.AgainIfUndone()}, nil
}

// Open implements [connections.Store]. What revocations end it by is written before it, so that there is no connection that a
// revocation would not find.
func (s *Store) Open(ctx context.Context, c connections.Connection) error {
	if err := c.Validate(); err != nil {
		return err
	}
	for _, name := range c.Revocations {
		if err := s.put(ctx, entryOf(revocationKey(name), subscriberOf(c))); err != nil {
			return err
		}
	}
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	_, err := s.client.PutItem(ctx, &dynamodb.PutItemInput{
		TableName: &s.table, Item: itemOf(c), ConditionExpression: aws.String("attribute_not_exists(pk)"),
	}, s.ifUndone)
	if dynamotable.Refused(err) != nil {
		return connections.ErrExists
	}
	return s.failed("PutItem", err)
}

func (s *Store) put(ctx context.Context, item item) error {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	_, err := s.client.PutItem(ctx, &dynamodb.PutItemInput{TableName: &s.table, Item: item}, s.again)
	return s.failed("PutItem", err)
}

// Get implements [connections.Store].
func (s *Store) Get(ctx context.Context, id string) (connections.Connection, error) {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	out, err := s.client.GetItem(ctx, &dynamodb.GetItemInput{TableName: &s.table, Key: keyOf(connectionKey(id), id), ConsistentRead: aws.Bool(true)}, s.again)
	switch {
	case err != nil:
		return connections.Connection{}, s.failed("GetItem", err)
	case out.Item == nil:
		return connections.Connection{}, connections.ErrNotFound
	}
	return connectionOf(out.Item)
}

// Subscribe implements [connections.Store]. The connection knows of the topic before the topic knows of the connection, so that who
// forgets it finds all its topics.
func (s *Store) Subscribe(ctx context.Context, id, topic string) error {
	if err := connections.CheckTopic(topic); err != nil {
		return err
	}
	c, err := s.changeTopics(ctx, id, "ADD topics :topic", "attribute_not_exists(topics) OR contains(topics, :name) OR size(topics) < :most", values{
		":topic": set(topic), ":name": text(topic), ":most": number(connections.MaxTopics),
	})
	if err != nil {
		return err
	}
	return s.put(ctx, entryOf(topicKey(topic), subscriberOf(c)))
}

// Unsubscribe implements [connections.Store].
func (s *Store) Unsubscribe(ctx context.Context, id, topic string) error {
	if connections.CheckTopic(topic) != nil {
		_, err := s.Get(ctx, id)
		return err
	}
	if err := s.delete(ctx, topicKey(topic), id); err != nil {
		return err
	}
	_, err := s.changeTopics(ctx, id, "DELETE topics :topic", "", values{":topic": set(topic)})
	return err
}

// changeTopics changes the topics of a connection that is there, and gives it as it is then.
func (s *Store) changeTopics(ctx context.Context, id, update, condition string, v values) (connections.Connection, error) {
	if condition != "" {
		condition = " AND (" + condition + ")"
	}
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	out, err := s.client.UpdateItem(ctx, &dynamodb.UpdateItemInput{
		TableName: &s.table, Key: keyOf(connectionKey(id), id), UpdateExpression: &update, ExpressionAttributeValues: v,
		ConditionExpression: aws.String("attribute_exists(pk)" + condition), ReturnValues: types.ReturnValueAllNew,
		ReturnValuesOnConditionCheckFailure: types.ReturnValuesOnConditionCheckFailureAllOld,
	}, s.again)
	switch refused := dynamotable.Refused(err); {
	case refused != nil && len(refused.Item) == 0:
		return connections.Connection{}, connections.ErrNotFound
	case refused != nil:
		return connections.Connection{}, connections.ErrTooMany
	case err != nil:
		return connections.Connection{}, s.failed("UpdateItem", err)
	}
	return connectionOf(out.Attributes)
}

// Forget implements [connections.Store]. The connection goes last, and only where it is as it was found, so that none of its topics
// keeps it: one may be subscribed to meanwhile.
func (s *Store) Forget(ctx context.Context, id string) error {
	for {
		c, err := s.Get(ctx, id)
		if err != nil {
			return ignoring(err, connections.ErrNotFound)
		}
		for _, key := range keysOf(c) {
			if err := s.delete(ctx, key, id); err != nil {
				return err
			}
		}
		if gone, err := s.deleteAsIs(ctx, c); gone || err != nil {
			return err
		}
	}
}

func ignoring(err, none error) error {
	if errors.Is(err, none) {
		return nil
	}
	return err
}

func (s *Store) delete(ctx context.Context, pk, id string) error {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	_, err := s.client.DeleteItem(ctx, &dynamodb.DeleteItemInput{TableName: &s.table, Key: keyOf(pk, id)}, s.again)
	return s.failed("DeleteItem", err)
}

// deleteAsIs removes a connection that has the topics that were seen; false: it has others.
func (s *Store) deleteAsIs(ctx context.Context, c connections.Connection) (gone bool, err error) {
	condition, v := "attribute_not_exists(topics)", values(nil)
	if len(c.Topics) > 0 {
		condition, v = "attribute_not_exists(pk) OR topics = :seen", values{":seen": set(c.Topics...)}
	}
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	_, err = s.client.DeleteItem(ctx, &dynamodb.DeleteItemInput{
		TableName: &s.table, Key: keyOf(connectionKey(c.ID), c.ID), ConditionExpression: &condition, ExpressionAttributeValues: v,
	}, s.again)
	if dynamotable.Refused(err) != nil {
		return false, nil
	}
	return err == nil, s.failed("DeleteItem", err)
}

// Subscribers implements [connections.Store].
func (s *Store) Subscribers(ctx context.Context, topic string) iter.Seq2[connections.Subscriber, error] {
	return each(s, ctx, s.of(topicKey(topic)), subscriberIn)
}

// Revoked implements [connections.Store].
func (s *Store) Revoked(ctx context.Context, name string) iter.Seq2[connections.Subscriber, error] {
	return each(s, ctx, s.of(revocationKey(name)), subscriberIn)
}

// of asks for all items of a partition key.
func (s *Store) of(pk string) *dynamodb.QueryInput {
	return &dynamodb.QueryInput{
		TableName: &s.table, KeyConditionExpression: aws.String("pk = :pk"), ExpressionAttributeValues: values{":pk": text(pk)}, ConsistentRead: aws.Bool(true),
	}
}

// Ended implements [connections.Store].
func (s *Store) Ended(ctx context.Context, at time.Time) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		for _, endsIn := range bucketsUntil(at) {
			for id, err := range each(s, ctx, s.endedIn(endsIn, at), idIn) {
				if !yield(id, err) || err != nil && !errors.As(err, new(*connections.BrokenError)) {
					return
				}
			}
		}
	}
}

// endedIn asks the index for the connections of a bucket whose end had come at a time.
func (s *Store) endedIn(endsIn string, at time.Time) *dynamodb.QueryInput {
	return &dynamodb.QueryInput{
		TableName: &s.table, IndexName: aws.String(endsIndex), KeyConditionExpression: aws.String("endsIn = :in AND endsAt <= :at"),
		ExpressionAttributeValues: values{":in": text(endsIn), ":at": seconds(at)},
	}
}

// each gives what a query finds, page by page, as read reads it.
func each[T any](s *Store, ctx context.Context, in *dynamodb.QueryInput, read func(item) (T, error)) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for {
			page, err := s.query(ctx, in)
			if err != nil {
				yield(*new(T), err)
				return
			}
			for _, found := range page.Items {
				if !yield(read(found)) {
					return
				}
			}
			if in.ExclusiveStartKey = page.LastEvaluatedKey; in.ExclusiveStartKey == nil {
				return
			}
		}
	}
}

func (s *Store) query(ctx context.Context, in *dynamodb.QueryInput) (*dynamodb.QueryOutput, error) {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	out, err := s.client.Query(ctx, in, s.again)
	return out, s.failed("Query", err)
}

// failed returns nil for nil, and otherwise err with what failed, as a *connections.UnavailableError where it may pass.
func (s *Store) failed(operation string, err error) error {
	if err == nil {
		return nil
	}
	err = fmt.Errorf("%s on table %q: %w", operation, s.table, err)
	if awsfailure.MayPass(err) {
		return &connections.UnavailableError{Err: err}
	}
	return err
}
