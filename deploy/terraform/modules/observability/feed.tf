# What is watched of a function that streams and a clock invoke, besides its API.
# https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html
# https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-monitoring.html

locals {
  # Lines about what can never be done, and was passed over: a record, a change, what is kept of a subscriber. And about a revocation that
  # does not say which tokens it is about: it was taken for one of all. Of ERROR are other lines, too, about what comes again.
  passed_over = "{ $.level = \"ERROR\" && ($.msg = \"*passed over\" || $.msg = \"record not understood\") }"

  feed_alarms = merge([for feed in var.feed[*] : {
    # The age of the last record of a batch when the batch is done: of all streams of a function, there is one metric.
    age = {
      metric      = { namespace = "AWS/Lambda", name = "IteratorAge", dimensions = { FunctionName = feed.function_name }, stat = "Maximum" }
      above       = var.thresholds.feed_age_seconds * 1000
      description = "What has changed was told, or a revoked credential's connections were closed, more than ${var.thresholds.feed_age_seconds} s later: ${feed.function_name} fails, or has more to do than it can."
    }
    errors = {
      metric      = { namespace = "AWS/Lambda", name = "Errors", dimensions = { FunctionName = feed.function_name }, stat = "Sum" }
      above       = var.thresholds.feed_errors - 1
      description = "${feed.function_name} failed, of messages, streams or the clock. Look at its log."
    }
    passed-over = {
      metric      = { namespace = local.namespace, name = "${feed.function_name}-PassedOver", dimensions = null, stat = "Sum" }
      above       = var.thresholds.feed_passed_over - 1
      description = "${feed.function_name} passed over what it can never read or send: a record, a change or a subscriber; or closed too many connections for a revocation. Look for `passed over` and `not understood` in its log."
    }
    undone = {
      metric      = { namespace = "AWS/SQS", name = "ApproximateNumberOfMessagesVisible", dimensions = { QueueName = feed.queue_name }, stat = "Maximum" }
      above       = 0
      description = "${feed.queue_name} tells of records that ${feed.function_name} did not do in time, and will not: they can be read again for 24 hours."
    }
    # Of what the queue should have told, this is all that is left.
    untold = {
      metric      = { namespace = "AWS/Lambda", name = "DestinationDeliveryFailures", dimensions = { FunctionName = feed.function_name }, stat = "Sum" }
      above       = 0
      description = "Lambda gave up records of ${feed.function_name}, and could not tell of them in ${feed.queue_name}: the function's role may not send to it, or the queue is gone."
    }
  }]...)
}

resource "aws_cloudwatch_log_metric_filter" "passed_over" {
  count = length(var.feed[*])

  name           = "${var.feed.function_name}-passed-over"
  log_group_name = var.feed.log_group
  pattern        = local.passed_over

  metric_transformation {
    namespace     = local.namespace
    name          = "${var.feed.function_name}-PassedOver"
    value         = "1"
    default_value = "0"
    unit          = "Count"
  }
}

resource "aws_cloudwatch_metric_alarm" "feed" {
  for_each = local.feed_alarms

  alarm_name          = "${var.feed.function_name}-${each.key}"
  alarm_description   = each.value.description
  namespace           = each.value.metric.namespace
  metric_name         = each.value.metric.name
  dimensions          = each.value.metric.dimensions
  statistic           = each.value.metric.stat
  comparison_operator = "GreaterThanThreshold"
  threshold           = each.value.above
  period              = local.period
  evaluation_periods  = 1
  treat_missing_data  = "notBreaching"
  alarm_actions       = var.alarm_actions
  ok_actions          = var.alarm_actions

  depends_on = [aws_cloudwatch_log_metric_filter.passed_over]
}

# The only one for which no data is an alarm: a rule that is not there, or not enabled, counts nothing. An invocation that failed for
# good is counted among the invocations too, so it is taken off.
resource "aws_cloudwatch_metric_alarm" "schedule" {
  count = length(var.feed[*])

  alarm_name          = "${var.feed.function_name}-schedule"
  alarm_description   = "${var.feed.rule_name} has not invoked ${var.feed.function_name} for five minutes: connections whose credential has ended stay open."
  comparison_operator = "LessThanThreshold"
  threshold           = 1
  evaluation_periods  = 1
  treat_missing_data  = "breaching"
  alarm_actions       = var.alarm_actions
  ok_actions          = var.alarm_actions

  metric_query {
    id          = "handed"
    label       = "invocations that did not fail"
    expression  = "FILL(invocations, 0) - FILL(failed, 0)"
    return_data = true
  }

  dynamic "metric_query" {
    for_each = { invocations = "Invocations", failed = "FailedInvocations" }
    content {
      id = metric_query.key
      metric {
        namespace   = "AWS/Events"
        metric_name = metric_query.value
        dimensions  = { RuleName = var.feed.rule_name }
        stat        = "Sum"
        period      = local.period
      }
    }
  }
}
