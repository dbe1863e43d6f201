output "name" {
  description = "The function's name."
  value       = aws_lambda_function.this.function_name
}

output "arn" {
  description = "The function's ARN, without a version."
  value       = aws_lambda_function.this.arn
}

output "invoke_arn" {
  description = "The URI by which API Gateway invokes the function's newest code."
  value       = aws_lambda_function.this.invoke_arn
}

output "alias" {
  description = "The alias that callers use; it stands for the live version, and the newest in the share of calls that is a canary's."
  value       = aws_lambda_alias.live.name
}

output "alias_arn" {
  description = "The alias' ARN, by which event sources and schedules invoke the function."
  value       = aws_lambda_alias.live.arn
}

output "alias_invoke_arn" {
  description = "The URI by which API Gateway invokes the alias."
  value       = aws_lambda_alias.live.invoke_arn
}

output "version" {
  description = "The newest published version, which live_version pins later."
  value       = aws_lambda_function.this.version
}

output "log_group" {
  description = "Name of the function's log group."
  value       = aws_cloudwatch_log_group.this.name
}

output "timeout" {
  description = "Seconds after which an invocation is ended."
  value       = aws_lambda_function.this.timeout
}
