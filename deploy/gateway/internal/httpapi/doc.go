// Package httpapi answers requests as an HTTP API does (AWS: API Gateway, version 2): it routes them, answers
// preflights, shapes the events of functions and authorizers in both payload formats, and words what is refused. See
// https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api.html.
package httpapi
