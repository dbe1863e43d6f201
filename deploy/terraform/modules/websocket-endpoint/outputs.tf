output "id" {
  description = "The API's id."
  value       = aws_apigatewayv2_api.this.id
}

output "execution_arn" {
  description = "What begins the ARNs of the API's routes and authorizers, for permissions and IAM policies."
  value       = aws_apigatewayv2_api.this.execution_arn
}

output "connections_arn" {
  description = "ARN of what may be done with the stage's connections, for IAM policies that allow execute-api:ManageConnections; POST in place of the first * is to send alone, and DELETE to close."
  value       = "${aws_apigatewayv2_api.this.execution_arn}/${var.stage}/*/@connections/*"
}

output "connections_endpoint" {
  description = "The address that @connections follows, https://…, where programs send to connections and close them; an API that answers at its custom domain only has it there instead."
  value       = "${replace(aws_apigatewayv2_api.this.api_endpoint, "wss://", "https://")}/${var.stage}"
}

output "disable_execute_api_endpoint" {
  description = "Whether the API answers at its custom domain only."
  value       = aws_apigatewayv2_api.this.disable_execute_api_endpoint
}
