output "role_arn" {
  description = "ARN of the role, known once the region's APIs use it."
  value       = aws_api_gateway_account.this.cloudwatch_role_arn
}
