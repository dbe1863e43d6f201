# The APIs' errors. Each kind of gateway has its own names for one thing:
# https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-metrics-and-dimensions.html
# https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-metrics.html
# https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-logging.html

locals {
  period = 300 # seconds

  # Of each kind: the metrics of the two alarms by their ids, and those of the dashboard. An alarm's share is made of errors and
  # requests, metrics or sums of some; one that has no data in a period counts as none.
  kinds = {
    REST = {
      server_errors = { metrics = { errors = "5XXError", requests = "Count" }, sums = {} }
      client_errors = { metrics = { errors = "4XXError", requests = "Count" }, sums = {} }
      counts        = ["Count", "4XXError", "5XXError"]
      latencies     = ["Latency", "IntegrationLatency"]
    }
    HTTP = {
      server_errors = { metrics = { errors = "5xx", requests = "Count" }, sums = {} }
      client_errors = { metrics = { errors = "4xx", requests = "Count" }, sums = {} }
      counts        = ["Count", "4xx", "5xx"]
      latencies     = ["Latency", "IntegrationLatency"]
    }
    # Who is refused before a function is called is counted neither among those that connect nor among messages.
    WEBSOCKET = {
      server_errors = {
        metrics = { connects = "ConnectCount", execution = "ExecutionError", integration = "IntegrationError", messages = "MessageCount" }
        sums    = { errors = "FILL(execution, 0) + FILL(integration, 0)", requests = "FILL(connects, 0) + FILL(messages, 0)" }
      }
      client_errors = {
        metrics = { connects = "ConnectCount", errors = "ClientError", messages = "MessageCount" }
        sums    = { requests = "errors + FILL(connects, 0) + FILL(messages, 0)" }
      }
      counts    = ["ConnectCount", "MessageCount", "ClientError", "ExecutionError", "IntegrationError"]
      latencies = ["IntegrationLatency"]
    }
  }

  # Count tells the number of requests by its samples.
  stats = { Count = "SampleCount" }

  apis = { for mode, api in var.apis : mode => merge(local.kinds[api.kind], {
    dimensions = api.kind == "REST" ? { ApiName = api.name, Stage = api.stage } : { ApiId = api.id, Stage = api.stage }
  }) }

  # Both errors are watched as a share of the requests, which holds by day and by night; a few of them alone, out of a
  # few requests, are no alarm. A band of anomalies would learn an attack that lasts as the rule.
  api_alarms = merge([for mode, api in local.apis : {
    "${mode}-server-errors" = merge(api.server_errors, {
      dimensions  = api.dimensions
      percent     = var.thresholds.server_error_percent
      least       = var.thresholds.server_error_count
      description = "The API of ${mode} fails: the authorizer cannot tell, a function fails, or the gateway may not call one."
    })
    "${mode}-client-errors" = merge(api.client_errors, {
      dimensions  = api.dimensions
      percent     = var.thresholds.client_error_percent
      least       = var.thresholds.client_error_count
      description = "Many requests to the API of ${mode} are refused: somebody tries credentials, or a client or an issuer has changed."
    })
  }]...)
}

resource "aws_cloudwatch_metric_alarm" "errors" {
  for_each = local.api_alarms

  alarm_name          = "${var.name}-${each.key}"
  alarm_description   = each.value.description
  comparison_operator = "GreaterThanThreshold"
  threshold           = each.value.percent
  evaluation_periods  = 1
  treat_missing_data  = "notBreaching"
  alarm_actions       = var.alarm_actions
  ok_actions          = var.alarm_actions

  metric_query {
    id          = "percent"
    label       = "${lookup(each.value.metrics, "errors", "errors")}, % of requests"
    expression  = "IF(errors >= ${each.value.least}, 100 * errors / requests, 0)"
    return_data = true
  }

  dynamic "metric_query" {
    for_each = each.value.sums
    content {
      id         = metric_query.key
      label      = metric_query.key
      expression = metric_query.value
    }
  }

  dynamic "metric_query" {
    for_each = each.value.metrics
    content {
      id = metric_query.key
      metric {
        namespace   = "AWS/ApiGateway"
        metric_name = metric_query.value
        dimensions  = each.value.dimensions
        stat        = lookup(local.stats, metric_query.value, "Sum")
        period      = local.period
      }
    }
  }
}
