# What the gateway's own JWT authorizer can make of the contract's rules: a token needs any one of a route's scopes, and any
# token will do for a route without scopes. It knows neither owners nor API keys.

locals {
  guarded = { for key, operation in local.operations : key => operation.alternatives if !operation.public }

  any_token = [for key, alternatives in local.guarded : key if anytrue([
    for alternative in alternatives : join(" ", alternative.schemes) == "bearer" && length(alternative.scopes) == 0
  ])]

  # A scope that counts for owners only opens nothing.
  scopes = { for key, alternatives in local.guarded : key => sort(distinct(flatten([
    for alternative in alternatives : alternative.scopes
    if join(" ", alternative.schemes) == "bearer" && length(alternative.scopes) == 1 && !contains(local.owner_scopes, try(alternative.scopes[0], ""))
  ]))) if !contains(local.any_token, key) }

  # Rules that scopes of a token cannot express would open more than they say, or nothing at all.
  inexpressible = local.authorization != "JWT" ? [] : flatten([for key, scopes in local.scopes : concat(
    anytrue([for alternative in local.guarded[key] : length(alternative.schemes) > 1 && contains(alternative.schemes, "bearer")]) ?
    ["${key} (an alternative asks for another scheme beside the token)"] : [],
    anytrue([for alternative in local.guarded[key] : join(" ", alternative.schemes) == "bearer" && length(alternative.scopes) > 1]) ?
    ["${key} (an alternative asks for several scopes at once)"] : [],
    length(scopes) == 0 ? ["${key} (no scope of a token opens it)"] : [],
    # https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html
    length(scopes) > 10 ? ["${key} (more than ten scopes open it)"] : [],
  )])
}
