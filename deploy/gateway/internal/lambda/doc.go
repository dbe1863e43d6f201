// Package lambda calls Lambda functions as API Gateway does, and reads what they answer to a proxy integration. See
// https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html.
package lambda
