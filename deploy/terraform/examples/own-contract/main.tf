# An HTTP API of a team's own contract and function, guarded by the authorizer, with a user pool for its users.

# The gateway and its authorizer are made from one plan, which the build made of orders.yaml and the mode.
module "plan" {
  source = "../../modules/plan"

  file = var.plan
}

locals {
  authorizer = module.plan.plan.authorizer

  group_scopes = {
    staff    = ["orders/read", "orders/write"]
    auditors = ["orders/read"]
  }
}

module "user_pool" {
  source = "../../modules/user-pool"

  name                = var.name
  group_scopes        = local.group_scopes
  deletion_protection = var.deletion_protection
}

module "orders" {
  source = "../../modules/function"

  name               = "${var.name}-orders"
  zip                = var.orders_zip
  architecture       = var.architecture
  log_retention_days = var.log_retention_days
}

module "api" {
  source = "../../modules/http-api"

  name               = var.name
  stage              = var.stage
  plan               = var.plan
  functions          = { orders = module.orders }
  authorizer_id      = module.authorizer.id
  allowed_origins    = var.allowed_origins
  log_retention_days = var.log_retention_days
}

module "authorizer" {
  source = "../../modules/authorizer"

  name              = "${var.name}-authorizer"
  gateway           = "HTTP"
  api_id            = module.api.id
  api_execution_arn = module.api.execution_arn

  type                    = "REQUEST"
  identity_sources        = local.authorizer.identitySources
  result_ttl_in_seconds   = local.authorizer.resultTtlInSeconds
  payload_format_version  = local.authorizer.payloadFormatVersion
  enable_simple_responses = try(local.authorizer.enableSimpleResponses, false)

  # Only the pool's access tokens are accepted: its ID tokens are for the client.
  issuers = [{
    issuer   = module.user_pool.issuer
    audience = [module.user_pool.client_id]
    tokenUse = ["access"]
  }]
  group_scopes = local.group_scopes

  zip                = var.authorizer_zip
  rules              = "${dirname(var.authorizer_zip)}/rules.json"
  architecture       = var.architecture
  log_retention_days = var.log_retention_days
}
