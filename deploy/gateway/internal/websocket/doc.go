// Package websocket serves WebSocket APIs (AWS: API Gateway, version 2): it asks who connects, keeps connections, selects the routes of
// messages, shapes the events of functions and of the authorizer, and lets functions send to connections. See
// https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api.html.
//
// What is not known of AWS was chosen here: all of that stands in refusal.go, and in choices.go.
package websocket
