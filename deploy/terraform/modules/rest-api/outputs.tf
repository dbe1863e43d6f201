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
