// Package apigateway is the control plane of Amazon API Gateway for API keys and usage plans, as an http.Handler over
// the registry that a local gateway counts requests with. It speaks the service's REST-JSON protocol, so that the AWS
// SDKs and the AWS CLI work against it unchanged, as on a desk:
//
//	aws apigateway create-api-key --endpoint-url http://127.0.0.1:8080/_aws --name ann --enabled
//
// It does CreateApiKey, GetApiKeys, GetApiKey, UpdateApiKey, DeleteApiKey, CreateUsagePlan, GetUsagePlans, GetUsagePlan,
// UpdateUsagePlan, DeleteUsagePlan, CreateUsagePlanKey, GetUsagePlanKeys, GetUsagePlanKey, DeleteUsagePlanKey and GetUsage.
// What it does not know, an operation, a parameter, a member of a body or a path of a patch, it refuses and names; it
// ignores nothing.
//
// It is for desks and tests, and not for anyone else to reach: it checks no credentials and no signature, and whoever
// calls it reads the values of keys.
//
// See https://docs.aws.amazon.com/apigateway/latest/api/API_Operations.html.
package apigateway
