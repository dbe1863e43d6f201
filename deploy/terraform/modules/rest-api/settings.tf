# What the stage does with requests: limits, logs and the cache, for all methods and for those that the mode names.

locals {
  # The operations with settings of their own. Those of all methods do not count for them any more.
  with_settings = { for name, operation in local.plan.operations : name => {
    # As AWS writes it: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-properties-apigateway-stage-methodsetting.html
    path     = "${replace(operation.path, "/", "~1")}/${operation.method}"
    throttle = try(operation.throttle, local.plan.throttle)
    ttl      = try(operation.cache.ttlInSeconds, null)
  } if can(operation.throttle) || can(operation.cache) }
}

# Answers are kept where the mode says so, and nowhere else.
resource "aws_api_gateway_method_settings" "all" {
  rest_api_id = aws_api_gateway_rest_api.this.id
  stage_name  = aws_api_gateway_stage.this.stage_name
  method_path = "*/*"

  settings {
    metrics_enabled        = true
    logging_level          = "ERROR"
    data_trace_enabled     = false
    caching_enabled        = false
    throttling_rate_limit  = local.plan.throttle.rateLimit
    throttling_burst_limit = local.plan.throttle.burstLimit
  }
}

resource "aws_api_gateway_method_settings" "method" {
  for_each = local.with_settings

  rest_api_id = aws_api_gateway_rest_api.this.id
  stage_name  = aws_api_gateway_stage.this.stage_name
  method_path = each.value.path

  settings {
    metrics_enabled        = true
    logging_level          = "ERROR"
    data_trace_enabled     = false
    throttling_rate_limit  = each.value.throttle.rateLimit
    throttling_burst_limit = each.value.throttle.burstLimit

    caching_enabled                            = each.value.ttl != null
    cache_ttl_in_seconds                       = each.value.ttl
    cache_data_encrypted                       = each.value.ttl != null ? true : null
    require_authorization_for_cache_control    = each.value.ttl != null ? local.rest.cacheSettings.requireAuthorizationForCacheControl : null
    unauthorized_cache_control_header_strategy = each.value.ttl != null ? local.rest.cacheSettings.unauthorizedCacheControlHeaderStrategy : null
  }

  depends_on = [aws_api_gateway_method_settings.all]
}
