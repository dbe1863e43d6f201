output "name" {
  description = "The function's name."
  value       = aws_lambda_function.this.function_name
}

output "invoke_arn" {
  description = "The URI by which API Gateway invokes the function's newest code."
  value       = aws_lambda_function.this.invoke_arn
}

output "alias" {
  description = "The alias that callers use; it stands for the published version."
  value       = aws_lambda_alias.live.name
}

output "alias_invoke_arn" {
  description = "The URI by which API Gateway invokes the alias."
  value       = aws_lambda_alias.live.invoke_arn
}
