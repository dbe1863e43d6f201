# The usage plans of a mode that asks for keys: its own, and the tiers beside it.

locals {
  own_usage_plan = local.kind == "HTTP" ? null : local.kind == "REST" ? local.plan.rest.usagePlan : local.plan.webSocket.usagePlan
  usage_plans = merge(
    { for plan in local.own_usage_plan[*] : "" => plan },
    { for tier, plan in var.usage_tiers : tier => plan },
  )
}

module "usage_plan" {
  source   = "../usage-plan"
  for_each = local.usage_plans

  name     = join("-", compact([var.name, each.key]))
  api_id   = local.api.id
  stage    = local.api.stage
  throttle = each.value.throttle
  quota    = each.value.quota
  methods  = each.value.methods
  keys     = lookup(var.api_keys, each.key, {})
}
