output "id" {
  description = "The API's id."
  value       = aws_api_gateway_rest_api.this.id
}

output "stage" {
  description = "The stage's name."
  value       = aws_api_gateway_stage.this.stage_name
}

output "kind" {
  description = "The kind of gateway, as in mode files."
  value       = "REST"
}

output "url" {
  description = "The address that the contract's paths follow."
  value       = aws_api_gateway_stage.this.invoke_url
}

output "execution_arn" {
  description = "The ARN of which requests' ARNs are made, for permissions and policies."
  value       = aws_api_gateway_rest_api.this.execution_arn
}

output "stage_arn" {
  description = "The stage's ARN, for a web ACL."
  value       = aws_api_gateway_stage.this.arn
}

output "access_log_group" {
  description = "Name of the access log's group."
  value       = aws_cloudwatch_log_group.access.name
}

output "operations" {
  description = "\"GET /path\" -> how the gateway guards it: authorization, scopes, api_key_required, and whether it is public."
  value = { for key, method in aws_api_gateway_method.operation : key => {
    authorization    = method.authorization
    scopes           = local.plan.operations[key].authorizationScopes
    api_key_required = method.api_key_required
    public           = local.plan.operations[key].public
  } }
}

output "user_pools_authorizer_id" {
  description = "Id of the authorizer by which the gateway itself checks tokens of user pools; null in modes of another authorization."
  value       = one(aws_api_gateway_authorizer.user_pools[*].id)
}
