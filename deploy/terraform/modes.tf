# One API for each mode: the same contract, and the same functions behind it.

locals {
  # The modes whose authorizer takes API keys of our own.
  key_modes = [for mode, plan in local.plans : mode if try(plan.authorizer.function, "") == "request"]

  # The modes that ask for keys of a usage plan, and the plans: MODE, and MODE-TIER.
  keyed_modes = [for mode, plan in local.plans : mode if try(plan.rest.usagePlan, plan.webSocket.usagePlan, null) != null]
  usage_plans = merge(
    { for mode in local.keyed_modes : mode => { mode = mode, tier = "" } },
    merge([for mode, tiers in var.usage_tiers : { for tier in keys(tiers) : "${mode}-${tier}" => { mode = mode, tier = tier } }]...),
  )
}

module "api_keys_table" {
  source = "./modules/table"
  count  = length(local.key_modes) > 0 ? 1 : 0

  name                = "${var.name}-api-keys"
  ttl_attribute       = "expiresAt"
  deletion_protection = var.deletion_protection
  kms_key_arn         = var.kms_key_arn
}

# The APIs whose connections the functions may be told of.
module "websocket_endpoint" {
  source   = "./modules/websocket-endpoint"
  for_each = toset(local.websocket_modes)

  name                         = "${var.name}-${each.key}"
  stage                        = var.stage
  plan                         = "${local.artifacts}/plans/${each.key}.json"
  disable_execute_api_endpoint = var.domain != null
}

# Those that were deployed before they were made so.
moved {
  from = module.mode["websocket"].module.websocket_api[0].aws_apigatewayv2_api.this
  to   = module.websocket_endpoint["websocket"].aws_apigatewayv2_api.this
}

module "mode" {
  source   = "./modules/mode"
  for_each = local.plans

  name      = "${var.name}-${each.key}"
  stage     = var.stage
  plan      = "${local.artifacts}/plans/${each.key}.json"
  functions = module.function

  websocket_api = lookup(module.websocket_endpoint, each.key, null)

  user_pool = {
    arn        = module.user_pool.arn
    issuer     = module.user_pool.issuer
    client_ids = module.user_pool.client_ids
  }
  issuers        = var.issuers
  group_scopes   = var.group_scopes
  clock_skew     = var.clock_skew
  token_sources  = var.token_sources
  max_token      = var.max_token
  api_key_checks = var.api_key_checks
  unauthorized   = lookup(var.unauthorized, each.key, "fail")
  api_keys_table = contains(local.key_modes, each.key) ? { name = module.api_keys_table[0].name, arn = module.api_keys_table[0].arn } : null

  revocation        = var.revocation
  revocations_table = local.revocations_table

  usage_tiers = lookup(var.usage_tiers, each.key, {})
  api_keys    = { for plan, of in local.usage_plans : of.tier => lookup(var.api_keys, plan, {}) if of.mode == each.key }

  artifacts                    = local.artifacts
  architecture                 = var.architecture
  allowed_origins              = var.allowed_origins
  cache_cluster_size           = var.cache_cluster_size
  disable_execute_api_endpoint = var.domain != null
  vpc_endpoint_ids             = var.vpc_endpoint_ids
  network                      = local.network
  reserved_concurrency         = lookup(var.reserved_concurrency, each.key, null)
  rollout                      = lookup(var.rollout, each.key, local.unchanged)
  log_retention_days           = var.log_retention_days
  logging_role                 = one(module.account_logging[*].role_arn)
  kms_key_arn                  = var.kms_key_arn
}
