output "id" {
  description = "The API's id."
  value       = aws_apigatewayv2_api.this.id
}

output "stage" {
  description = "The stage's name, known once the stage is there."
  value       = aws_apigatewayv2_stage.this.name
}

output "kind" {
  description = "The kind of gateway, as in mode files."
  value       = "HTTP"
}

output "url" {
  description = "The address that the contract's paths follow."
  value       = trimsuffix(aws_apigatewayv2_stage.this.invoke_url, "/")
}

output "execution_arn" {
  description = "What begins the ARNs of the API's routes and authorizers, for permissions and IAM policies."
  value       = aws_apigatewayv2_api.this.execution_arn
}

output "access_log_group" {
  description = "Name of the access log's group."
  value       = aws_cloudwatch_log_group.access.name
}

output "operations" {
  description = "\"GET /things/{id}\", or $default -> its authorization in API Gateway's words, whether it is public, and whether it asks for an API key, which no HTTP API does."
  value = { for key, route in aws_apigatewayv2_route.operation : key => {
    authorization    = route.authorization_type
    api_key_required = false
    public           = local.plan.operations[key].public
  } }
}

output "deployment_inputs" {
  description = "Hash of all that the API is made from: another one is another deployment."
  value       = aws_apigatewayv2_deployment.this.triggers.inputs
}
