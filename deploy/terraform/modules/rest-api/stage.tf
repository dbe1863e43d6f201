# The deployment, and the stage that serves it, with its logs and traces.

locals {
  # What the API is made from.
  deployed = {
    plan            = local.plan
    functions       = var.functions
    authorizer      = var.authorizer_id
    user_pools      = local.user_pools
    allowed_origins = var.allowed_origins
    no_own_endpoint = var.disable_execute_api_endpoint
    endpoints       = var.vpc_endpoint_ids
    module          = { for name in fileset(path.module, "*.tf") : name => filesha256("${path.module}/${name}") }
  }
}

resource "aws_api_gateway_deployment" "this" {
  rest_api_id = aws_api_gateway_rest_api.this.id

  # A deployment is a snapshot: a new one is made when anything that the API is made from has changed.
  triggers = {
    inputs = sha256(jsonencode(local.deployed))
  }

  lifecycle {
    create_before_destroy = true
  }

  # A method that is served before the gateway may call its function would answer 500, and one before its API has the policy would answer
  # those whom that keeps out.
  depends_on = [
    aws_api_gateway_gateway_response.error,
    aws_api_gateway_integration.operation,
    aws_api_gateway_integration_response.preflight,
    aws_api_gateway_rest_api_policy.this,
    aws_lambda_permission.operation,
  ]
}

resource "aws_cloudwatch_log_group" "access" {
  name              = "/aws/apigateway/${var.name}"
  retention_in_days = var.log_retention_days
  kms_key_id        = var.kms_key_arn
}

# API Gateway makes this group, which never expires, if it finds none.
resource "aws_cloudwatch_log_group" "execution" {
  name              = "API-Gateway-Execution-Logs_${aws_api_gateway_rest_api.this.id}/${var.stage}"
  retention_in_days = var.log_retention_days
  kms_key_id        = var.kms_key_arn
}

resource "aws_api_gateway_stage" "this" {
  rest_api_id          = aws_api_gateway_rest_api.this.id
  deployment_id        = aws_api_gateway_deployment.this.id
  stage_name           = var.stage
  variables            = local.plan.stageVariables
  xray_tracing_enabled = true

  cache_cluster_enabled = local.rest.cacheSettings != null
  cache_cluster_size    = local.rest.cacheSettings != null ? var.cache_cluster_size : null

  access_log_settings {
    destination_arn = aws_cloudwatch_log_group.access.arn
    format          = local.plan.accessLogFormat
  }

  depends_on = [aws_cloudwatch_log_group.execution, var.logging_role]
}
