// Package rest answers requests as a REST API does (AWS: API Gateway, version 1): it routes them, shapes the events of
// functions and authorizers, validates, keeps answers, and words what is refused as gateway responses. See
// https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-rest-api.html.
package rest
