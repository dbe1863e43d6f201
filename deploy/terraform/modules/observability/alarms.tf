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
    # While they are stale, keys serve: this comes before KeysUnavailable, and hours before it where the issuer answers again.
    { for mode in keys(var.authorizers) : "${mode}-KeysStale" => {
      name        = "${mode}-keys-stale"
      statistic   = "Maximum"
      threshold   = var.thresholds.keys_stale_seconds
      description = "An issuer of ${mode} has not answered for its keys for ${var.thresholds.keys_stale_seconds} s beyond their time. They serve for 24 hours, and a key that it withdrew with them; then its tokens get a 500. Look at `keysStaleSeconds` by `issuer` in the decision log."
    } },
    { for mode in keys(var.authorizers) : "${mode}-Revoked" => {
      name        = "${mode}-revoked-tokens"
      threshold   = var.thresholds.revoked_tokens
      description = "Somebody goes on calling ${mode} with tokens that were revoked. Look at `sub` and `issuer` of `token-revoked` in its decision log."
    } },
    { for mode in keys(var.authorizers) : "${mode}-Bound" => {
      name        = "${mode}-bound-tokens"
      threshold   = var.thresholds.bound_tokens
      description = "The authorizer of ${mode} refuses tokens that are bound to a key of their sender (cnf: DPoP, mutual TLS), of which nobody here can ask for a proof. Look at `hint` of `token-bound` in its decision log."
    } },
    { for mode, authorizer in var.authorizers : "${mode}-KeysFlood" => {
      name        = "${mode}-api-keys-flood"
      threshold   = var.thresholds.api_keys_flood
      description = "Somebody makes API keys up faster than the authorizer of ${mode} looks them up: good keys that it has not seen in a minute get a 500. Look for who is refused in the access log."
    } if authorizer.api_keys },
  )
}

resource "aws_cloudwatch_metric_alarm" "decisions" {
  for_each = local.decision_alarms

  alarm_name          = "${var.name}-${each.value.name}"
  alarm_description   = each.value.description
  namespace           = local.namespace
  metric_name         = each.key
  statistic           = lookup(each.value, "statistic", "Sum")
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

# Each write that DynamoDB did, of the command and of the function tokens alike: it is the one place that all revocations pass.
# https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/metrics-dimensions.html
resource "aws_cloudwatch_metric_alarm" "revocations" {
  count = length(var.revocations_table[*])

  alarm_name          = "${var.name}-revocations-written"
  alarm_description   = "${var.thresholds.revocations_written} or more revocations were written to ${var.revocations_table} in five minutes: many users sign out, or somebody revokes what should be good. `portcullis audit list` tells what the command wrote."
  namespace           = "AWS/DynamoDB"
  metric_name         = "SuccessfulRequestLatency"
  dimensions          = { TableName = var.revocations_table, Operation = "PutItem" }
  statistic           = "SampleCount"
  comparison_operator = "GreaterThanOrEqualToThreshold"
  threshold           = var.thresholds.revocations_written
  period              = local.period
  evaluation_periods  = 1
  treat_missing_data  = "notBreaching"
  alarm_actions       = var.alarm_actions
  ok_actions          = var.alarm_actions
}
