# The stage's cache: whose answers are kept, for how long, and what tells requests apart.

locals {
  # "GET /path" -> how long its answers are kept, and by what.
  cached = try({ for name, method in local.mode.cache.methods : name => {
    ttl  = try(tonumber(method.ttlInSeconds == null ? 300 : method.ttlInSeconds), can(method.ttlInSeconds) ? -1 : 300)
    keys = try([for parameter in method.keyParameters : tostring(parameter)], [])
  } }, {})

  # A key cannot be of the context itself: it goes by a header that only the gateway sets, of the request to the function.
  context_headers = {
    "context.authorizer.principalId" = "integration.request.header.X-Cache-Principal"
    "context.identity.userArn"       = "integration.request.header.X-Cache-User"
  }
  cached_keys = { for name, method in local.cached : name => [for key in method.keys : lookup(local.context_headers, key, key)] }
  cached_context = { for name, method in local.cached : name => { for key in method.keys : local.context_headers[key] => key if contains(keys(local.context_headers), key) }
  if length(setintersection(method.keys, keys(local.context_headers))) > 0 }

  # "GET /path" -> the keys that its method has to declare.
  cached_request_parameters = { for name in keys(local.operations) : name => [
    for key in try(local.cached[name].keys, []) : key if startswith(key, "method.request.")
  ] }

  # What differs where the caller does: all of any one of these lists.
  identity_sources = [for source in try(flatten([for text in flatten([local.mode.authorizer.identitySource]) : [for part in split(",", text) : trimspace(part)]]), []) :
  source if startswith(source, "method.request.")]
  caller_keys = {
    AWS_IAM            = [["context.identity.userArn"]]
    NONE               = [["method.request.header.x-api-key"]]
    COGNITO_USER_POOLS = [length(local.identity_sources) > 0 ? local.identity_sources : ["method.request.header.authorization"]]
    TOKEN              = [["context.authorizer.principalId"], local.identity_sources]
    REQUEST            = [["context.authorizer.principalId"], local.identity_sources]
  }

  # The names of headers have no case.
  cached_plain = { for name, method in local.cached : name => [for key in method.keys : startswith(key, "method.request.header.") ? lower(key) : key] }
  mixing_caches = [for name, keys in local.cached_plain : name if !try(local.operations[name].public, false) && !anytrue([
    for wanted in try(local.caller_keys[local.checked_by], []) : length(wanted) > 0 && alltrue([
      for source in wanted : contains(keys, startswith(source, "method.request.header.") ? lower(source) : source)
    ])
  ])]

  # What is kept has the Access-Control-Allow-Origin that its first caller was answered.
  origin_mixing_caches = [for name, keys in local.cached_plain : name if length(var.allowed_origins) > 1 && !contains(keys, "method.request.header.origin")]

  cache_strategies = ["SUCCEED_WITH_RESPONSE_HEADER", "SUCCEED_WITHOUT_RESPONSE_HEADER", "FAIL_WITH_403"]
  cache_strategy   = try(coalesce(local.mode.cache.unauthorizedCacheControlHeaderStrategy), local.cache_strategies[0])

  cache_problems = concat(
    [for name in local.mixing_caches : "cache.methods.${name}: the keyParameters do not say who calls, so one caller's answer would be served to others"],
    [for name in local.origin_mixing_caches : "cache.methods.${name}: method.request.header.Origin is not among the keyParameters, so the answer that one of the several allowed_origins may read would be served to others"],
    [for name in keys(local.cached) : "cache.methods.${name}: only answers to GET are kept" if !startswith(name, "GET /")],
    [for name in keys(local.cached) : "cache.methods.${name}: is no operation of the contract" if !contains(keys(local.operations), name)],
    [for name, method in local.cached : "cache.methods.${name}: ttlInSeconds is a whole number from 1 to 3600" if !(method.ttl >= 1 && method.ttl <= 3600 && floor(method.ttl) == method.ttl)],
    flatten([for name, method in local.cached : [for key in method.keys :
      "cache.methods.${name}: ${key} is none of method.request.path.NAME, method.request.header.NAME, method.request.querystring.NAME, context.authorizer.principalId and context.identity.userArn"
      if !can(regex("^(method\\.request\\.(path|header|querystring)\\.[A-Za-z0-9._$-]+|context\\.authorizer\\.principalId|context\\.identity\\.userArn)$", key))
    ]]),
    flatten([for name, method in local.cached : [for parameter in regexall("\\{([^{}+]+)\\+?\\}", name) :
      "cache.methods.${name}: method.request.path.${parameter[0]} is not among the keyParameters, so the answer for one path would be served for others"
      if !contains(method.keys, "method.request.path.${parameter[0]}")
    ]]),
    flatten([for name, method in local.cached : [for key in method.keys : "cache.methods.${name}: the path has no parameter ${key}"
      if startswith(key, "method.request.path.") && !contains([for parameter in regexall("\\{([^{}+]+)\\+?\\}", name) : "method.request.path.${parameter[0]}"], key)
    ]]),
    contains(local.cache_strategies, local.cache_strategy) ? [] : ["cache.unauthorizedCacheControlHeaderStrategy: is one of ${join(", ", local.cache_strategies)}"],
  )
}
