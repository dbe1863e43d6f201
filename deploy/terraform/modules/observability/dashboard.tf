# One dashboard: a row for each API, then two for each authorizer, one for all functions, one for revocations, two for the feed, and one of
# their logs.
# https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html

data "aws_region" "current" {}

locals {
  dimensions = { for mode, api in local.apis : mode => flatten([for name, value in api.dimensions : [name, value]]) }
  api_widgets = flatten([for mode, api in local.apis : [
    { title = "${mode}: requests and errors", stat = "Sum", metrics = [for metric in api.counts :
      concat(["AWS/ApiGateway", metric], local.dimensions[mode], [for stat in lookup(local.stats, metric, null)[*] : { stat = stat }])
    ] },
    { title = "${mode}: latency in ms", stat = "p99", metrics = concat(
      [concat(["AWS/ApiGateway", api.latencies[0]], local.dimensions[mode], [{ stat = "p50" }])],
      [for metric in api.latencies : concat(["AWS/ApiGateway", metric], local.dimensions[mode])],
    ) },
  ]])

  authorizer_widgets = flatten([for mode, authorizer in var.authorizers : [
    { title = "${mode}: decisions", stat = "Sum", metrics = [for metric in keys(local.patterns) : [local.namespace, "${mode}-${metric}", { label = metric }] if contains(local.decided, metric)] },
    { title = "${mode}: authorizer's duration in ms", stat = "p99", metrics = [
      ["AWS/Lambda", "Duration", "FunctionName", authorizer.function_name, { stat = "p50" }],
      ["AWS/Lambda", "Duration", "FunctionName", authorizer.function_name],
    ] },
    { title = "${mode}: refused for what they are", stat = "Sum", metrics = concat(
      [for metric in keys(local.patterns) : [local.namespace, "${mode}-${metric}", { label = metric }] if contains(local.watched, metric) && (authorizer.api_keys || !contains(local.of_keys, metric))],
      [[{ expression = local.of_issuers["${mode}-RevokedByIssuer"], label = "Revoked, by issuer", id = "revoked" }]],
    ) },
    { title = "${mode}: for how many seconds keys have been stale, by issuer", stat = "Maximum", metrics = [[{ expression = local.of_issuers["${mode}-KeysStaleByIssuer"], label = "", id = "stale" }]] },
  ]])

  decided = ["Allowed", "Denied", "Unauthorized", "CannotTell", "KeysUnavailable"]
  watched = ["Revoked", "Bound", "KeysFlood"]

  # The issuers' metrics, of whichever issuers there are. A stack's name may have a hyphen, with which a namespace has to be in quotes:
  # https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/search-expression-syntax.html
  of_issuers = { for name, filter in local.issuer_filters : name =>
    "SEARCH('{\"${local.namespace}\",Issuer} MetricName=\"${name}\"', '${filter.value == "1" ? "Sum" : "Maximum"}', ${local.period})"
  }

  revocation_widgets = [for table in var.revocations_table[*] :
    { title = "Revocations written to, and undone in, ${table}", stat = "SampleCount", metrics = [
      ["AWS/DynamoDB", "SuccessfulRequestLatency", "TableName", table, "Operation", "PutItem"],
      ["AWS/DynamoDB", "SuccessfulRequestLatency", "TableName", table, "Operation", "DeleteItem"],
    ] }
  ]

  # The errors of the functions behind the APIs only: an authorizer's are its 401s.
  function_widgets = [
    { title = "Throttles of all functions", stat = "Sum", metrics = [for function in values(local.all_functions) : ["AWS/Lambda", "Throttles", "FunctionName", function]] },
    { title = "Errors of the functions behind the APIs", stat = "Sum", metrics = [for function in values(var.functions) : ["AWS/Lambda", "Errors", "FunctionName", function.function_name]] },
  ]

  feed_widgets = flatten([for feed in var.feed[*] : [
    { title = "Age of what ${feed.function_name} was told, in ms", stat = "Maximum", metrics = [["AWS/Lambda", "IteratorAge", "FunctionName", feed.function_name]] },
    { title = "What ${feed.function_name} did not do", stat = "Sum", metrics = [
      ["AWS/Lambda", "Errors", "FunctionName", feed.function_name],
      [local.namespace, "${feed.function_name}-PassedOver", { label = "PassedOver" }],
      ["AWS/SQS", "ApproximateNumberOfMessagesVisible", "QueueName", feed.queue_name, { stat = "Maximum" }],
    ] },
    { title = "How often ${feed.rule_name} invoked", stat = "Sum", metrics = [["AWS/Events", "Invocations", "RuleName", feed.rule_name], ["AWS/Events", "FailedInvocations", "RuleName", feed.rule_name]] },
    { title = "How long ${feed.function_name} took, in ms", stat = "p99", metrics = [["AWS/Lambda", "Duration", "FunctionName", feed.function_name, { stat = "p50" }], ["AWS/Lambda", "Duration", "FunctionName", feed.function_name]] },
  ]])

  log_widgets = [
    { title = "Why authorizers decided", groups = values(var.authorizers)[*].log_group, query = "filter ispresent(decision) | stats count(*) as decisions by decision, reason | sort decisions desc" },
    { title = "Errors in the logs behind the APIs", groups = values(var.functions)[*].log_group, query = "filter level = \"ERROR\" | sort @timestamp desc | limit 20" },
  ]

  # A widget of nothing is refused.
  widgets = concat(
    [for widget in concat(local.api_widgets, local.authorizer_widgets, local.function_widgets, local.revocation_widgets, local.feed_widgets) : {
      type = "metric"
      properties = {
        title   = widget.title
        region  = data.aws_region.current.id
        view    = "timeSeries"
        period  = local.period
        stat    = widget.stat
        metrics = widget.metrics
      }
    } if length(widget.metrics) > 0],
    [for widget in local.log_widgets : {
      type = "log"
      properties = {
        title  = widget.title
        region = data.aws_region.current.id
        view   = "table"
        query  = join(" | ", concat([for group in widget.groups : "SOURCE '${group}'"], [widget.query]))
      }
    } if length(widget.groups) > 0],
  )
}

resource "aws_cloudwatch_dashboard" "this" {
  dashboard_name = var.name
  dashboard_body = jsonencode({ widgets = [for i, widget in local.widgets : merge(widget, {
    x      = i % 2 * 12
    y      = floor(i / 2) * 6
    width  = 12
    height = 6
  })] })
}
