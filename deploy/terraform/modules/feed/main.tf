# What invokes a function besides its API: the streams of tables, and a clock. What of a stream could not be done is told in a queue.

locals {
  # One for all streams. https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-params.html
  #
  # A batch is what has come while the one before it was worked at: nothing waits for it to fill. A hundred changes of one topic cost
  # one reading of its subscribers.
  batch_size = 100

  # One batch of a shard at a time. The function makes 32 calls of @connections at once, some 3,000 a second, and API Gateway takes
  # 10,000 of an account (api/live/scale); more batches would read the subscribers more often, too.
  parallelization_factor = 1

  # A record that fails keeps back those behind it, so it is given up after a quarter of an hour, and told in the queue. Until then it
  # comes again: for as long as a service that is out of reach may take to be back, and never for less, since Lambda does not say how
  # fast its attempts follow each other. 10,000 are the most that it takes.
  record_age_seconds = 900
  retry_attempts     = 10000
}

resource "aws_lambda_event_source_mapping" "stream" {
  for_each = var.streams

  event_source_arn                   = each.value.arn
  function_name                      = var.function.alias_arn
  starting_position                  = "LATEST"
  batch_size                         = local.batch_size
  maximum_batching_window_in_seconds = 0
  parallelization_factor             = local.parallelization_factor
  maximum_record_age_in_seconds      = local.record_age_seconds
  maximum_retry_attempts             = local.retry_attempts

  # The function says from which record on they have to come again; where it cannot, because it was ended, a batch is halved until
  # the record is found.
  function_response_types        = ["ReportBatchItemFailures"]
  bisect_batch_on_function_error = true

  # The function is not invoked for the other records of the stream.
  dynamic "filter_criteria" {
    for_each = each.value.events == null ? [] : [each.value.events]
    content {
      filter {
        pattern = jsonencode({ eventName = filter_criteria.value })
      }
    }
  }

  destination_config {
    on_failure {
      destination_arn = aws_sqs_queue.undone.arn
    }
  }
}

# It is told which records of which stream they are, and not what is in them: those are in the stream for 24 hours, and readable to
# whom the table's key lets. So SQS' own encryption is enough.
# https://docs.aws.amazon.com/lambda/latest/dg/services-dynamodb-errors.html
resource "aws_sqs_queue" "undone" {
  name                      = "${var.name}-undone"
  message_retention_seconds = 1209600 # 14 days, which are the most
  sqs_managed_sse_enabled   = true
}

resource "aws_cloudwatch_event_rule" "each_minute" {
  name                = "${var.name}-each-minute"
  description         = "Lets ${var.function.name} do what is due."
  schedule_expression = "rate(1 minute)"
}

# Whatever is not done in one minute, the next one does: nothing is tried for longer, here or by Lambda, which keeps what it was
# handed for later where it is busy.
resource "aws_cloudwatch_event_target" "function" {
  rule = aws_cloudwatch_event_rule.each_minute.name
  arn  = var.function.alias_arn

  retry_policy {
    maximum_event_age_in_seconds = 60
    maximum_retry_attempts       = 1
  }

  # A rule that may not call the function would count a failure.
  depends_on = [aws_lambda_permission.each_minute, aws_lambda_function_event_invoke_config.each_minute]
}

# Only what the clock hands to the function is kept for later: API Gateway and streams wait for its answer.
resource "aws_lambda_function_event_invoke_config" "each_minute" {
  function_name                = var.function.name
  qualifier                    = var.function.alias
  maximum_event_age_in_seconds = 60
  maximum_retry_attempts       = 0
}

resource "aws_lambda_permission" "each_minute" {
  statement_id  = aws_cloudwatch_event_rule.each_minute.name
  action        = "lambda:InvokeFunction"
  principal     = "events.amazonaws.com"
  function_name = var.function.name
  qualifier     = var.function.alias
  source_arn    = aws_cloudwatch_event_rule.each_minute.arn
}
