# One auth mode: its API, its Lambda authorizer where it has one, and its usage plans.

module "plan" {
  source = "../plan"

  file = var.plan
}

locals {
  plan = module.plan.plan
  kind = local.plan.gateway

  # Which indices are written out: an authorizer is made from the API whose methods use it, and only so Terraform sees that
  # it needs not all of the API.
  api_id = (local.kind == "REST" ? module.rest_api[0].id :
  local.kind == "HTTP" ? module.http_api[0].id : var.websocket_api.id)
  api_execution_arn = (local.kind == "REST" ? module.rest_api[0].execution_arn :
  local.kind == "HTTP" ? module.http_api[0].execution_arn : var.websocket_api.execution_arn)

  # All of the API, for what comes after it.
  api = one(concat(module.rest_api, module.http_api, module.websocket_api))
}

module "rest_api" {
  source = "../rest-api"
  count  = local.kind == "REST" ? 1 : 0

  name                         = var.name
  stage                        = var.stage
  plan                         = var.plan
  functions                    = var.functions
  authorizer_id                = local.asks ? module.authorizer[0].id : null
  user_pool_arns               = [var.user_pool.arn]
  allowed_origins              = var.allowed_origins
  cache_cluster_size           = var.cache_cluster_size
  disable_execute_api_endpoint = var.disable_execute_api_endpoint
  vpc_endpoint_ids             = var.vpc_endpoint_ids
  log_retention_days           = var.log_retention_days
  logging_role                 = var.logging_role
  kms_key_arn                  = var.kms_key_arn
}

module "http_api" {
  source = "../http-api"
  count  = local.kind == "HTTP" ? 1 : 0

  name                         = var.name
  stage                        = var.stage
  plan                         = var.plan
  functions                    = var.functions
  authorizer_id                = local.asks ? module.authorizer[0].id : null
  issuer                       = var.user_pool.issuer
  audience                     = var.user_pool.client_ids
  allowed_origins              = var.allowed_origins
  disable_execute_api_endpoint = var.disable_execute_api_endpoint
  log_retention_days           = var.log_retention_days
  kms_key_arn                  = var.kms_key_arn
}

module "websocket_api" {
  source = "../websocket-api"
  count  = local.kind == "WEBSOCKET" ? 1 : 0

  api                = var.websocket_api
  name               = var.name
  stage              = var.stage
  plan               = var.plan
  functions          = var.functions
  authorizer_id      = local.asks ? module.authorizer[0].id : null
  log_retention_days = var.log_retention_days
  logging_role       = var.logging_role
  kms_key_arn        = var.kms_key_arn
}
