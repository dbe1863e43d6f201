# Not of the mappings: the function that they invoke is given what is here.
output "queue_arn" {
  description = "ARN of the queue of what could not be done, to which the function's role needs sqs:SendMessage."
  value       = aws_sqs_queue.undone.arn
}

output "queue_name" {
  description = "Name of that queue."
  value       = aws_sqs_queue.undone.name
}

output "queue_url" {
  description = "URL of that queue."
  value       = aws_sqs_queue.undone.url
}

output "rule_name" {
  description = "Name of the rule that invokes the function each minute."
  value       = aws_cloudwatch_event_rule.each_minute.name
}
