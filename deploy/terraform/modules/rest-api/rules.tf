# Who may call each operation, as the gateway has it: the mode says how callers are told apart, the contract what they need.

locals {
  # The mode's authorization -> that of its methods.
  authorizations = {
    TOKEN              = "CUSTOM"
    REQUEST            = "CUSTOM"
    COGNITO_USER_POOLS = "COGNITO_USER_POOLS"
    AWS_IAM            = "AWS_IAM"
    NONE               = "NONE"
  }
  checked_by    = try(tostring(coalesce(local.mode.authorization)), "")
  authorization = try(local.authorizations[local.checked_by], "CUSTOM")

  by_function = contains(["TOKEN", "REQUEST"], local.checked_by)
  by_pools    = local.authorization == "COGNITO_USER_POOLS"
  by_key      = try(local.mode.apiKeyRequired == true, false)

  user_pools = try(length(local.mode.authorizer.userPools) > 0, false) ? [for pool in local.mode.authorizer.userPools : pool] : var.user_pool_arns

  schemes = try(keys(local.contract.components.securitySchemes), [])
  bearer_schemes = [for name in local.schemes : name if
    can(regex("^(oauth2|openIdConnect)$", local.contract.components.securitySchemes[name].type)) ||
    try(local.contract.components.securitySchemes[name].type == "http" && lower(local.contract.components.securitySchemes[name].scheme) == "bearer", false)
  ]
  owner_scopes = try(keys(local.contract["x-owner-scopes"]), [])

  # "GET /path" -> the alternatives of its rule that are a token and nothing else, by the token's scopes.
  token_alternatives = { for key, operation in local.operations : key => [
    for alternative in operation.alternatives : alternative[0].scopes
    if try(length(alternative) == 1 && contains(local.bearer_schemes, alternative[0].scheme) && alternative[0].scopes != null, false)
  ] }
  any_token = [for key, alternatives in local.token_alternatives : key if anytrue([for scopes in alternatives : length(scopes) == 0])]

  # "GET /path" -> the scopes of which a token needs one. The gateway does not know owners, so their scopes open nothing.
  token_scopes = { for key, alternatives in local.token_alternatives : key => contains(local.any_token, key) ? [] : sort(distinct([
    for scopes in alternatives : scopes[0] if length(scopes) == 1 && !contains(local.owner_scopes, try(scopes[0], ""))
  ])) if !local.operations[key].public }

  # What a user pool's authorizer cannot express would open more than the contract does, or stay open for ID tokens.
  bad_rules = [for key, scopes in local.token_scopes : key if local.by_pools && !contains(local.any_token, key) && (
    length(scopes) == 0 ||
    anytrue([for alternative in local.token_alternatives[key] : length(alternative) > 1]) ||
    anytrue([for alternative in local.operations[key].alternatives : alternative == null]) ||
    anytrue([for alternative in local.operations[key].alternatives : try(length(alternative) > 1 && anytrue([
      for requirement in alternative : contains(local.bearer_schemes, requirement.scheme)
    ]), false)]) ||
    anytrue(flatten([for alternative in local.operations[key].alternatives : try([
      for requirement in alternative : requirement.scopes == null || !contains(local.schemes, requirement.scheme)
    ], [true])]))
  )]

  # "GET /path" -> how the gateway guards it.
  guards = { for key, operation in local.operations : key => {
    public           = operation.public
    authorization    = operation.public ? "NONE" : local.authorization
    api_key_required = local.by_key && !operation.public
    scopes           = local.by_pools && !operation.public ? local.token_scopes[key] : []
  } }
}

# The gateway itself checks the tokens of user pools. A Lambda authorizer has a module of its own.
resource "aws_api_gateway_authorizer" "user_pools" {
  count = local.by_pools ? 1 : 0

  rest_api_id     = aws_api_gateway_rest_api.this.id
  name            = var.name
  type            = "COGNITO_USER_POOLS"
  provider_arns   = local.user_pools
  identity_source = try(local.identity_sources[0], "method.request.header.Authorization")
}
