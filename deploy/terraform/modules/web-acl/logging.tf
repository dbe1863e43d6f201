# The web ACL's log: a line for each request that it looked at, without credentials.
# https://docs.aws.amazon.com/waf/latest/developerguide/logging-cw-logs.html

resource "aws_cloudwatch_log_group" "this" {
  name              = "aws-waf-logs-${var.name}"
  retention_in_days = var.log_retention_days
  kms_key_id        = var.kms_key_arn
}

# Without a policy of its own, WAF writes one that all web ACLs of the account share, and that grows.
resource "aws_cloudwatch_log_resource_policy" "this" {
  policy_name = "aws-waf-logs-${var.name}"
  policy_document = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "delivery.logs.amazonaws.com" }
      Action    = ["logs:CreateLogStream", "logs:PutLogEvents"]
      Resource  = "${aws_cloudwatch_log_group.this.arn}:*"
      Condition = {
        StringEquals = { "aws:SourceAccount" = split(":", aws_cloudwatch_log_group.this.arn)[4] }
        ArnLike      = { "aws:SourceArn" = "${join(":", slice(split(":", aws_cloudwatch_log_group.this.arn), 0, 5))}:*" }
      }
    }]
  })
}

resource "aws_wafv2_web_acl_logging_configuration" "this" {
  resource_arn            = aws_wafv2_web_acl.this.arn
  log_destination_configs = [aws_cloudwatch_log_group.this.arn]

  dynamic "redacted_fields" {
    for_each = toset(["authorization", "cookie", "x-amz-security-token", "x-api-key"])
    content {
      single_header {
        name = redacted_fields.value
      }
    }
  }

  # A presigned address (SigV4) holds its signature.
  redacted_fields {
    query_string {}
  }

  depends_on = [aws_cloudwatch_log_resource_policy.this]
}
