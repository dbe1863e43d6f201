# What of a mode file an HTTP API, or this module, cannot do, as the local gateway refuses it. Each list names the culprits and
# must be empty; the API's preconditions say so before anything is made.

locals {
  # A member that this module does not make into something would be left out without a word, and what it guards be open.
  # Those that begin with "local" are for desks.
  mode_members = {
    root     = ["name", "gateway", "authorization", "authorizer", "throttle", "stageVariables", "cors", "payloadFormatVersion", "integrationTimeoutInMillis", "accessLogFormat"]
    throttle = ["rateLimit", "burstLimit", "methods"]
    cors     = ["allowOrigins", "allowMethods", "allowHeaders", "exposeHeaders", "maxAge", "allowCredentials"]
  }

  # AWS_IAM has no authorizer. The authorizer module makes the members of REQUEST.
  authorizer_members = {
    JWT     = ["identitySource", "issuer", "audience"]
    REQUEST = ["function", "identitySource", "resultTtlInSeconds", "payloadFormatVersion", "enableSimpleResponses"]
  }

  # What other gateways and authorizations have may be written down, as long as it asks for nothing.
  foreign_members = ["apiKeyRequired", "apiKeySource", "usagePlan", "requestValidation", "cache", "binaryMediaTypes", "gatewayResponses"]
  nothing         = ["null", "false", "\"\"", "0", "[]", "{}"]

  # What is of another kind than it should be would be passed over.
  kinds = {
    "["  = "a list"
    "{"  = "a mapping"
    "\"" = "a text"
  }
  members = {
    "authorizer"          = { begins = "{", value = jsonencode(try(local.mode.authorizer, null)) }
    "authorizer.audience" = { begins = "[", value = jsonencode(try(local.mode.authorizer.audience, null)) }
    "authorizer.issuer"   = { begins = "\"", value = jsonencode(try(local.mode.authorizer.issuer, null)) }
    "throttle"            = { begins = "{", value = jsonencode(try(local.mode.throttle, null)) }
    "throttle.methods"    = { begins = "{", value = jsonencode(try(local.mode.throttle.methods, null)) }
    "stageVariables"      = { begins = "{", value = jsonencode(try(local.mode.stageVariables, null)) }
    "accessLogFormat"     = { begins = "\"", value = jsonencode(try(local.mode.accessLogFormat, null)) }
    "cors"                = { begins = "{", value = jsonencode(try(local.mode.cors, null)) }
    "cors.allowOrigins"   = { begins = "[", value = jsonencode(try(local.mode.cors.allowOrigins, null)) }
    "cors.allowMethods"   = { begins = "[", value = jsonencode(try(local.mode.cors.allowMethods, null)) }
    "cors.allowHeaders"   = { begins = "[", value = jsonencode(try(local.mode.cors.allowHeaders, null)) }
    "cors.exposeHeaders"  = { begins = "[", value = jsonencode(try(local.mode.cors.exposeHeaders, null)) }
  }

  bad_members = concat(
    [for name, value in local.mode : name if !startswith(name, "local") && !contains(local.mode_members.root, name) && !(contains(local.foreign_members, name) && contains(local.nothing, jsonencode(value)))],
    local.authorization == "AWS_IAM" && try(local.mode.authorizer, null) != null ? ["authorizer"] : [],
    [for name, value in try({ for name, value in local.mode.authorizer : name => value }, {}) : "authorizer.${name}"
      if !contains(try(local.authorizer_members[local.authorization], [name]), name) && !(
    contains(flatten(values(local.authorizer_members)), name) && contains(local.nothing, jsonencode(value)))],
    [for name in try(keys(local.mode.throttle), []) : "throttle.${name}" if !contains(local.mode_members.throttle, name)],
    flatten([for method, limit in try({ for name, value in local.mode.throttle.methods : name => value }, {}) : [
      for name in try(keys(limit), ["is no limit"]) : "throttle.methods.${method}.${name}" if !contains(["rateLimit", "burstLimit"], name)
    ]]),
    [for name in try(keys(local.mode.cors), []) : "cors.${name}" if !contains(local.mode_members.cors, name)],
  )

  limits = flatten([for throttle in local.throttles : concat(
    [{ name = "throttle", rate = throttle.rate, burst = throttle.burst }],
    [for method, limit in throttle.methods : { name = "throttle.methods.${method}", rate = limit.rate, burst = limit.burst }],
  )])

  file_name = replace(basename(var.mode), "/\\.[^.]*$/", "")

  # Sentences: a member, and what would be right.
  bad_values = concat(
    [for name, member in local.members : "${name}: want ${local.kinds[member.begins]}" if member.value != "null" && !startswith(member.value, member.begins)],
    try(local.mode.name, null) != local.file_name || !can(regex("^[A-Za-z0-9_-]{1,128}$", local.file_name)) ?
    ["name: want the file's name, ${local.file_name}, of letters, digits, - and _"] : [],
    !contains(["1.0", "2.0"], local.payload_format_version) ? ["payloadFormatVersion: want \"1.0\" or \"2.0\", in quotes"] : [],
    try(local.timeout >= 50 && local.timeout <= 30000 && floor(local.timeout) == local.timeout, false) ? [] : ["integrationTimeoutInMillis: want 50 to 30000"],
    [for limit in local.limits : "${limit.name}: want a rateLimit of 0 or more, and a burstLimit that is a whole number of 0 or more"
    if !try(limit.rate >= 0 && limit.burst >= 0 && floor(limit.burst) == limit.burst, false)],
    # $default is one route, and two for the local gateway.
    flatten([for throttle in local.throttles : [for method in keys(throttle.methods) : "throttle.methods: the contract has no ${method}"
    if !contains(keys(local.operations), method) || method == "$default"]]),
    [for name, value in try({ for name, value in local.mode.stageVariables : name => value }, {}) : "stageVariables.${name}: want a name of letters, digits and _, and a value of letters, digits and -._~:/?#&=,"
    if !can(regex("^[A-Za-z0-9_]{1,64}$", name)) || !can(regex("^[A-Za-z0-9._~:/?#&=,-]{1,512}$", value))],
    can(regex("[\\r\\n]", local.access_log_format)) || !can(regex("\\$context\\.(requestId|extendedRequestId)", local.access_log_format)) ?
    ["accessLogFormat: want one line, with $context.requestId or $context.extendedRequestId in it"] : [],
    local.bad_cors,
    local.bad_authorizer,
  )

  bad_cors = flatten([for cors in local.cors : concat(
    [for origin in cors.allow_origins : "cors.allowOrigins: want \"*\", https://*, http://* or an origin such as https://app.example.com, got ${origin}"
    if !can(regex("^(\\*|https?://\\*|[A-Za-z][A-Za-z0-9+.-]*://[^/?#@*\\s]+)$", origin))],
    [for method in cors.allow_methods : "cors.allowMethods: want a method in upper case or \"*\", got ${method}"
    if !contains(concat(["*"], values(local.methods)), method)],
    [for name in concat(cors.allow_headers, cors.expose_headers) : "cors.allowHeaders, cors.exposeHeaders: want headers' names or \"*\", got ${name}"
    if !can(regex("^[A-Za-z0-9!#$%&'*+.^_`|~-]+$", name))],
    try(cors.max_age >= -1 && cors.max_age <= 86400 && floor(cors.max_age) == cors.max_age, false) ? [] : ["cors.maxAge: want -1 to 86400 seconds"],
    cors.allow_credentials == true && contains(cors.allow_origins, "*") ? ["cors.allowCredentials: want allowed origins without \"*\": API Gateway does not allow both"] : [],
  )])

  bad_authorizer = concat(
    contains(["JWT", "REQUEST"], local.authorization) && try(local.mode.authorizer, null) == null ? ["authorizer: is missing"] : [],
    local.authorization == "REQUEST" && try(coalesce(local.mode.authorizer.function), null) == null ? ["authorizer.function: is missing"] : [],
    local.authorization == "JWT" && (length(local.sources) > 1 || !alltrue([for source in local.sources : can(regex("^\\$request\\.(header\\.[A-Za-z0-9-]+|querystring\\.[A-Za-z0-9._-]+)$", source))])) ?
    ["authorizer.identitySource: want one, $request.header.NAME or $request.querystring.NAME"] : [],
    local.own_issuer != null && !can(regex("^https://[^/?#@\\s]+(/[^?#\\s]*)?$", local.own_issuer)) ? ["authorizer.issuer: want https:// and a host, with a path if need be"] : [],
    local.own_issuer != null && (length(local.audience) == 0 || !alltrue([for audience in local.audience : try(trimspace(audience) != "", false)])) ?
    ["authorizer.audience: want at least one, and none of them empty: without, tokens for anybody would be taken"] : [],
    local.own_issuer == null && length(try(tolist(local.mode.authorizer.audience), tolist([]))) > 0 ? ["authorizer.issuer: is missing, and the audience belongs to it"] : [],
  )

  bad_aliases = [for name, function in var.functions : "${name} (${function.alias})"
  if function.alias != lookup(local.stage_variables, "alias", null)]
}
