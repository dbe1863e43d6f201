# What the pool sends SMS with, where it sends some: Cognito has SNS send them, in a role of the account.
# https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pool-sms-settings.html

locals {
  sms = contains(var.first_factors, "SMS_OTP") || contains(var.second_factors, "SMS_MFA")

  # No secret: it has the role used for this pool alone, since Cognito says for which one it asks.
  sms_external_id = var.name
}

data "aws_caller_identity" "current" {
  count = local.sms ? 1 : 0
}

data "aws_partition" "current" {
  count = local.sms ? 1 : 0
}

data "aws_region" "current" {
  count = local.sms ? 1 : 0
}

resource "aws_iam_role" "sms" {
  count = local.sms ? 1 : 0

  name = "${var.name}-user-pool-sms"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "cognito-idp.amazonaws.com" }
      Condition = {
        StringEquals = {
          "sts:ExternalId"    = local.sms_external_id
          "aws:SourceAccount" = data.aws_caller_identity.current[0].account_id
        }
        # Cognito wants the role before the pool has an id.
        ArnLike = { "aws:SourceArn" = join(":", [
          "arn", data.aws_partition.current[0].partition, "cognito-idp", data.aws_region.current[0].id, data.aws_caller_identity.current[0].account_id, "userpool/*",
        ]) }
      }
    }]
  })
}

# A phone number has no ARN, so that the resource is any; what has one, a topic or an app's device, is refused.
resource "aws_iam_role_policy" "sms" {
  count = local.sms ? 1 : 0

  name = "${var.name}-user-pool-sms"
  role = aws_iam_role.sms[0].id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      { Effect = "Allow", Action = "sns:Publish", Resource = "*" },
      { Effect = "Deny", Action = "sns:Publish", Resource = "arn:*:sns:*:*:*" },
    ]
  })
}
