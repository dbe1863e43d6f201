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
  issuers = concat([local.own_issuer], var.issuers)

  mode_file = "${path.module}/../modes/${one(var.modes)}.yaml"
  mode      = yamldecode(file(local.mode_file))

  # Each function is NAME.zip, and has the name by which the contract calls it.
  functions = {
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
  source = "./modules/rest-api"

  name               = "${var.name}-${local.mode.name}"
  stage              = var.stage
  contract           = local.contract
  mode               = local.mode_file
  functions          = module.function
  authorizer_id      = module.authorizer.id
  allowed_origins    = var.allowed_origins
  log_retention_days = var.log_retention_days
  logging_role       = one(module.account_logging[*].role_arn)
}

module "authorizer" {
  source = "./modules/authorizer"

  name                           = "${var.name}-${local.mode.authorizer.function}"
  gateway                        = local.mode.gateway
  api_id                         = module.rest_api.id
  api_execution_arn              = module.rest_api.execution_arn
  type                           = local.mode.authorization
  identity_sources               = flatten([local.mode.authorizer.identitySource])
  identity_validation_expression = try(local.mode.authorizer.identityValidationExpression, null)
  result_ttl_in_seconds          = try(local.mode.authorizer.resultTtlInSeconds, 300)
  issuers                        = local.issuers
  group_scopes                   = var.group_scopes
  zip                            = "${local.artifacts}/${local.mode.authorizer.function}.zip"
  architecture                   = var.architecture
  log_retention_days             = var.log_retention_days
}
