// Package eventsource is AWS Lambda's event source mapping of a DynamoDB stream, for one machine: it reads the stream, and has a
// function handle its records, as Lambda does.
//
//	mapping, err := eventsource.New(eventsource.Config{Source: eventsource.OfTable(stream), Function: function, Report: true})
//	mapping.Run(ctx, hardStop)
//
// The records of a shard come in order, in one batch at a time. A batch that fails comes again, after a pause, until the function
// is done with it or a rule gives it up: [Config] has Lambda's rules, by its names for them. The shards of a stream are read at
// once, but a shard that goes on from another one only when that has been read to its end.
//
// A Source is [OfTable], for the tables of package dynamodb, or one of package streams, for those of a DynamoDB elsewhere.
//
// It keeps Lambda's rules for streams of DynamoDB, and has no more of it: no filters, no windows that tumble, one batch of a shard
// at a time. It is for desks and for tests: how far it has read is kept nowhere.
//
// Source: https://docs.aws.amazon.com/lambda/latest/dg/with-ddb.html.
package eventsource
