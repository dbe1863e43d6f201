output "id" {
  description = "The plan's id."
  value       = aws_api_gateway_usage_plan.this.id
}

output "name" {
  description = "The plan's name."
  value       = aws_api_gateway_usage_plan.this.name
}

output "key_values" {
  description = "Name -> the key's value, for its holder."
  value       = { for name, key in aws_api_gateway_api_key.this : name => key.value }
  sensitive   = true
}
