# The root stack: one API for each auth mode, the functions behind them, and what these use. The files beside this one: plans.tf
# (what is deployed, and what is refused), modes.tf (the APIs), tokens.tf (getting tokens, and taking them back), live.tf (messages,
# and what they tell), and operation.tf (logs, alarms, the edge).

locals {
  # Each has the name by which the contract calls it (x-function).
  functions = merge({
    users = {
      zip = "${local.artifacts}/users.zip"
      environment = {
        USERS_TABLE     = module.users_table.name
        ALLOWED_ORIGINS = join(",", var.allowed_origins)
      }
      statements = [{
        actions = [
          "dynamodb:DeleteItem",
          "dynamodb:GetItem",
          "dynamodb:PutItem",
          "dynamodb:Scan",
          "dynamodb:UpdateItem",
        ]
        resources = [module.users_table.arn]
      }]
    }
  }, local.tokens_function, local.live_function, var.functions)

  # The names by which variables know the functions.
  function_names = concat(["users"], keys(local.tokens_function), keys(local.live_function), keys(var.functions), local.asking_modes)

  # The name of each in AWS, which has 64 characters: a longer one ends with what tells it apart.
  names_in_aws = { for name in keys(local.functions) : name => (
    length("${var.name}-${name}") <= 64 ? "${var.name}-${name}" : "${substr("${var.name}-${name}", 0, 51)}-${substr(sha256(name), 0, 12)}"
  ) }

  # The rollout of a function that the variable does not name.
  unchanged = { live_version = null, canary_weight = 0 }
}

module "user_pool" {
  source = "./modules/user-pool"

  name                 = var.name
  group_scopes         = var.group_scopes
  machine_clients      = var.machine_clients
  domain_prefix        = var.domain_prefix
  mfa                  = var.mfa
  second_factors       = var.second_factors
  first_factors        = var.first_factors
  access_token_minutes = var.access_token_minutes
  refresh_token_days   = var.refresh_token_days
  confidential_client  = var.client_secret
  kms_key_arn          = var.kms_key_arn
  deletion_protection  = var.deletion_protection
}

module "users_table" {
  source = "./modules/table"

  name                = "${var.name}-users"
  stream_view         = local.feeds || var.users_stream ? "NEW_AND_OLD_IMAGES" : null
  deletion_protection = var.deletion_protection
  kms_key_arn         = var.kms_key_arn
}

module "function" {
  source   = "./modules/function"
  for_each = local.functions

  name                 = local.names_in_aws[each.key]
  description          = try(each.value.description, null)
  zip                  = each.value.zip
  rules                = try(each.value.rules, null)
  architecture         = var.architecture
  timeout              = try(each.value.timeout, null)
  memory               = try(each.value.memory, null)
  environment          = merge(local.network.environment, each.value.environment)
  vpc                  = local.network.vpc
  layers               = local.network.layers
  statements           = each.value.statements
  reserved_concurrency = lookup(local.reserved_concurrency, each.key, null)
  live_version         = lookup(var.rollout, each.key, local.unchanged).live_version
  canary_weight        = lookup(var.rollout, each.key, local.unchanged).canary_weight
  log_retention_days   = var.log_retention_days
  kms_key_arn          = var.kms_key_arn
}
