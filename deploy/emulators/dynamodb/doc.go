// Package dynamodb is a small Amazon DynamoDB for one machine: an http.Handler that speaks its own protocol, with tables in
// memory, so that the AWS CLI, the AWS SDKs and programs built with them work against it unchanged once
// AWS_ENDPOINT_URL_DYNAMODB names its address, as on a desk:
//
//	AWS_ENDPOINT_URL_DYNAMODB=http://127.0.0.1:8080/_aws aws dynamodb list-tables
//
// It answers CreateTable, DescribeTable, ListTables, UpdateTable, DeleteTable, UpdateTimeToLive, DescribeTimeToLive, GetItem,
// BatchGetItem, PutItem, UpdateItem, DeleteItem, BatchWriteItem, TransactWriteItems, TransactGetItems, Query and Scan, with expressions, on tables
// with and without sort keys and with global secondary indexes that are made with them. At the same address, and for AWS_ENDPOINT_URL_DYNAMODB_STREAMS, it answers
// ListStreams, DescribeStream, GetShardIterator and GetRecords of DynamoDB Streams, with one shard a stream. It refuses what it
// does not have: other operations, local secondary indexes, what UpdateTable does beside enabling and disabling streams, the
// parameters from before expressions, and every member of a request that it does not know.
//
// Each request on a table is done as if it were alone, and changes the table, its indexes and its stream at once, so all reads
// are consistent. So is a transaction, for all its tables; a batch is not, but none of its writes is done where one cannot be.
// No transaction is cancelled for another: they wait. Items are listed in the order of their partition keys, and then of their
// sort keys. A time to live is kept and shown, and deletes nothing until [Handler.Sweep] is called: DynamoDB too deletes days
// late. Programs that have the Handler read its streams by [Handler.Stream], without asking again and again.
//
// It is for desks and for tests. It is not for production: signatures and credentials are not checked, nothing is kept
// when it stops, and there is no throughput to exceed.
//
// Source: https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/ and, of streams,
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Streams.html.
package dynamodb
