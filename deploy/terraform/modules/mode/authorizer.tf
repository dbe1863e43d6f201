# The Lambda authorizer: a function of the mode's own, since the mode says what it accepts.

locals {
  asks = contains(["TOKEN", "REQUEST"], local.plan.authorization)

  # The places that only a WebSocket handshake has are for a WebSocket API's authorizer.
  token_sources = var.token_sources == null ? null : [for source in var.token_sources : source if local.kind == "WEBSOCKET" || !can(regex("^(query|protocol):", source))]

  # Only the pool's access tokens are accepted: its ID tokens are for the client. Its groups count in its own tokens only, and
  # its resource servers say which scopes its machines have.
  own_issuer = {
    issuer   = var.user_pool.issuer
    audience = var.user_pool.client_ids
    tokenUse = ["access"]
    grants   = { scope = { "*" = ["*"] }, "cognito:groups" = var.group_scopes }
    scopes   = ["*"]
    owners   = true
  }
}

module "authorizer" {
  source = "../authorizer"
  count  = local.asks ? 1 : 0

  name              = var.name
  gateway           = local.plan.gateway
  api_id            = local.api_id
  api_execution_arn = local.api_execution_arn

  type                           = local.plan.authorization
  identity_sources               = local.plan.authorizer.identitySources
  identity_validation_expression = try(local.plan.authorizer.identityValidationExpression, null)
  result_ttl_in_seconds          = local.plan.authorizer.resultTtlInSeconds
  payload_format_version         = try(local.plan.authorizer.payloadFormatVersion, null)
  enable_simple_responses        = try(local.plan.authorizer.enableSimpleResponses, false)

  # The pool's issuer is known when it is made, and what is wrong with those before it when it is planned.
  issuers        = concat(var.issuers, [local.own_issuer])
  clock_skew     = var.clock_skew
  token_sources  = local.token_sources
  max_token      = var.max_token
  api_key_checks = var.api_key_checks
  unauthorized   = var.unauthorized
  api_keys_table = var.api_keys_table

  revocation        = var.revocation
  revocations_table = var.revocations_table

  zip                  = "${var.artifacts}/${local.plan.authorizer.function}.zip"
  rules                = "${var.artifacts}/rules.json"
  architecture         = var.architecture
  reserved_concurrency = var.reserved_concurrency
  live_version         = var.rollout.live_version
  canary_weight        = var.rollout.canary_weight
  log_retention_days   = var.log_retention_days
  kms_key_arn          = var.kms_key_arn
  vpc                  = var.network.vpc
  layers               = var.network.layers
  environment          = var.network.environment
}
