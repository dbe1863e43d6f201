output "id" {
  description = "The API's id."
  value       = local.api_id
}

output "stage" {
  description = "The stage's name."
  value       = local.api.stage
}

output "stage_arn" {
  description = "ARN of a REST API's stage, for WAF; null for others, which can have none."
  value       = local.kind == "REST" ? module.rest_api[0].stage_arn : null
}

output "kind" {
  description = "The kind of gateway: REST, HTTP or WEBSOCKET."
  value       = local.api.kind
}

output "url" {
  description = "The address that the contract's paths follow, or that WebSocket clients connect to."
  value       = local.api.url
}

output "execution_arn" {
  description = "What begins the ARNs of the API's operations, for IAM policies."
  value       = local.api_execution_arn
}

output "operations" {
  description = "\"GET /things/{id}\", or of a WebSocket API $connect alone -> its authorization in API Gateway's words, and whether it asks for an API key."
  value = { for key, operation in local.api.operations : key => {
    authorization    = operation.authorization
    api_key_required = operation.api_key_required
  } }
}

output "authorizer" {
  description = "The Lambda authorizer's function: name, alias, newest published version, log group and timeout in seconds; null where the gateway itself checks."
  value       = local.asks ? module.authorizer[0].function : null
}

output "usage_plans" {
  description = "Tier -> the id of its usage plan; \"\" is the mode's own plan."
  value       = { for tier, plan in module.usage_plan : tier => plan.id }
}

output "api_keys" {
  description = "Tier -> name -> the value of the plan's API key; \"\" is the mode's own plan."
  value       = { for tier, plan in module.usage_plan : tier => plan.key_values }
  sensitive   = true
}
