# One Lambda function with everything that is its own: role, policy, log group, and the alias that callers use.

locals {
  # A published version keeps its description, by which it can be asked later what it decides by.
  # What looks at the module before anything is built finds no file.
  holds       = one([for file in var.rules[*] : "contract ${substr(jsondecode(file(file)).contract.sha256, 0, 16)}" if fileexists(file)])
  description = join(", ", compact([var.description, local.holds]))

  # Lambda keeps a key for variables only: without any, it forgets the key, and each plan would set it again.
  environment_key = length(var.environment) > 0 ? var.kms_key_arn : null

  # Lambda's X-Ray actions know no resources: https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsx-ray.html
  own_statements = concat(local.log_and_trace, local.environment_key == null ? [] : [{
    actions   = ["kms:Decrypt"]
    resources = [local.environment_key]
  }])

  # By these Lambda connects the function to the VPC. They know no resources that are there before it does; and the function's own code,
  # which has its role's permissions, is denied them: https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html
  network_actions = [
    "ec2:AssignPrivateIpAddresses", "ec2:CreateNetworkInterface", "ec2:DeleteNetworkInterface",
    "ec2:DescribeNetworkInterfaces", "ec2:DescribeSubnets", "ec2:UnassignPrivateIpAddresses",
  ]
  network_statements = flatten([for vpc in var.vpc[*] : [
    { effect = "Allow", actions = local.network_actions, resources = ["*"], conditions = null },
    {
      effect    = "Deny"
      actions   = local.network_actions
      resources = ["*"]
      conditions = { ArnLike = { "lambda:SourceFunctionArn" = [
        for version in ["", ":*"] : "arn:*:lambda:*:${data.aws_caller_identity.current.account_id}:function:${var.name}${version}"
      ] } }
    },
  ]])
  log_and_trace = [
    {
      actions   = ["logs:CreateLogStream", "logs:PutLogEvents"]
      resources = ["${aws_cloudwatch_log_group.this.arn}:*"]
    },
    {
      actions   = ["xray:PutTraceSegments", "xray:PutTelemetryRecords"]
      resources = ["*"]
    },
  ]
}

data "aws_caller_identity" "current" {}

# Lambda takes the role for functions of this account, whoever asks it to: https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html
# Which function it is for, Lambda is not documented to say wherever it takes the role, such as to read a stream.
resource "aws_iam_role" "this" {
  name = var.name
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "lambda.amazonaws.com" }
      Condition = { StringEquals = { "aws:SourceAccount" = data.aws_caller_identity.current.account_id } }
    }]
  })
}

resource "aws_iam_role_policy" "this" {
  name = var.name
  role = aws_iam_role.this.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [for statement in concat(local.own_statements, local.network_statements, var.statements) : merge(
      {
        Effect   = try(statement.effect, "Allow")
        Action   = statement.actions
        Resource = statement.resources
      },
      { for conditions in try(statement.conditions, null)[*] : "Condition" => conditions },
    )]
  })
}

resource "aws_cloudwatch_log_group" "this" {
  name              = "/aws/lambda/${var.name}"
  retention_in_days = var.log_retention_days
  kms_key_id        = var.kms_key_arn
}

resource "aws_lambda_function" "this" {
  function_name    = var.name
  description      = local.description == "" ? null : local.description
  role             = aws_iam_role.this.arn
  filename         = var.zip
  source_code_hash = filebase64sha256(var.zip)
  runtime          = "provided.al2023"
  handler          = "bootstrap"
  architectures    = [var.architecture]
  memory_size      = var.memory
  timeout          = var.timeout
  publish          = true
  kms_key_arn      = local.environment_key
  layers           = length(var.layers) > 0 ? var.layers : null

  # -1 reserves nothing: https://docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html
  reserved_concurrent_executions = coalesce(var.reserved_concurrency, -1)

  tracing_config {
    mode = "Active"
  }

  dynamic "vpc_config" {
    for_each = var.vpc[*]
    content {
      subnet_ids         = vpc_config.value.subnet_ids
      security_group_ids = vpc_config.value.security_group_ids
    }
  }

  dynamic "environment" {
    for_each = length(var.environment) > 0 ? [var.environment] : []
    content {
      variables = environment.value
    }
  }

  # Lambda makes a log group that never expires if it finds none.
  depends_on = [aws_cloudwatch_log_group.this, aws_iam_role_policy.this]
}

# The version at which the function is held, read before anything is planned to change. Nothing but its condition uses it.
# tflint-ignore: terraform_unused_declarations
data "aws_lambda_function" "live" {
  count = var.live_version != null && var.rules != null ? 1 : 0

  function_name = var.name
  qualifier     = var.live_version

  lifecycle {
    postcondition {
      condition     = try(endswith(self.description, ", ${local.holds}"), false)
      error_message = "The version ${join("", var.live_version[*])} of ${var.name} decides by another contract (${try(coalesce(self.description), "it does not say which")}) than ${join("", var.rules[*])}, whose rules are those of ${coalesce(local.holds, "none")}: it would answer by rules that the API does not have. Deploy the older contract together with the live_version, or take the live_version out."
    }
  }
}

# A share of the calls may go to the newest version while the rest stays:
# https://docs.aws.amazon.com/lambda/latest/dg/configuring-alias-routing.html
resource "aws_lambda_alias" "live" {
  name             = "live"
  function_name    = aws_lambda_function.this.function_name
  function_version = coalesce(var.live_version, aws_lambda_function.this.version)

  dynamic "routing_config" {
    for_each = var.canary_weight > 0 ? [var.canary_weight] : []
    content {
      additional_version_weights = { (aws_lambda_function.this.version) = routing_config.value }
    }
  }

  # Whether older versions are still there, Lambda says when the alias is made.
  lifecycle {
    precondition {
      condition     = try(tonumber(var.live_version) <= tonumber(aws_lambda_function.this.version), true)
      error_message = "The live_version ${join("", var.live_version[*])} of ${var.name} is not published: the newest is ${aws_lambda_function.this.version}."
    }
    precondition {
      condition     = var.canary_weight == 0 || aws_lambda_function.this.version != var.live_version
      error_message = "There is no version of ${var.name} newer than ${join("", var.live_version[*])} for a canary_weight of ${var.canary_weight}: give new code or variables with it, or 0."
    }
  }
}
