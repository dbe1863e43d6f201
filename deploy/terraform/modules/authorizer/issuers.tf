# What the function is told of issuers, and what of it it would refuse at its start, said when it is planned.

locals {
  # A member that is null is none. An empty list or map is one: it says "nothing".
  issuers = [for issuer in var.issuers : { for name, value in issuer : name => value if value != null }]

  # With several issuers nothing of what one may grant is left to the tokens.
  several_issuers = length(var.issuers) > 1 || try(length(var.issuers[0].tenants) > 1, false)

  # For each entry: the values of iss that it is for, the claims that it names, what it grants, and whether it takes values of
  # claims for scopes as they stand.
  issuer_names = [for issuer in var.issuers : [
    for tenant in length(coalesce(issuer.tenants, [])) > 0 ? issuer.tenants : [""] :
    tenant == "" ? issuer.issuer : replace(issuer.issuer, try(regex("\\{[^}]*\\}", issuer.issuer), "{}"), tenant)
  ]]
  issuer_claims = [for issuer in var.issuers : concat(
    keys(coalesce(issuer.grants, {})), keys(coalesce(issuer.require, {})), coalesce(issuer.id, []), compact([issuer.groupsClaim]),
  )]
  issuer_grants = [for issuer in var.issuers : flatten([for claim, values in coalesce(issuer.grants, {}) : [
    for value, scopes in coalesce(values, {}) : [for scope in coalesce(scopes, []) : { claim = claim, value = value, scope = scope }]
  ]])]
  taken_as_it_stands = [for i, issuer in var.issuers : issuer.grants == null || contains(local.issuer_grants[i][*].scope, "*")]

  # A user pool's issuer, or what is plainly meant as one.
  pool_pattern = "(?i)^https://([^/?#@]*@)?(issuer-)?cognito-idp[^./?#:]*\\.[^./?#:]+\\.amazonaws\\."
  pool_regions = [for issuer in var.issuers : try(distinct(
    regex("^https://(?:issuer-)?cognito-idp[a-z0-9-]*\\.([a-z0-9-]+)\\.amazonaws\\.[a-z.]+/([^_/?#]+)_[^/?#]+$", issuer.issuer)
  ), [])]
  url_pattern = "^https://[^/?#@\\s]+([/?][^#\\s]*)?$"

  # For each entry: what is wrong with it, and what would be right.
  issuer_faults = [for i, issuer in var.issuers : [for fault in flatten([
    !try(length(issuer.issuer) > 0 && length(issuer.issuer) <= 2048 && !can(regex("[[:cntrl:]]", issuer.issuer)), false) ? "An issuer is a text of 1 to 2048 characters, which iss has to be." : "",
    issuer.jwksUri == null && !can(regex("^https://[^/?#@\\s]+(/[^?#\\s]*)?$", issuer.issuer)) ? "Without a jwksUri an issuer is https:// and a host, with a path if need be, and no user, query or fragment: its keys are found below it. With a jwksUri it may be any text." : "",
    length(coalesce(issuer.tenants, [])) == 0 && can(regex("\\{.*\\}", issuer.issuer)) ? "An issuer with a placeholder is no token's: list whom it stands for, tenants = [\"…\"], with the jwksUri of all of them." : "",
    can(regex("^[A-Za-z][A-Za-z0-9+.-]*://([^/?#]*@)?(?i:login\\.microsoftonline\\.com|sts\\.windows\\.net)(:[0-9]*)?/(common|organizations|consumers)([/?#]|$)", issuer.issuer)) ? "It is nobody's issuer but an address for all tenants: write {tenantid} in place of the tenant's part, and list them, tenants = [\"…\"], with the jwksUri of all of them." : "",
    can(regex(local.pool_pattern, issuer.issuer)) && length(local.pool_regions[i]) != 1 ? "It is no user pool's issuer, which is https://cognito-idp.REGION.amazonaws.com/ and the pool's id, which begins with the same REGION, as in https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_EXAMPLE; nothing follows it." : "",

    issuer.tenants == null ? [] : concat(
      length(issuer.tenants) > 0 && !can(regex("^[^{}]*\\{[^{}]*\\}[^{}]*$", issuer.issuer)) ? ["tenants are for an issuer with one placeholder that they stand for, such as https://login.microsoftonline.com/{tenantid}/v2.0."] : [],
      length(issuer.tenants) > 0 && issuer.jwksUri == null ? ["tenants want a jwksUri beside them: one key set for all of them."] : [],
      length(distinct(issuer.tenants)) < length(issuer.tenants) ? ["Each of the tenants stands there once."] : [],
      [for tenant in issuer.tenants : "A tenant is a part of a URL's path, not ${jsonencode(tenant)}." if !can(regex("^[!-~]+$", tenant)) || can(regex("[{}/?#]", tenant))],
    ),
    [for name in distinct(local.issuer_names[i]) : "It stands in the list twice: write one entry for it." if contains(flatten(slice(local.issuer_names, 0, i)), name)],

    !try(length(issuer.audience) > 0 && alltrue([for audience in issuer.audience : trimspace(audience) != ""]), false) ? "It needs an audience, a list of names that are not empty: without one a token that was meant for others would be accepted." : "",
    issuer.tokenUse == null || try(length(issuer.tokenUse) == 0, false) ? (can(regex(local.pool_pattern, issuer.issuer)) ? "A Cognito user pool needs a tokenUse, which says which of its tokens are accepted: access, id or both." : "") : "",
    [for use in coalesce(issuer.tokenUse, []) : "A tokenUse is access or id, not ${jsonencode(use)}." if !try(contains(["access", "id"], use), false)],
    length(coalesce(issuer.resource, [])) > 0 && !contains(coalesce(issuer.tokenUse, []), "access") ? "resource is for access tokens of a Cognito user pool (tokenUse = [\"access\"]); other issuers' tokens name this API in aud: write it as an audience." : "",
    coalesce(issuer.requireResource, false) && length(coalesce(issuer.resource, [])) == 0 ? "requireResource wants the names of this API, such as resource = [\"https://api.example.com\"]." : "",
    contains([for resource in coalesce(issuer.resource, []) : try(trimspace(resource), "")], "") ? "A resource is not empty." : "",

    issuer.jwksUri == null || length(coalesce(issuer.jwksUri, " ")) <= 2048 || can(regex("^data:", issuer.jwksUri)) ? "" : "A jwksUri has at most 2048 characters.",
    issuer.jwksUri == null || can(regex(local.url_pattern, issuer.jwksUri)) || can(regex("^file://(localhost)?/[^?#]*$", issuer.jwksUri)) || can(regex("^data:application/(jwk-set\\+)?json(;base64)?,[^#]+$", issuer.jwksUri)) ? "" :
    "A jwksUri is https:// and a host, with path and query if need be, and no user or fragment; or a file in the zip, file:///var/task/NAME; or the key set itself, data:application/json,….",
    issuer.kid == null || try(contains(["optional", ""], issuer.kid), false) ? "" : "A kid is optional, or left out where each token must name its key.",
    [for algorithm in coalesce(issuer.algorithms, []) : "An algorithm is RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384, ES512 or EdDSA, or ESP256, ESP384, ESP512 or Ed25519 (RFC 9864), not ${jsonencode(algorithm)}."
    if !try(contains(["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "ESP256", "ESP384", "ESP512", "Ed25519"], algorithm), false)],
    contains(["rfc9068", ""], coalesce(issuer.profile, "rfc9068")) ? "" : "A profile is rfc9068, or left out.",
    try(length(issuer.profile), 0) > 0 && length(coalesce(issuer.tokenUse, [])) > 0 ? "A Cognito user pool's tokens do not have the typ at+jwt: leave the profile out beside tokenUse." : "",
    contains(["accept", ""], coalesce(issuer.boundTokens, "accept")) ? "" : "boundTokens is accept, or left out.",

    [for claim in local.issuer_claims[i] : "${jsonencode(claim)} is neither a claim's name nor a JSON Pointer to one (RFC 6901), in which ~ is written ~0, and a / in a name ~1." if !can(regex("(?s)^([^/].*|/([^~]|~[01])*)$", claim))],
    [for claim, values in coalesce(issuer.require, {}) : "require wants at least one value of the claim ${jsonencode(claim)}." if length(coalesce(values, [])) == 0],

    [for grant in local.issuer_grants[i] : "The claim ${jsonencode(grant.claim)} with the value ${jsonencode(grant.value)} grants ${jsonencode(grant.scope)}, which is no scope: a scope has no spaces, quotes or backslashes, and is not empty." if !can(regex(local.scope_pattern, grant.scope))],
    [for grant in local.issuer_grants[i] : "The claim ${jsonencode(grant.claim)} with the value ${jsonencode(grant.value)} grants ${jsonencode(grant.scope)}, which is not among the entry's scopes: all that it may grant."
    if issuer.scopes != null && grant.scope != "*" && !try(contains(issuer.scopes, grant.scope) || issuer.scopes[0] == "*", false)],
    [for scope in coalesce(issuer.scopes, []) : "${jsonencode(scope)} is no scope, which has no spaces, quotes or backslashes, and is not empty." if !can(regex(local.scope_pattern, scope))],
    length(coalesce(issuer.scopes, [])) > 1 && contains(coalesce(issuer.scopes, []), "*") ? "Its scopes are [\"*\"] alone, or the scopes that it may grant." : "",
    local.several_issuers && issuer.scopes == null && local.taken_as_it_stands[i] ? "There are several issuers, so say which scopes this one's tokens may gain: write scopes = [\"users/read\"] (those of the API that it may grant), scopes = [] (none) or scopes = [\"*\"] (all that they say), or grants that give each value of a claim its scopes." : "",
  ]) : "The issuer ${jsonencode(issuer.issuer)}: ${fault}" if fault != ""]]

  # RFC 6749, section 3.3.
  scope_pattern = "^[\\x21\\x23-\\x5B\\x5D-\\x7E]+$"
}

# A fault of an entry whose issuer is known only when it is made shows then.
resource "terraform_data" "issuers" {
  lifecycle {
    precondition {
      condition     = alltrue([for faults in local.issuer_faults : length(faults) == 0])
      error_message = coalesce(concat([for faults in local.issuer_faults : join(" ", faults)], ["An issuer is wrong."])...)
    }
  }
}
