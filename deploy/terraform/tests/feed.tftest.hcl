# The module feed: what invokes a function besides its API.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  name     = "demo-clock"
  function = { name = "demo-clock", alias = "live", alias_arn = "arn:aws:lambda:eu-west-1:111122223333:function:demo-clock:live" }
  streams = {
    things  = { arn = "arn:aws:dynamodb:eu-west-1:111122223333:table/things/stream/2026-11-29T06:44:24.123" }
    revoked = { arn = "arn:aws:dynamodb:eu-west-1:111122223333:table/revoked/stream/2026-11-29T06:44:24.123", events = ["INSERT", "MODIFY"] }
  }
}

run "feed" {
  module {
    source = "./modules/feed"
  }

  assert {
    condition = { for name, mapping in aws_lambda_event_source_mapping.stream : name => "${mapping.event_source_arn} ${mapping.function_name} ${mapping.starting_position}" } == {
      things  = "arn:aws:dynamodb:eu-west-1:111122223333:table/things/stream/2026-11-29T06:44:24.123 arn:aws:lambda:eu-west-1:111122223333:function:demo-clock:live LATEST"
      revoked = "arn:aws:dynamodb:eu-west-1:111122223333:table/revoked/stream/2026-11-29T06:44:24.123 arn:aws:lambda:eu-west-1:111122223333:function:demo-clock:live LATEST"
    }
    error_message = "A stream is missing, or is read from elsewhere, or for another version."
  }

  # Nothing waits for a batch to fill.
  assert {
    condition     = alltrue([for mapping in aws_lambda_event_source_mapping.stream : mapping.batch_size == 100 && mapping.maximum_batching_window_in_seconds == 0 && mapping.parallelization_factor == 1])
    error_message = "Changes wait, or are worked at in other pieces."
  }

  # No record holds others back for ever, none is given up in less than two minutes, and what is given up is told.
  assert {
    condition = alltrue([for mapping in aws_lambda_event_source_mapping.stream :
      mapping.maximum_record_age_in_seconds >= 120 && mapping.maximum_record_age_in_seconds <= 3600 && mapping.maximum_retry_attempts >= 120 && mapping.bisect_batch_on_function_error &&
    mapping.function_response_types == toset(["ReportBatchItemFailures"]) && mapping.destination_config[0].on_failure[0].destination_arn == "arn:aws:sqs:eu-west-1:111122223333:queue1"])
    error_message = "A record that fails holds others back, is given up too early, or is forgotten."
  }

  assert {
    condition = { for name, mapping in aws_lambda_event_source_mapping.stream : name => [for criteria in mapping.filter_criteria : [for filter in criteria.filter : jsondecode(filter.pattern)]] } == {
      things  = []
      revoked = [[{ eventName = ["INSERT", "MODIFY"] }]]
    }
    error_message = "The function is invoked for other events."
  }

  assert {
    condition     = aws_sqs_queue.undone.name == "demo-clock-undone" && aws_sqs_queue.undone.message_retention_seconds == 14 * 24 * 3600 && aws_sqs_queue.undone.sqs_managed_sse_enabled
    error_message = "What was not done is forgotten before anybody looks, or not encrypted."
  }

  assert {
    condition = (aws_cloudwatch_event_rule.each_minute.schedule_expression == "rate(1 minute)" && aws_cloudwatch_event_target.function.rule == "demo-clock-each-minute" &&
      aws_cloudwatch_event_target.function.arn == var.function.alias_arn && aws_cloudwatch_event_target.function.retry_policy[0].maximum_event_age_in_seconds == 60 &&
      aws_cloudwatch_event_target.function.retry_policy[0].maximum_retry_attempts <= 1 && aws_lambda_function_event_invoke_config.each_minute.qualifier == "live" &&
    aws_lambda_function_event_invoke_config.each_minute.maximum_event_age_in_seconds == 60 && aws_lambda_function_event_invoke_config.each_minute.maximum_retry_attempts == 0)
    error_message = "The function is not invoked each minute, or goes on with what an earlier minute left."
  }

  assert {
    condition = (aws_lambda_permission.each_minute.principal == "events.amazonaws.com" && aws_lambda_permission.each_minute.action == "lambda:InvokeFunction" &&
      aws_lambda_permission.each_minute.function_name == "demo-clock" && aws_lambda_permission.each_minute.qualifier == "live" &&
    aws_lambda_permission.each_minute.source_arn == "arn:aws:events:eu-west-1:111122223333:rule/rule1")
    error_message = "Others than the rule may invoke the function, or the rule may not."
  }

  assert {
    condition = (output.queue_arn == "arn:aws:sqs:eu-west-1:111122223333:queue1" && output.queue_name == "demo-clock-undone" && output.queue_url == "https://sqs.eu-west-1.amazonaws.com/111122223333/queue1" &&
    output.rule_name == "demo-clock-each-minute")
    error_message = "An output is wrong."
  }
}

run "refused_event_of_no_stream" {
  command = plan
  module {
    source = "./modules/feed"
  }
  variables {
    streams = { things = { arn = "arn:aws:dynamodb:eu-west-1:111122223333:table/things/stream/2026-11-29T06:44:24.123", events = ["DELETE"] } }
  }
  expect_failures = [var.streams]
}

run "refused_name_with_spaces" {
  command = plan
  module {
    source = "./modules/feed"
  }
  variables {
    name = "the clock"
  }
  expect_failures = [var.name]
}
