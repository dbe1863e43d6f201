# What those need who run the stack: logs, alarms, audit records, a firewall, a domain of one's own.

module "account_logging" {
  source = "./modules/account-logging"
  count  = var.account_logging ? 1 : 0

  name = "${var.name}-api-gateway-logs"
}

module "observability" {
  source = "./modules/observability"

  name = var.name
  apis = { for mode, plan in local.plans : mode => {
    kind  = plan.gateway
    id    = module.mode[mode].id
    name  = "${var.name}-${mode}"
    stage = module.mode[mode].stage
  } }
  authorizers = { for mode, made in module.mode : mode => {
    function_name = made.authorizer.name
    log_group     = made.authorizer.log_group
    timeout       = made.authorizer.timeout
    api_keys      = contains(local.key_modes, mode)
  } if contains(local.function_names, mode) }
  functions = { for name, function in module.function : name => {
    function_name = function.name
    log_group     = function.log_group
  } }
  feed = one([for feed in module.feed : {
    function_name = module.function["live"].name
    log_group     = module.function["live"].log_group
    rule_name     = feed.rule_name
    queue_name    = feed.queue_name
  }])
  revocations_table = one(module.revocations_table[*].name)
  alarm_actions     = var.alarm_actions
  thresholds        = var.thresholds
}

# Who changed API keys and revocations, as the command portcullis writes it. No function has a right to it. Its items stay.
module "audit_table" {
  source = "./modules/table"
  count  = length(module.api_keys_table) + length(module.revocations_table) > 0 ? 1 : 0

  name                = "${var.name}-audit"
  deletion_protection = var.deletion_protection
  kms_key_arn         = var.kms_key_arn
}

module "web_acl" {
  source = "./modules/web-acl"
  count  = var.waf != null ? 1 : 0

  name               = var.name
  stage_arns         = { for mode in local.rest_modes : mode => module.mode[mode].stage_arn }
  rate_limit         = try(var.waf.rate_limit, 2000)
  counted_rules      = try(var.waf.counted_rules, [])
  log_retention_days = var.log_retention_days
  kms_key_arn        = var.kms_key_arn
}

module "custom_domain" {
  source = "./modules/custom-domain"
  count  = var.domain != null ? 1 : 0

  domain_name               = var.domain.name
  certificate_arn           = var.domain.certificate_arn
  ownership_certificate_arn = var.domain.ownership_certificate_arn
  truststore                = var.domain.truststore
  hosted_zone_id            = var.domain.hosted_zone_id
  mappings = { for base_path, mode in local.base_paths : base_path => {
    api_id = module.mode[mode].id
    stage  = module.mode[mode].stage
  } }
}

locals {
  base_paths = coalesce(try(var.domain.base_paths, null), { for mode in var.modes : mode => mode })

  # The first of a mode's, in the order of their names.
  base_path_of = { for base_path, mode in local.base_paths : mode => base_path... }
}
