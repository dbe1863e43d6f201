# What is watched besides errors. None watches the metric Errors of an authorizer's function: by the gateway's protocol
# each 401 is an invocation that failed, so whoever sends bad tokens would set it off.

locals {
  # The authorizers' and the other functions; names of modes and functions may be the same.
  all_functions = merge(
    { for mode, authorizer in var.authorizers : "authorizer-${mode}" => authorizer.function_name },
    { for name, function in var.functions : "function-${name}" => function.function_name },
  )
  decision_alarms = merge(
    { for mode in keys(var.authorizers) : "${mode}-KeysUnavailable" => {
      name        = "${mode}-keys-unavailable"
      threshold   = var.thresholds.keys_unavailable
      description = "The authorizer of ${mode} has no key set of an issuer and can reach none: good tokens get a 500. Look at `error` in its decision log."
    } },
    { for mode in keys(var.authorizers) : "${mode}-CannotTell" => {
      name        = "${mode}-cannot-tell"
      threshold   = var.thresholds.cannot_tell
      description = "The authorizer of ${mode} could not tell who calls: key sets, the table of API keys, or its own settings. Look at `reason` in its decision log."
    } },
  )
}

resource "aws_cloudwatch_metric_alarm" "decisions" {
  for_each = local.decision_alarms

  alarm_name          = "${var.name}-${each.value.name}"
  alarm_description   = each.value.description
  namespace           = local.namespace
  metric_name         = each.key
  statistic           = "Sum"
  comparison_operator = "GreaterThanOrEqualToThreshold"
  threshold           = each.value.threshold
  period              = local.period
  evaluation_periods  = 1
  treat_missing_data  = "notBreaching"
  alarm_actions       = var.alarm_actions
  ok_actions          = var.alarm_actions

  depends_on = [aws_cloudwatch_log_metric_filter.this]
}

# An invocation that is ended counts with its whole timeout.
resource "aws_cloudwatch_metric_alarm" "duration" {
  for_each = var.authorizers

  alarm_name          = "${var.name}-${each.key}-authorizer-duration"
  alarm_description   = "One in a hundred invocations of the authorizer of ${each.key} takes more than ${var.thresholds.duration_percent} % of its timeout of ${each.value.timeout} s."
  namespace           = "AWS/Lambda"
  metric_name         = "Duration"
  dimensions          = { FunctionName = each.value.function_name }
  extended_statistic  = "p99"
  comparison_operator = "GreaterThanThreshold"
  threshold           = each.value.timeout * 10 * var.thresholds.duration_percent # of milliseconds
  period              = local.period
  evaluation_periods  = 1
  treat_missing_data  = "notBreaching"
  alarm_actions       = var.alarm_actions
  ok_actions          = var.alarm_actions
}

resource "aws_cloudwatch_metric_alarm" "throttles" {
  for_each = local.all_functions

  alarm_name          = "${var.name}-${each.key}-throttles"
  alarm_description   = "Lambda refused to run ${each.value}: its reserved concurrency or the account's is used up."
  namespace           = "AWS/Lambda"
  metric_name         = "Throttles"
  dimensions          = { FunctionName = each.value }
  statistic           = "Sum"
  comparison_operator = "GreaterThanOrEqualToThreshold"
  threshold           = var.thresholds.throttles
  period              = local.period
  evaluation_periods  = 1
  treat_missing_data  = "notBreaching"
  alarm_actions       = var.alarm_actions
  ok_actions          = var.alarm_actions
}
