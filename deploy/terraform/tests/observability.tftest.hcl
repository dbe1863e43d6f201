# The module observability: what is counted, what is watched, and what is not.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  name = "demo"
  apis = {
    rest-token  = { kind = "REST", id = "rest1", name = "demo-rest-token", stage = "v1" }
    http-lambda = { kind = "HTTP", id = "http1", name = "demo-http-lambda", stage = "v1" }
    http-iam    = { kind = "HTTP", id = "http2", name = "demo-http-iam", stage = "v1" }
    websocket   = { kind = "WEBSOCKET", id = "ws1", name = "demo-websocket", stage = "v1" }
  }
  authorizers = {
    rest-token  = { function_name = "demo-token", log_group = "/aws/lambda/demo-token", timeout = 10, api_keys = true }
    http-lambda = { function_name = "demo-jwt", log_group = "/aws/lambda/demo-jwt", timeout = 5 }
  }
  revocations_table = "demo-revocations"
  functions = {
    things = { function_name = "demo-things", log_group = "/aws/lambda/demo-things" }
  }
}

run "observability" {
  module {
    source = "./modules/observability"
  }

  assert {
    condition = output.alarms == tolist([
      "demo-authorizer-http-lambda-throttles",
      "demo-authorizer-rest-token-throttles",
      "demo-function-things-throttles",
      "demo-http-iam-client-errors",
      "demo-http-iam-server-errors",
      "demo-http-lambda-authorizer-duration",
      "demo-http-lambda-bound-tokens",
      "demo-http-lambda-cannot-tell",
      "demo-http-lambda-client-errors",
      "demo-http-lambda-keys-stale",
      "demo-http-lambda-keys-unavailable",
      "demo-http-lambda-revoked-tokens",
      "demo-http-lambda-server-errors",
      "demo-rest-token-api-keys-flood",
      "demo-rest-token-authorizer-duration",
      "demo-rest-token-bound-tokens",
      "demo-rest-token-cannot-tell",
      "demo-rest-token-client-errors",
      "demo-rest-token-keys-stale",
      "demo-rest-token-keys-unavailable",
      "demo-rest-token-revoked-tokens",
      "demo-rest-token-server-errors",
      "demo-revocations-written",
      "demo-websocket-client-errors",
      "demo-websocket-server-errors",
    ])
    error_message = "An alarm is missing, or there is one too many."
  }

  # Each 401 is a failed invocation of the authorizer.
  assert {
    condition = !anytrue([
      for alarm in concat(values(aws_cloudwatch_metric_alarm.errors), values(aws_cloudwatch_metric_alarm.decisions), values(aws_cloudwatch_metric_alarm.duration), values(aws_cloudwatch_metric_alarm.throttles)) :
      contains(concat([alarm.metric_name], flatten([for query in alarm.metric_query : query.metric[*].metric_name])), "Errors")
    ])
    error_message = "An alarm watches a function's Errors: bad tokens would set it off."
  }

  assert {
    condition = alltrue([
      for alarm in concat(values(aws_cloudwatch_metric_alarm.errors), values(aws_cloudwatch_metric_alarm.decisions), values(aws_cloudwatch_metric_alarm.duration), values(aws_cloudwatch_metric_alarm.throttles)) :
      alarm.treat_missing_data == "notBreaching" && alarm.evaluation_periods == 1 && length(alarm.alarm_actions) == 0
    ])
    error_message = "Silence is an alarm, or somebody is told without being named."
  }

  # By its dimensions, and the names that each kind of gateway gives to its metrics.
  assert {
    condition = { for name, alarm in aws_cloudwatch_metric_alarm.errors : name => sort(flatten([
      for query in alarm.metric_query : [for metric in query.metric : "${metric.metric_name} ${metric.stat} ${join(" ", [for key, value in metric.dimensions : "${key}=${value}"])}"]
      ])) } == {
      rest-token-server-errors  = tolist(["5XXError Sum ApiName=demo-rest-token Stage=v1", "Count SampleCount ApiName=demo-rest-token Stage=v1"])
      rest-token-client-errors  = tolist(["4XXError Sum ApiName=demo-rest-token Stage=v1", "Count SampleCount ApiName=demo-rest-token Stage=v1"])
      http-lambda-server-errors = tolist(["5xx Sum ApiId=http1 Stage=v1", "Count SampleCount ApiId=http1 Stage=v1"])
      http-lambda-client-errors = tolist(["4xx Sum ApiId=http1 Stage=v1", "Count SampleCount ApiId=http1 Stage=v1"])
      http-iam-server-errors    = tolist(["5xx Sum ApiId=http2 Stage=v1", "Count SampleCount ApiId=http2 Stage=v1"])
      http-iam-client-errors    = tolist(["4xx Sum ApiId=http2 Stage=v1", "Count SampleCount ApiId=http2 Stage=v1"])
      websocket-server-errors   = tolist(["ConnectCount Sum ApiId=ws1 Stage=v1", "ExecutionError Sum ApiId=ws1 Stage=v1", "IntegrationError Sum ApiId=ws1 Stage=v1", "MessageCount Sum ApiId=ws1 Stage=v1"])
      websocket-client-errors   = tolist(["ClientError Sum ApiId=ws1 Stage=v1", "ConnectCount Sum ApiId=ws1 Stage=v1", "MessageCount Sum ApiId=ws1 Stage=v1"])
    }
    error_message = "An alarm watches another API, or a metric that its kind of gateway does not have."
  }

  assert {
    condition = { for name, alarm in aws_cloudwatch_metric_alarm.errors : name => [alarm.threshold, one([for query in alarm.metric_query : query.expression if coalesce(query.return_data, false)])] if startswith(name, "rest-token") } == {
      rest-token-server-errors = [5, "IF(errors >= 5, 100 * errors / requests, 0)"]
      rest-token-client-errors = [40, "IF(errors >= 100, 100 * errors / requests, 0)"]
    }
    error_message = "Errors are not watched as a share of the requests, above a least number."
  }

  # Who is refused is among the requests, and a metric without data in a period is none of them.
  assert {
    condition = { for name, alarm in aws_cloudwatch_metric_alarm.errors : name => { for query in alarm.metric_query : query.id => coalesce(query.expression, one(query.metric[*].metric_name)) } if startswith(name, "websocket") } == {
      websocket-server-errors = {
        percent     = "IF(errors >= 5, 100 * errors / requests, 0)"
        errors      = "FILL(execution, 0) + FILL(integration, 0)"
        requests    = "FILL(connects, 0) + FILL(messages, 0)"
        execution   = "ExecutionError"
        integration = "IntegrationError"
        connects    = "ConnectCount"
        messages    = "MessageCount"
      }
      websocket-client-errors = {
        percent  = "IF(errors >= 100, 100 * errors / requests, 0)"
        requests = "errors + FILL(connects, 0) + FILL(messages, 0)"
        errors   = "ClientError"
        connects = "ConnectCount"
        messages = "MessageCount"
      }
    }
    error_message = "The errors of a WebSocket API are not a share of those who connect and of messages."
  }

  assert {
    condition = { for mode, alarm in aws_cloudwatch_metric_alarm.duration : mode => [alarm.dimensions.FunctionName, alarm.extended_statistic, alarm.threshold] } == {
      rest-token  = ["demo-token", "p99", 8000]
      http-lambda = ["demo-jwt", "p99", 4000]
    }
    error_message = "An authorizer's duration is not held against its own timeout, in milliseconds."
  }

  assert {
    condition = { for name, alarm in aws_cloudwatch_metric_alarm.throttles : name => "${alarm.namespace} ${alarm.metric_name} ${alarm.dimensions.FunctionName} ${alarm.threshold}" } == {
      authorizer-rest-token  = "AWS/Lambda Throttles demo-token 1"
      authorizer-http-lambda = "AWS/Lambda Throttles demo-jwt 1"
      function-things        = "AWS/Lambda Throttles demo-things 1"
    }
    error_message = "The throttles of a function are not watched."
  }

  # An alarm on a metric that no filter makes would be silent for ever.
  assert {
    condition = alltrue([for alarm in values(aws_cloudwatch_metric_alarm.decisions) : anytrue([
      for filter in values(aws_cloudwatch_log_metric_filter.this) :
      filter.metric_transformation[0].name == alarm.metric_name && filter.metric_transformation[0].namespace == alarm.namespace
    ])])
    error_message = "An alarm watches a metric that no filter makes."
  }

  assert {
    condition = { for name, filter in aws_cloudwatch_log_metric_filter.this : name => "${filter.log_group_name} ${filter.pattern}" if startswith(name, "http-lambda") } == {
      http-lambda-Allowed         = "/aws/lambda/demo-jwt { $.decision = \"policy\" || $.decision = \"allow\" }"
      http-lambda-Denied          = "/aws/lambda/demo-jwt { $.decision = \"deny\" }"
      http-lambda-Unauthorized    = "/aws/lambda/demo-jwt { $.decision = \"unauthorized\" }"
      http-lambda-CannotTell      = "/aws/lambda/demo-jwt { $.decision = \"cannot-tell\" }"
      http-lambda-KeysUnavailable = "/aws/lambda/demo-jwt { $.reason = \"keys-unavailable\" }"
      http-lambda-Revoked         = "/aws/lambda/demo-jwt { $.reason = \"token-revoked\" }"
      http-lambda-Bound           = "/aws/lambda/demo-jwt { $.reason = \"token-bound\" }"
      http-lambda-KeysStale       = "/aws/lambda/demo-jwt { $.keysStaleSeconds > 0 }"
    }
    error_message = "The decisions of an authorizer are not counted in its own log."
  }

  # How many, but for how long keys have been stale.
  assert {
    condition = { for name, alarm in aws_cloudwatch_metric_alarm.decisions : name => "${alarm.statistic} >= ${alarm.threshold}" if startswith(name, "rest-token") } == {
      rest-token-KeysUnavailable = "Sum >= 1"
      rest-token-CannotTell      = "Sum >= 5"
      rest-token-KeysStale       = "Maximum >= 3600"
      rest-token-Revoked         = "Sum >= 50"
      rest-token-Bound           = "Sum >= 50"
      rest-token-KeysFlood       = "Sum >= 1"
    }
    error_message = "An alarm on decisions starts at another number, or adds up what is to be the longest."
  }

  assert {
    condition = { for name, filter in aws_cloudwatch_log_metric_filter.this : name => filter.metric_transformation[0].value if filter.metric_transformation[0].value != "1" } == {
      rest-token-KeysStale  = "$.keysStaleSeconds"
      http-lambda-KeysStale = "$.keysStaleSeconds"
    }
    error_message = "A metric has another value than how many, or not for how long."
  }

  # With dimensions there is no default: PutMetricFilter refuses both together.
  assert {
    condition = { for name, filter in aws_cloudwatch_log_metric_filter.by_issuer : name => "${filter.pattern} ${filter.metric_transformation[0].value} ${filter.metric_transformation[0].dimensions.Issuer} ${coalesce(filter.metric_transformation[0].default_value, "none")}" if startswith(name, "http-lambda") } == {
      http-lambda-RevokedByIssuer   = "{ $.reason = \"token-revoked\" } 1 $.issuer none"
      http-lambda-KeysStaleByIssuer = "{ $.keysStaleSeconds > 0 } $.keysStaleSeconds $.issuer none"
    }
    error_message = "What is told by issuer is not."
  }

  assert {
    condition = (aws_cloudwatch_metric_alarm.revocations[0].metric_name == "SuccessfulRequestLatency" && aws_cloudwatch_metric_alarm.revocations[0].statistic == "SampleCount" &&
      aws_cloudwatch_metric_alarm.revocations[0].dimensions == tomap({ TableName = "demo-revocations", Operation = "PutItem" }) && aws_cloudwatch_metric_alarm.revocations[0].threshold == 100 &&
    aws_cloudwatch_metric_alarm.revocations[0].treat_missing_data == "notBreaching")
    error_message = "Writes to the table of revocations are not counted."
  }

  assert {
    condition     = length(jsondecode(aws_cloudwatch_dashboard.this.dashboard_body).widgets) == 4 * 2 + 2 * 4 + 2 + 1 + 2 && output.dashboard == "demo" && output.namespace == "Portcullis/demo"
    error_message = "The dashboard does not show every API, authorizer and function."
  }

  assert {
    condition = [for widget in jsondecode(aws_cloudwatch_dashboard.this.dashboard_body).widgets : join(" ", [for metric in widget.properties.metrics : metric[1]]) if can(regex("^(websocket|rest-token): (requests and errors|latency in ms)$", widget.properties.title))] == [
      "Count 4XXError 5XXError", "Latency Latency IntegrationLatency",
      "ConnectCount MessageCount ClientError ExecutionError IntegrationError", "IntegrationLatency IntegrationLatency",
    ]
    error_message = "The dashboard shows metrics that a kind of gateway does not have, or leaves some out."
  }

  assert {
    condition = alltrue([for widget in jsondecode(aws_cloudwatch_dashboard.this.dashboard_body).widgets : widget.properties.region == "eu-west-1"]) && (
      length(distinct([for widget in jsondecode(aws_cloudwatch_dashboard.this.dashboard_body).widgets : "${widget.x} ${widget.y}"])) == 21
    )
    error_message = "A widget is of no region, or two are at one place."
  }

  assert {
    condition = alltrue([for widget in jsondecode(aws_cloudwatch_dashboard.this.dashboard_body).widgets : !anytrue([
      for metric in try(widget.properties.metrics, []) : try(metric[1], "") == "Errors" && contains(["demo-token", "demo-jwt"], try(metric[3], ""))
    ])])
    error_message = "The dashboard shows 401s as errors of an authorizer."
  }

  assert {
    condition = join(" ", distinct(flatten([
      for widget in jsondecode(aws_cloudwatch_dashboard.this.dashboard_body).widgets : [for metric in try(widget.properties.metrics, []) : regexall("SEARCH\\('(\\{[^}]*})", try(metric[0].expression, ""))]
    ]))) == "{\"Portcullis/demo\",Issuer}"
    error_message = "The dashboard looks for issuers' metrics elsewhere, or does not quote what may have a hyphen."
  }
}

run "of_a_feed" {
  module {
    source = "./modules/observability"
  }
  variables {
    feed       = { function_name = "demo-things", log_group = "/aws/lambda/demo-things", rule_name = "demo-minute", queue_name = "demo-undone" }
    thresholds = { feed_age_seconds = 90, feed_errors = 2 }
  }

  assert {
    condition = { for name, alarm in aws_cloudwatch_metric_alarm.feed : name => "${alarm.alarm_name}: ${alarm.namespace} ${alarm.metric_name} ${join(" ", [for key, value in coalesce(alarm.dimensions, {}) : "${key}=${value}"])} ${alarm.statistic} > ${alarm.threshold}" } == {
      age         = "demo-things-age: AWS/Lambda IteratorAge FunctionName=demo-things Maximum > 90000"
      errors      = "demo-things-errors: AWS/Lambda Errors FunctionName=demo-things Sum > 1"
      passed-over = "demo-things-passed-over: Portcullis/demo demo-things-PassedOver  Sum > 0"
      undone      = "demo-things-undone: AWS/SQS ApproximateNumberOfMessagesVisible QueueName=demo-undone Maximum > 0"
      untold      = "demo-things-untold: AWS/Lambda DestinationDeliveryFailures FunctionName=demo-things Sum > 0"
    }
    error_message = "An alarm of the feed watches something else, or is missing."
  }

  assert {
    condition     = alltrue([for alarm in aws_cloudwatch_metric_alarm.feed : alarm.treat_missing_data == "notBreaching"])
    error_message = "A stream on which nothing happens is an alarm."
  }

  # A rule that was taken away counts nothing at all.
  assert {
    condition = (aws_cloudwatch_metric_alarm.schedule[0].treat_missing_data == "breaching" && aws_cloudwatch_metric_alarm.schedule[0].comparison_operator == "LessThanThreshold" &&
      aws_cloudwatch_metric_alarm.schedule[0].threshold == 1 && { for query in aws_cloudwatch_metric_alarm.schedule[0].metric_query : query.id => coalesce(query.expression, one([for metric in query.metric : "${metric.metric_name} ${metric.dimensions.RuleName}"])) } == {
        handed      = "FILL(invocations, 0) - FILL(failed, 0)"
        invocations = "Invocations demo-minute"
        failed      = "FailedInvocations demo-minute"
    })
    error_message = "That the clock stands still is no alarm."
  }

  assert {
    condition = (aws_cloudwatch_log_metric_filter.passed_over[0].log_group_name == "/aws/lambda/demo-things" && aws_cloudwatch_log_metric_filter.passed_over[0].metric_transformation[0].name == aws_cloudwatch_metric_alarm.feed["passed-over"].metric_name &&
    aws_cloudwatch_log_metric_filter.passed_over[0].metric_transformation[0].namespace == aws_cloudwatch_metric_alarm.feed["passed-over"].namespace)
    error_message = "What is passed over is counted in another log, or as another metric than is watched."
  }

  assert {
    condition     = length(output.alarms) == 25 + 6 && length(jsondecode(aws_cloudwatch_dashboard.this.dashboard_body).widgets) == 21 + 4
    error_message = "An alarm is not told, or the dashboard does not show the feed."
  }
}

run "topics_and_thresholds" {
  module {
    source = "./modules/observability"
  }
  variables {
    alarm_actions = ["arn:aws:sns:eu-west-1:111122223333:on-call"]
    thresholds    = { server_error_percent = 1, cannot_tell = 3, duration_percent = 50, keys_stale_seconds = 60, revocations_written = 7 }
  }

  assert {
    condition = alltrue([
      for alarm in concat(values(aws_cloudwatch_metric_alarm.errors), values(aws_cloudwatch_metric_alarm.decisions), values(aws_cloudwatch_metric_alarm.duration), values(aws_cloudwatch_metric_alarm.throttles)) :
      alarm.alarm_actions == toset(var.alarm_actions) && alarm.ok_actions == toset(var.alarm_actions)
    ])
    error_message = "The topic is not told of each alarm's start and end."
  }

  assert {
    condition = (aws_cloudwatch_metric_alarm.errors["rest-token-server-errors"].threshold == 1 && aws_cloudwatch_metric_alarm.errors["rest-token-client-errors"].threshold == 40 &&
      aws_cloudwatch_metric_alarm.decisions["rest-token-CannotTell"].threshold == 3 && aws_cloudwatch_metric_alarm.decisions["rest-token-KeysUnavailable"].threshold == 1 &&
      aws_cloudwatch_metric_alarm.decisions["rest-token-KeysStale"].threshold == 60 && aws_cloudwatch_metric_alarm.revocations[0].threshold == 7 &&
    aws_cloudwatch_metric_alarm.duration["rest-token"].threshold == 5000)
    error_message = "A threshold is not the one that is named, or not the default."
  }
}

run "no_authorizers" {
  module {
    source = "./modules/observability"
  }
  variables {
    authorizers       = {}
    functions         = {}
    revocations_table = null
  }

  assert {
    condition     = length(output.alarms) == 8 && length(jsondecode(aws_cloudwatch_dashboard.this.dashboard_body).widgets) == 8
    error_message = "There are alarms or widgets of functions that there are none of."
  }
}

run "no_apis" {
  command = plan
  module {
    source = "./modules/observability"
  }
  variables {
    apis        = {}
    authorizers = {}
  }
  expect_failures = [var.apis]
}

run "unknown_gateway" {
  command = plan
  module {
    source = "./modules/observability"
  }
  variables {
    apis        = { websocket = { kind = "WebSocket", id = "ws1", name = "demo-websocket", stage = "v1" } }
    authorizers = {}
  }
  expect_failures = [var.apis]
}

run "authorizer_of_no_api" {
  command = plan
  module {
    source = "./modules/observability"
  }
  variables {
    authorizers = { rest-request = { function_name = "demo-request", log_group = "/aws/lambda/demo-request", timeout = 10 } }
  }
  expect_failures = [var.authorizers]
}

run "topic_of_no_sns" {
  command = plan
  module {
    source = "./modules/observability"
  }
  variables {
    alarm_actions = ["mailto:on-call@example.com"]
  }
  expect_failures = [var.alarm_actions]
}

run "percent_of_more_than_all" {
  command = plan
  module {
    source = "./modules/observability"
  }
  variables {
    thresholds = { client_error_percent = 100 }
  }
  expect_failures = [var.thresholds]
}

run "age_of_none" {
  command = plan
  module {
    source = "./modules/observability"
  }
  variables {
    thresholds = { feed_age_seconds = 0 }
  }
  expect_failures = [var.thresholds]
}

run "count_of_none" {
  command = plan
  module {
    source = "./modules/observability"
  }
  variables {
    thresholds = { cannot_tell = 0 }
  }
  expect_failures = [var.thresholds]
}

run "name_with_spaces" {
  command = plan
  module {
    source = "./modules/observability"
  }
  variables {
    name = "the demo"
  }
  expect_failures = [var.name]
}
