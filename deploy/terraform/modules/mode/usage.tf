# The usage plans of a mode that asks for keys: its own, and the tiers beside it.

locals {
  usage_plans = merge(
    { for own in try(local.mode.apiKeyRequired, false) ? ["own"] : [] : "" => {
      throttle = try(local.mode.usagePlan.throttle, null)
      quota    = try(local.mode.usagePlan.quota, null)
      methods  = try({ for name, value in local.mode.usagePlan.methods : name => value }, {})
    } },
    { for tier, plan in var.usage_tiers : tier => plan },
  )
}

module "usage_plan" {
  source   = "../usage-plan"
  for_each = local.usage_plans

  name     = join("-", compact([var.name, each.key]))
  api_id   = module.rest_api[0].id
  stage    = module.rest_api[0].stage
  throttle = each.value.throttle
  quota    = each.value.quota
  methods  = each.value.methods
  keys     = lookup(var.api_keys, each.key, {})
}
