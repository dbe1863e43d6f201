# What of a contract or a mode file API Gateway, or this module, cannot do. Each list names the culprits and must be empty;
# the API's preconditions say so before anything is made.

locals {
  authorizations = { TOKEN = "CUSTOM" }

  bad_paths = [for path, segments in local.segments : path if length(segments) > 6 ||
    !can(regex("^/(([A-Za-z0-9._:-]+|\\{[A-Za-z0-9._-]+\\})(/|$))*(\\{[A-Za-z0-9._-]+\\+\\})?$", path)) || (path != "/" && endswith(path, "/"))
  ]

  variable_children = { for resource in distinct(flatten([for resources in values(local.resources) : tolist(resources)])) :
    join("/", slice(split("/", resource), 0, length(split("/", resource)) - 1)) => resource...
    if endswith(resource, "}")
  }
  bad_siblings = flatten([for siblings in values(local.variable_children) : siblings if length(siblings) > 1])

  bad_methods = flatten([for path, item in local.contract.paths : concat(
    can(item.trace) ? ["TRACE ${path}"] : [],
    can(item["x-amazon-apigateway-any-method"]) ? ["ANY ${path}"] : [],
  )])

  # A member that this module does not make into something would be left out without a word, and what it guards be open.
  # Those that begin with "local" are for desks.
  known_members = {
    mode       = ["name", "gateway", "authorization", "authorizer", "requestValidation", "throttle", "stageVariables"]
    authorizer = ["function", "identitySource", "identityValidationExpression", "resultTtlInSeconds"]
    throttle   = ["rateLimit", "burstLimit"]
  }
  bad_members = concat(
    [for name in keys(local.mode) : name if !contains(local.known_members.mode, name) && !startswith(name, "local")],
    [for name in keys(try(local.mode.authorizer, {})) : "authorizer.${name}" if !contains(local.known_members.authorizer, name)],
    [for name in keys(try(local.mode.throttle, {})) : "throttle.${name}" if !contains(local.known_members.throttle, name)],
  )

  unserved = [for key, operation in local.operations : key if !contains(keys(var.functions), operation.function)]

  authorizer_function = try(var.functions[local.mode.authorizer.function], null)

  bad_aliases = [for name, function in var.functions : "${name} (${function.alias})"
  if function.alias != try(local.mode.stageVariables.alias, null)]

  bad_models = [for name in local.models_needed : name if !contains(local.models_ranked, name) || !can(regex("^[A-Za-z0-9]+$", name))]
}
