package dynamodb

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"hash/crc32"
	"io"
	"net/http"
	"strconv"
	"unicode/utf8"

	"portcullis/deploy/emulators/internal/wire"
)

// maxBody bounds a request: one item of 400 KB fits, in base64 too. maxWritesBody bounds those that have many.
// Source: API reference, BatchWriteItem.
const (
	maxBody       = 1 << 20
	maxWritesBody = 16 << 20
)

// operation answers a request.
type operation func(*Handler, *request) (any, *apiError)

// operations are the API, by the names that X-Amz-Target ends with, and streamsOperations that of DynamoDB Streams.
var operations = map[string]operation{
	"CreateTable":        (*Handler).createTable,
	"DescribeTable":      (*Handler).describeTable,
	"ListTables":         (*Handler).listTables,
	"UpdateTable":        (*Handler).updateTable,
	"DeleteTable":        (*Handler).deleteTable,
	"UpdateTimeToLive":   (*Handler).updateTimeToLive,
	"DescribeTimeToLive": (*Handler).describeTimeToLive,
	"GetItem":            (*Handler).getItem,
	"PutItem":            (*Handler).putItem,
	"UpdateItem":         (*Handler).updateItem,
	"DeleteItem":         (*Handler).deleteItem,
	"BatchGetItem":       (*Handler).batchGetItem,
	"BatchWriteItem":     (*Handler).batchWriteItem,
	"TransactWriteItems": (*Handler).transactWriteItems,
	"TransactGetItems":   (*Handler).transactGetItems,
	"Query":              (*Handler).query,
	"Scan":               (*Handler).scan,
}

var streamsOperations = map[string]operation{
	"ListStreams":      (*Handler).listStreams,
	"DescribeStream":   (*Handler).describeStream,
	"GetShardIterator": (*Handler).getShardIterator,
	"GetRecords":       (*Handler).getRecords,
}

// Operations are the names of the operations of DynamoDB that a Handler has, in order.
func Operations() []string { return wire.Names(operations) }

// StreamsOperations are the names of the operations of DynamoDB Streams that a Handler has, in order.
func StreamsOperations() []string { return wire.Names(streamsOperations) }

// ServeHTTP answers one operation; the request's path does not matter. It speaks AWS JSON 1.0: one POST, the operation in
// a header, 200 or an error in DynamoDB's form. The answer carries its CRC-32, which the SDKs check.
// See https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.LowLevelAPI.html.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	status := http.StatusOK
	answer, failure := h.operate(w, r)
	if failure != nil {
		answer, status = failure, failure.status
		if status == 0 {
			status = http.StatusBadRequest
		}
	}
	body, err := json.Marshal(answer)
	if err != nil {
		http.Error(w, "dynamodb: "+err.Error(), http.StatusInternalServerError)
		return
	}
	header := w.Header()
	header.Set("Content-Type", wire.JSON10)
	header.Set("Content-Length", strconv.Itoa(len(body)))
	header.Set("X-Amzn-Requestid", rand.Text()+rand.Text())
	header.Set("X-Amz-Crc32", strconv.FormatUint(uint64(crc32.ChecksumIEEE(body)), 10))
	w.WriteHeader(status)
	_, _ = w.Write(body) // the client may be gone
}

func (h *Handler) operate(w http.ResponseWriter, r *http.Request) (any, *apiError) {
	service, operations := service, operations
	if asked, _ := wire.Target(r); asked == streamsService {
		service, operations = streamsService, streamsOperations
	}
	name, operation, problem := wire.Operation(r, wire.JSON10, service, operations)
	if problem != "" {
		return nil, &apiError{Type: unknownOperation, Message: problem}
	}
	most := maxBody
	if name == "BatchWriteItem" || name == "TransactWriteItems" {
		most = maxWritesBody
	}
	body, failure := readBody(w, r, most)
	if failure != nil {
		return nil, failure
	}
	request, failure := parseRequest(body)
	if failure != nil {
		return nil, failure
	}
	return operation(h, request)
}

func readBody(w http.ResponseWriter, r *http.Request, most int) ([]byte, *apiError) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, int64(most)))
	switch {
	case errors.As(err, new(*http.MaxBytesError)):
		return nil, tooLarge(most)
	case err != nil:
		return nil, &apiError{Type: serialization, Message: "The request could not be read: " + err.Error()}
	case !utf8.Valid(body):
		return nil, &apiError{Type: serialization, Message: "The request is not UTF-8"}
	}
	return body, nil
}
