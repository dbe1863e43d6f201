# The root stack: the functions, what they use, and one API for each auth mode.

locals {
  contract  = "${path.module}/../../api/openapi.yaml"
  artifacts = startswith(var.artifacts, "/") ? var.artifacts : "${path.module}/${var.artifacts}"

  # Only the pool's access tokens are accepted: its ID tokens are for the client.
  own_issuer = {
    issuer   = module.user_pool.issuer
    audience = [module.user_pool.client_id]
    tokenUse = ["access"]
  }
  issuers = concat([local.own_issuer], [
    for issuer in var.issuers : { for name, value in issuer : name => value if value != null }
  ])

  # Each function is NAME.zip, and has the name by which mode files and the contract call it.
  functions = {
    token = {
      environment = {
        ISSUERS      = jsonencode(local.issuers)
        GROUP_SCOPES = jsonencode(var.group_scopes)
      }
      statements = []
    }
    users = {
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
  }
}

module "user_pool" {
  source = "./modules/user-pool"

  name                = var.name
  group_scopes        = var.group_scopes
  deletion_protection = var.deletion_protection
}

module "users_table" {
  source = "./modules/users-table"

  name                = "${var.name}-users"
  deletion_protection = var.deletion_protection
}

module "function" {
  source   = "./modules/function"
  for_each = local.functions

  name               = "${var.name}-${each.key}"
  zip                = "${local.artifacts}/${each.key}.zip"
  architecture       = var.architecture
  environment        = each.value.environment
  statements         = each.value.statements
  log_retention_days = var.log_retention_days
}

module "account_logging" {
  source = "./modules/account-logging"
  count  = var.account_logging ? 1 : 0

  name = "${var.name}-api-gateway-logs"
}

module "rest_api" {
  source   = "./modules/rest-api"
  for_each = var.modes

  name               = "${var.name}-${each.key}"
  stage              = var.stage
  contract           = local.contract
  mode               = "${path.module}/../modes/${each.key}.yaml"
  functions          = module.function
  allowed_origins    = var.allowed_origins
  log_retention_days = var.log_retention_days
  logging_role       = one(module.account_logging[*].role_arn)
}
