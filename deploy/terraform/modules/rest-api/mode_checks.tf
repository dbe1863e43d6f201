# What is wrong with a mode file, each as a sentence with the member first. The list must be empty.

locals {
  binary_media_types = try([for name in local.mode.binaryMediaTypes : tostring(name)], [])

  # A member that this module does not make into something would be left out without a word, and what it guards be open.
  # Those that begin with "local" are for desks. The usage plan is another module's.
  known_members = {
    mode = ["name", "gateway", "authorization", "authorizer", "apiKeyRequired", "apiKeySource", "usagePlan", "requestValidation", "throttle", "cache",
    "stageVariables", "binaryMediaTypes", "gatewayResponses", "integrationTimeoutInMillis", "accessLogFormat"]
    requestValidation = ["body", "parameters"]
    throttle          = ["rateLimit", "burstLimit", "methods"]
    usagePlan         = ["throttle", "methods", "quota"]
    cache             = ["methods", "anyoneMayInvalidate", "unauthorizedCacheControlHeaderStrategy"]
    cachedMethod      = ["ttlInSeconds", "keyParameters"]
    gatewayResponse   = ["statusCode", "headers", "body"]
    limit             = ["rateLimit", "burstLimit"]
  }
  authorizer_members = {
    TOKEN              = ["function", "identitySource", "identityValidationExpression", "resultTtlInSeconds"]
    REQUEST            = ["function", "identitySource", "resultTtlInSeconds"]
    COGNITO_USER_POOLS = ["identitySource", "userPools"]
    AWS_IAM            = []
    NONE               = []
  }

  # Place in the file -> the members that it has, and those that it may have.
  members = concat(
    [{ place = "", has = keys(local.mode), may = local.known_members.mode }],
    [{ place = "authorizer.", has = try(keys(local.mode.authorizer), []), may = try(local.authorizer_members[local.checked_by], []) }],
    [for name in ["requestValidation", "throttle", "usagePlan", "cache"] : { place = "${name}.", has = try(keys(local.mode[name]), []), may = local.known_members[name] }],
    [for name in try(keys(local.mode.throttle.methods), []) : { place = "throttle.methods.${name}.", has = try(keys(local.mode.throttle.methods[name]), []), may = local.known_members.limit }],
    [for name in try(keys(local.mode.cache.methods), []) : { place = "cache.methods.${name}.", has = try(keys(local.mode.cache.methods[name]), []), may = local.known_members.cachedMethod }],
    [for name in try(keys(local.mode.gatewayResponses), []) : { place = "gatewayResponses.${name}.", has = try(keys(local.mode.gatewayResponses[name]), []), may = local.known_members.gatewayResponse }],
  )

  # Member -> its value as JSON; only true and false say yes or no.
  switches = {
    "apiKeyRequired"               = try(jsonencode(local.mode.apiKeyRequired), "null")
    "requestValidation.body"       = try(jsonencode(local.mode.requestValidation.body), "null")
    "requestValidation.parameters" = try(jsonencode(local.mode.requestValidation.parameters), "null")
    "cache.anyoneMayInvalidate"    = try(jsonencode(local.mode.cache.anyoneMayInvalidate), "null")
  }

  # A limit that is absent would be 0, and let nothing through.
  limits = merge(
    can(keys(local.mode.throttle)) ? { throttle = local.mode.throttle } : {},
    { for name in try(keys(local.mode.throttle.methods), []) : "throttle.methods.${name}" => local.mode.throttle.methods[name] },
  )
  limited_methods = concat(
    [for name in try(keys(local.mode.throttle.methods), []) : { member = "throttle.methods", name = name }],
    [for name in try(keys(local.mode.usagePlan.methods), []) : { member = "usagePlan.methods", name = name }],
  )

  has_plan       = can(keys(local.mode.usagePlan))
  has_authorizer = can(keys(local.mode.authorizer))
  named_sources  = try(flatten([local.mode.authorizer.identitySource]), [])

  # The stage would log a credential, or an error that quotes one.
  leaking_variables = [for name in ["$context.identity.apiKey", "$context.error.message", "$context.error.messageString"] : name
  if can(regex("${replace(replace(name, "$", "\\$"), ".", "\\.")}($|[^A-Za-z0-9._:-]|\\.($|[^A-Za-z0-9_:-]))", local.log_format))]

  mode_problems = concat(
    try(local.mode.gateway == "REST", false) ? [] : ["gateway: this module makes REST APIs"],
    can(local.authorizations[local.checked_by]) ? [] : ["authorization: is one of ${join(", ", keys(local.authorizations))}"],
    flatten([for member in local.members : [for name in member.has : "${member.place}${name}: this module makes nothing of it for this authorization"
    if !contains(member.may, name) && !startswith(name, "local")]]),
    local.authorization != "NONE" || local.by_key ? [] : ["authorization: NONE alone guards nothing, and every operation would be open; it takes apiKeyRequired: true beside it"],
    local.authorizer_problems,
    local.key_problems,
    [for name, value in local.switches : "${name}: is true or false" if !contains(["true", "false", "null"], value)],
    [for name, limit in local.limits : "${name}: has a rateLimit and a burstLimit, each 0 or more"
    if !try(limit.rateLimit >= 0 && limit.burstLimit >= 0 && floor(limit.burstLimit) == limit.burstLimit, false)],
    [for limited in local.limited_methods : "${limited.member}.${limited.name}: is no operation of the contract" if !contains(keys(local.operations), limited.name)],
    [for name in try(keys(local.mode.stageVariables), []) : "stageVariables.${name}: a name has letters, digits and _, and a value letters, digits and -._~:/?#&=,"
    if !can(regex("^[A-Za-z0-9_]{1,64}$", name)) || !can(regex("^[A-Za-z0-9._~:/?#&=,-]{1,512}$", local.mode.stageVariables[name]))],
    [for name in local.binary_media_types : "binaryMediaTypes: ${name} is no media type" if !can(regex("^[A-Za-z0-9!#$&^_.+*-]+/[A-Za-z0-9!#$&^_.+*-]+$", name))],
    try(local.mode.integrationTimeoutInMillis == null || local.mode.integrationTimeoutInMillis == 0 || (
      local.mode.integrationTimeoutInMillis >= 50 && local.mode.integrationTimeoutInMillis <= 29000 && floor(local.mode.integrationTimeoutInMillis) == local.mode.integrationTimeoutInMillis
    ), !can(local.mode.integrationTimeoutInMillis)) ? [] : ["integrationTimeoutInMillis: is 50 to 29000"],
    local.log_format == "" || can(regex("^[^\\r\\n]*\\$context\\.(requestId|extendedRequestId)[^\\r\\n]*$", local.log_format)) ? [] : [
    "accessLogFormat: is one line with $context.requestId or $context.extendedRequestId"],
    [for name in local.leaking_variables : "accessLogFormat: ${name} may be a credential, or quote one"],
    local.response_problems,
    local.cache_problems,
  )
}

locals {
  authorizer_problems = concat(
    !local.has_authorizer && contains(["TOKEN", "REQUEST", "COGNITO_USER_POOLS"], local.checked_by) ? ["authorizer: is missing"] : [],
    local.has_authorizer && contains(["AWS_IAM", "NONE"], local.authorization) ? ["authorizer: has no part in this authorization"] : [],
    local.has_authorizer && local.by_function && !try(length(local.mode.authorizer.function) > 0, false) ? ["authorizer.function: is missing"] : [],
    local.by_pools && (length(local.named_sources) > 1 || anytrue([for source in local.named_sources : !can(regex("^method\\.request\\.header\\.[A-Za-z0-9-]+$", source))])) ? [
    "authorizer.identitySource: is one, method.request.header.NAME"] : [],
    [for pool in try([for pool in local.mode.authorizer.userPools : tostring(pool)], []) : "authorizer.userPools: ${pool} is no ARN of a user pool"
    if !can(regex("^arn:aws[a-z-]*:cognito-idp:[a-z0-9-]+:[0-9]{12}:userpool/[\\w-]+_[0-9A-Za-z]+$", pool))],
  )

  key_problems = concat(
    contains(["HEADER", "AUTHORIZER"], try(coalesce(local.mode.apiKeySource), "HEADER")) ? [] : ["apiKeySource: is HEADER or AUTHORIZER"],
    try(local.mode.apiKeySource == "AUTHORIZER", false) && !local.by_function ? ["apiKeySource: only a Lambda authorizer answers with a key"] : [],
    local.by_key && !local.has_plan ? ["usagePlan: is missing; a key counts only in a plan"] : [],
    !local.by_key && local.has_plan ? ["usagePlan: is never asked, since apiKeyRequired is not true"] : [],
  )
}
