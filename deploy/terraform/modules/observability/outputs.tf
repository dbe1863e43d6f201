output "alarms" {
  description = "Names of all alarms, sorted."
  value = sort(concat(
    values(aws_cloudwatch_metric_alarm.errors)[*].alarm_name,
    values(aws_cloudwatch_metric_alarm.decisions)[*].alarm_name,
    values(aws_cloudwatch_metric_alarm.duration)[*].alarm_name,
    values(aws_cloudwatch_metric_alarm.throttles)[*].alarm_name,
    values(aws_cloudwatch_metric_alarm.feed)[*].alarm_name,
    aws_cloudwatch_metric_alarm.revocations[*].alarm_name,
    aws_cloudwatch_metric_alarm.schedule[*].alarm_name,
  ))
}

output "namespace" {
  description = "Namespace of the metrics of the decision logs; their names are MODE-Allowed, MODE-Unauthorized, and so on."
  value       = local.namespace
}

output "dashboard" {
  description = "The dashboard's name."
  value       = aws_cloudwatch_dashboard.this.dashboard_name
}
