# The deployment and the stage that serves it, with its logs and limits.

resource "aws_apigatewayv2_deployment" "this" {
  api_id = var.api.id

  # A deployment is a snapshot: a new one is made when anything that the API is made from has changed. No WebSocket API deploys
  # itself.
  triggers = {
    inputs = sha256(jsonencode({
      plan                         = local.plan
      functions                    = { for name, function in var.functions : name => function.invoke_arn }
      authorizer_id                = var.authorizer_id
      disable_execute_api_endpoint = var.api.disable_execute_api_endpoint
      others                       = var.deployment_triggers
      module                       = { for name in fileset(path.module, "*.tf") : name => filesha256("${path.module}/${name}") }
    }))
  }

  lifecycle {
    create_before_destroy = true
  }

  # A route that is served before the gateway may call its function would answer 500.
  depends_on = [aws_apigatewayv2_route.operation, aws_apigatewayv2_route_response.answer, aws_lambda_permission.operation]
}

resource "aws_cloudwatch_log_group" "access" {
  name              = "/aws/apigateway/${var.name}"
  retention_in_days = var.log_retention_days
  kms_key_id        = var.kms_key_arn
}

# API Gateway makes this group, which never expires, if it finds none.
resource "aws_cloudwatch_log_group" "execution" {
  name              = "/aws/apigateway/${var.api.id}/${var.stage}"
  retention_in_days = var.log_retention_days
  kms_key_id        = var.kms_key_arn
}

resource "aws_apigatewayv2_stage" "this" {
  api_id          = var.api.id
  name            = var.stage
  auto_deploy     = false
  deployment_id   = aws_apigatewayv2_deployment.this.id
  stage_variables = local.plan.stageVariables

  access_log_settings {
    destination_arn = aws_cloudwatch_log_group.access.arn
    format          = local.plan.accessLogFormat
  }

  # Messages, which may hold what is secret, are never logged.
  default_route_settings {
    detailed_metrics_enabled = true
    logging_level            = "ERROR"
    data_trace_enabled       = false
    throttling_rate_limit    = local.plan.throttle.rateLimit
    throttling_burst_limit   = local.plan.throttle.burstLimit
  }

  dynamic "route_settings" {
    for_each = { for key, operation in local.plan.operations : key => operation.throttle if can(operation.throttle) }
    content {
      route_key                = route_settings.key
      detailed_metrics_enabled = true
      logging_level            = "ERROR"
      data_trace_enabled       = false
      throttling_rate_limit    = route_settings.value.rateLimit
      throttling_burst_limit   = route_settings.value.burstLimit
    }
  }

  # Unlike an HTTP API, it writes its logs by the region's role.
  depends_on = [aws_cloudwatch_log_group.execution, var.logging_role]
}
