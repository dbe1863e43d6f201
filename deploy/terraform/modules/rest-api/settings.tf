# What the stage does with requests: limits, logs and the cache, for all methods and for those that the mode names.

locals {
  throttle = {
    rate  = try(tonumber(coalesce(local.mode.throttle.rateLimit)), -1)
    burst = try(tonumber(coalesce(local.mode.throttle.burstLimit)), -1)
  }

  # "GET /path" -> its settings, where it has any of its own. Those of all methods do not count for it any more.
  method_settings = { for name, operation in local.operations : name => {
    # As AWS writes it: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-properties-apigateway-stage-methodsetting.html
    path   = "${replace(operation.path, "/", "~1")}/${operation.method}"
    rate   = try(tonumber(local.mode.throttle.methods[name].rateLimit), local.throttle.rate)
    burst  = try(tonumber(local.mode.throttle.methods[name].burstLimit), local.throttle.burst)
    cached = contains(keys(local.cached), name)
    ttl    = try(local.cached[name].ttl, null)
  } if can(local.mode.throttle.methods[name]) || contains(keys(local.cached), name) }

  anyone_may_invalidate = try(local.mode.cache.anyoneMayInvalidate == true, false)
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
    throttling_rate_limit  = local.throttle.rate
    throttling_burst_limit = local.throttle.burst
  }
}

resource "aws_api_gateway_method_settings" "method" {
  for_each = local.method_settings

  rest_api_id = aws_api_gateway_rest_api.this.id
  stage_name  = aws_api_gateway_stage.this.stage_name
  method_path = each.value.path

  settings {
    metrics_enabled        = true
    logging_level          = "ERROR"
    data_trace_enabled     = false
    throttling_rate_limit  = each.value.rate
    throttling_burst_limit = each.value.burst

    caching_enabled                            = each.value.cached
    cache_ttl_in_seconds                       = each.value.ttl
    cache_data_encrypted                       = each.value.cached ? true : null
    require_authorization_for_cache_control    = each.value.cached ? !local.anyone_may_invalidate : null
    unauthorized_cache_control_header_strategy = each.value.cached ? local.cache_strategy : null
  }

  depends_on = [aws_api_gateway_method_settings.all]
}
