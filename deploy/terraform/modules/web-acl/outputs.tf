output "arn" {
  description = "The web ACL's ARN."
  value       = aws_wafv2_web_acl.this.arn
}

output "log_group" {
  description = "Name of the log group of the web ACL's log."
  value       = aws_cloudwatch_log_group.this.name
}
