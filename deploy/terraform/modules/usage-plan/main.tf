# A usage plan, one tier of an API's callers: how often each may call, and the keys of who belongs to it.

locals {
  # The names are no secret; the values of keys are.
  key_names = toset(nonsensitive(keys(var.keys)))
}

resource "aws_api_gateway_usage_plan" "this" {
  name = var.name

  # AWS has no limit of a method for a plan, only one for a method of a stage of a plan: path and method, /things/{id}/GET.
  api_stages {
    api_id = var.api_id
    stage  = var.stage

    dynamic "throttle" {
      for_each = var.methods
      content {
        path        = join("/", reverse(split(" ", throttle.key)))
        rate_limit  = throttle.value.rateLimit
        burst_limit = throttle.value.burstLimit
      }
    }
  }

  dynamic "throttle_settings" {
    for_each = var.throttle[*]
    content {
      rate_limit  = throttle_settings.value.rateLimit
      burst_limit = throttle_settings.value.burstLimit
    }
  }

  dynamic "quota_settings" {
    for_each = var.quota[*]
    content {
      limit  = quota_settings.value.limit
      offset = quota_settings.value.offset
      period = quota_settings.value.period
    }
  }
}

resource "aws_api_gateway_api_key" "this" {
  for_each = local.key_names

  name        = "${var.name}-${each.key}"
  description = "Counts and limits its holder; it proves nothing."
  enabled     = var.keys[each.key].enabled
  value       = var.keys[each.key].value
}

resource "aws_api_gateway_usage_plan_key" "this" {
  for_each = local.key_names

  usage_plan_id = aws_api_gateway_usage_plan.this.id
  key_id        = aws_api_gateway_api_key.this[each.key].id
  key_type      = "API_KEY"
}
