# The deployment, and the stage that serves it: logs, traces, throttling.

locals {
  # No field may hold a credential. $context.error.message is left out: for a malformed Authorization header it quotes the header.
  access_log = {
    requestId          = "$context.requestId"
    extendedRequestId  = "$context.extendedRequestId"
    traceId            = "$context.xrayTraceId"
    time               = "$context.requestTime"
    sourceIp           = "$context.identity.sourceIp"
    method             = "$context.httpMethod"
    path               = "$context.path"
    resourcePath       = "$context.resourcePath"
    status             = "$context.status"
    errorType          = "$context.error.responseType"
    principalId        = "$context.authorizer.principalId"
    authorizerStatus   = "$context.authorizer.status"
    authorizerLatency  = "$context.authorizer.latency"
    integrationStatus  = "$context.integration.status"
    integrationLatency = "$context.integration.latency"
    latency            = "$context.responseLatency"
    responseLength     = "$context.responseLength"
  }
}

resource "aws_api_gateway_deployment" "this" {
  rest_api_id = aws_api_gateway_rest_api.this.id

  # A deployment is a snapshot: a new one is made when anything that the API is made from has changed.
  triggers = {
    inputs = sha256(jsonencode({
      contract        = filesha256(var.contract)
      mode            = filesha256(var.mode)
      functions       = { for name, function in var.functions : name => function.name }
      allowed_origins = var.allowed_origins
      module          = { for name in fileset(path.module, "*.tf") : name => filesha256("${path.module}/${name}") }
    }))
  }

  lifecycle {
    create_before_destroy = true
  }

  depends_on = [
    aws_api_gateway_gateway_response.error,
    aws_api_gateway_integration.operation,
    aws_api_gateway_integration_response.preflight,
  ]
}

resource "aws_cloudwatch_log_group" "access" {
  name              = "/aws/apigateway/${var.name}"
  retention_in_days = var.log_retention_days
}

# API Gateway makes this group, which never expires, if it finds none.
resource "aws_cloudwatch_log_group" "execution" {
  name              = "API-Gateway-Execution-Logs_${aws_api_gateway_rest_api.this.id}/${var.stage}"
  retention_in_days = var.log_retention_days
}

resource "aws_api_gateway_stage" "this" {
  rest_api_id          = aws_api_gateway_rest_api.this.id
  deployment_id        = aws_api_gateway_deployment.this.id
  stage_name           = var.stage
  variables            = try(local.mode.stageVariables, {})
  xray_tracing_enabled = true

  access_log_settings {
    destination_arn = aws_cloudwatch_log_group.access.arn
    format          = jsonencode(local.access_log)
  }

  depends_on = [aws_cloudwatch_log_group.execution, var.logging_role]
}

resource "aws_api_gateway_method_settings" "all" {
  rest_api_id = aws_api_gateway_rest_api.this.id
  stage_name  = aws_api_gateway_stage.this.stage_name
  method_path = "*/*"

  settings {
    metrics_enabled        = true
    logging_level          = "ERROR"
    data_trace_enabled     = false
    throttling_rate_limit  = try(local.mode.throttle.rateLimit, -1)
    throttling_burst_limit = try(local.mode.throttle.burstLimit, -1)
  }
}
