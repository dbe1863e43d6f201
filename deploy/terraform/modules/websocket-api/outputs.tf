output "id" {
  description = "The API's id."
  value       = var.api.id
}

output "stage" {
  description = "The stage's name, known once the stage is there."
  value       = aws_apigatewayv2_stage.this.name
}

output "kind" {
  description = "The kind of gateway, as in mode files."
  value       = "WEBSOCKET"
}

output "url" {
  description = "The address that clients connect to, wss://…."
  value       = aws_apigatewayv2_stage.this.invoke_url
}

output "execution_arn" {
  description = "What begins the ARNs of the API's routes and authorizers, for permissions and IAM policies."
  value       = var.api.execution_arn
}

output "access_log_group" {
  description = "Name of the access log's group."
  value       = aws_cloudwatch_log_group.access.name
}

output "operations" {
  description = "\"$connect\" -> how the gateway guards it: its authorization in API Gateway's words, whether it asks for an API key, and whether it is public. The gateway guards no message."
  value = { for key, route in aws_apigatewayv2_route.operation : key => {
    authorization    = route.authorization_type
    api_key_required = route.api_key_required
    public           = local.plan.operations[key].public
  } if key == "$connect" }
}

output "deployment_inputs" {
  description = "Hash of all that the API is made from: another one is another deployment."
  value       = aws_apigatewayv2_deployment.this.triggers.inputs
}
