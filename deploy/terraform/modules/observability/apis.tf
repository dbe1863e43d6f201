# The APIs' errors. Each kind of gateway has its own names for one thing:
# https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-metrics-and-dimensions.html
# https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-metrics.html

locals {
  period = 300 # seconds

  apis = { for mode, api in var.apis : mode => {
    dimensions    = api.kind == "REST" ? { ApiName = api.name, Stage = api.stage } : { ApiId = api.id, Stage = api.stage }
    server_errors = api.kind == "REST" ? "5XXError" : "5xx"
    client_errors = api.kind == "REST" ? "4XXError" : "4xx"
  } }

  # Both errors are watched as a share of the requests, which holds by day and by night; a few of them alone, out of a
  # few requests, are no alarm. A band of anomalies would learn an attack that lasts as the rule.
  api_alarms = merge([for mode, api in local.apis : {
    "${mode}-server-errors" = {
      metric      = api.server_errors
      dimensions  = api.dimensions
      percent     = var.thresholds.server_error_percent
      least       = var.thresholds.server_error_count
      description = "The API of ${mode} fails: the authorizer cannot tell, a function fails, or the gateway may not call one."
    }
    "${mode}-client-errors" = {
      metric      = api.client_errors
      dimensions  = api.dimensions
      percent     = var.thresholds.client_error_percent
      least       = var.thresholds.client_error_count
      description = "Many requests to the API of ${mode} are refused: somebody tries credentials, or a client or an issuer has changed."
    }
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
    label       = "${each.value.metric}, % of requests"
    expression  = "IF(errors >= ${each.value.least}, 100 * errors / requests, 0)"
    return_data = true
  }

  metric_query {
    id = "errors"
    metric {
      namespace   = "AWS/ApiGateway"
      metric_name = each.value.metric
      dimensions  = each.value.dimensions
      stat        = "Sum"
      period      = local.period
    }
  }

  metric_query {
    id = "requests"
    metric {
      namespace   = "AWS/ApiGateway"
      metric_name = "Count"
      dimensions  = each.value.dimensions
      stat        = "SampleCount"
      period      = local.period
    }
  }
}
