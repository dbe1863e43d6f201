# The deployment and the stage that serves it, with its logs and limits.

resource "aws_apigatewayv2_deployment" "this" {
  api_id = aws_apigatewayv2_api.this.id

  # A deployment is a snapshot: a new one is made when anything that the API is made from has changed.
  triggers = {
    inputs = sha256(jsonencode({
      plan                         = local.plan
      functions                    = { for name, function in var.functions : name => function.invoke_arn }
      authorizer_id                = var.authorizer_id
      issuer                       = var.issuer
      audience                     = var.audience
      allowed_origins              = var.allowed_origins
      disable_execute_api_endpoint = var.disable_execute_api_endpoint
      others                       = var.deployment_triggers
      module                       = { for name in fileset(path.module, "*.tf") : name => filesha256("${path.module}/${name}") }
    }))
  }

  lifecycle {
    create_before_destroy = true
  }

  # A route that is served before the gateway may call its function would answer 500.
  depends_on = [aws_apigatewayv2_route.operation, aws_lambda_permission.operation]
}

# Log groups under /aws/vendedlogs need no entry each in the account's resource policy for log delivery, whose size is limited:
# https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/AWS-logs-infrastructure-CWL.html
resource "aws_cloudwatch_log_group" "access" {
  name              = "/aws/vendedlogs/apigateway/${var.name}"
  retention_in_days = var.log_retention_days
  kms_key_id        = var.kms_key_arn
}

resource "aws_apigatewayv2_stage" "this" {
  api_id          = aws_apigatewayv2_api.this.id
  name            = var.stage
  auto_deploy     = false
  deployment_id   = aws_apigatewayv2_deployment.this.id
  stage_variables = local.plan.stageVariables

  access_log_settings {
    destination_arn = aws_cloudwatch_log_group.access.arn
    format          = local.plan.accessLogFormat
  }

  default_route_settings {
    detailed_metrics_enabled = true
    throttling_rate_limit    = local.plan.throttle.rateLimit
    throttling_burst_limit   = local.plan.throttle.burstLimit
  }

  dynamic "route_settings" {
    for_each = { for key, operation in local.plan.operations : key => operation.throttle if can(operation.throttle) }
    content {
      route_key                = route_settings.key
      detailed_metrics_enabled = true
      throttling_rate_limit    = route_settings.value.rateLimit
      throttling_burst_limit   = route_settings.value.burstLimit
    }
  }
}
