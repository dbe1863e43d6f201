# The Lambda authorizer: a function of the mode's own, since the mode says what it accepts.

locals {
  asks       = contains(["TOKEN", "REQUEST"], try(local.mode.authorization, ""))
  authorizer = try({ for name, value in local.mode.authorizer : name => value }, {})

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
  gateway           = local.mode.gateway
  api_id            = local.api_id
  api_execution_arn = local.api_execution_arn

  type                           = local.mode.authorization
  identity_sources               = [for source in split(",", join(",", flatten([lookup(local.authorizer, "identitySource", [])]))) : trimspace(source) if trimspace(source) != ""]
  identity_validation_expression = lookup(local.authorizer, "identityValidationExpression", null)
  result_ttl_in_seconds          = lookup(local.authorizer, "resultTtlInSeconds", 300)
  payload_format_version         = lookup(local.authorizer, "payloadFormatVersion", "2.0")
  enable_simple_responses        = lookup(local.authorizer, "enableSimpleResponses", false)

  # The pool's issuer is known when it is made, and what is wrong with those before it when it is planned.
  issuers        = concat(var.issuers, [local.own_issuer])
  clock_skew     = var.clock_skew
  token_sources  = var.token_sources
  max_token      = var.max_token
  api_keys_table = var.api_keys_table

  revocation        = var.revocation
  revocations_table = var.revocations_table

  zip                  = "${var.artifacts}/${local.authorizer.function}.zip"
  contract             = "${var.artifacts}/openapi.yaml"
  architecture         = var.architecture
  reserved_concurrency = var.reserved_concurrency
  live_version         = var.rollout.live_version
  canary_weight        = var.rollout.canary_weight
  log_retention_days   = var.log_retention_days
  kms_key_arn          = var.kms_key_arn
}
