# What of a contract API Gateway, or this module, cannot do. Each list names the culprits and must be empty.

locals {
  bad_paths = [for path, segments in local.segments : path if length(segments) > 6 ||
    !can(regex("^/(([A-Za-z0-9._:-]+|\\{[A-Za-z0-9._-]+\\})(/|$))*(\\{[A-Za-z0-9._-]+\\+\\})?$", path)) || (path != "/" && endswith(path, "/"))
  ]

  variable_children = { for resource in distinct(flatten([for resources in values(local.resources) : tolist(resources)])) :
    join("/", slice(split("/", resource), 0, length(split("/", resource)) - 1)) => resource...
    if endswith(resource, "}")
  }
  bad_siblings = flatten([for siblings in values(local.variable_children) : siblings if length(siblings) > 1])

  bad_methods = [for path, item in local.paths : "TRACE ${path}" if can(item.trace)]

  unserved = [for key, operation in local.operations : key if !contains(keys(var.functions), operation.function)]

  bad_aliases = [for name, function in var.functions : "${name} (${function.alias})"
  if function.alias != try(local.mode.stageVariables.alias, null)]

  bad_models = [for name in local.models_needed : name if !contains(local.models_ranked, name) || !can(regex("^[A-Za-z0-9]+$", name)) ||
  length([for other in values(local.model_names) : other if other == lookup(local.model_names, name, name)]) > 1]
}
