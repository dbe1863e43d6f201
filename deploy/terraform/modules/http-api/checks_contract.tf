# What of a contract an HTTP API, or this module, cannot do, as the local gateway refuses it. Each list names the culprits and
# must be empty; the API's preconditions say so before anything is made.

locals {
  # Extensions may stand there unread, but for those that could be a misspelt or misplaced x-owner-scopes.
  extensions = [for name in distinct(flatten([keys(local.contract), [for item in values(local.paths) : [
    try(keys(item), []), [for member in keys(local.methods) : try(keys(item[member]), [])]
  ]]])) : name if can(regex("^x-[ -~]*$", name)) && !can(regex("(?i)owner|scope", name))]

  # OpenAPI 3.1's members. A misspelt one could be one that guards.
  contract_members = {
    root      = ["openapi", "info", "jsonSchemaDialect", "servers", "paths", "webhooks", "components", "security", "tags", "externalDocs", "x-owner-scopes", "x-connect-security"]
    item      = concat(["summary", "description", "parameters", "servers"], keys(local.methods), local.unroutable_methods)
    operation = ["tags", "summary", "description", "externalDocs", "operationId", "parameters", "requestBody", "responses", "callbacks", "deprecated", "security", "servers"]
  }

  unknown_contract_members = concat(
    [for name in keys(local.contract) : name if !contains(local.contract_members.root, name) && !contains(local.extensions, name)],
    flatten([for path, item in local.paths : [
      for name in try(keys(item), []) : "${path} ${name}" if !contains(local.contract_members.item, name) && !contains(local.extensions, name)
    ]]),
    flatten([for path, item in local.paths : flatten([for member, method in local.methods : [
      for name in try(keys(item[member]), []) : "${path} ${member} ${name}" if !contains(local.contract_members.operation, name) && !contains(local.extensions, name)
    ]])]),
  )

  # An owner scope that no operation asks for is a misspelt one, and the one that was meant counts for everybody.
  unasked_owner_scopes = [for scope in local.owner_scopes : scope if !contains(flatten(values(local.operations)[*].alternatives[*].scopes), scope)]

  path_pattern = "^/((?:[A-Za-z0-9._~:@!&'()+,;=%-]+|\\{[A-Za-z0-9._-]+\\})(?:/(?:[A-Za-z0-9._~:@!&'()+,;=%-]+|\\{[A-Za-z0-9._-]+\\}))*(?:/\\{[A-Za-z0-9._-]+\\+\\})?|\\{[A-Za-z0-9._-]+\\+\\})?$"

  bad_paths = [for path in keys(local.paths) : path if path != "/$default" && (
    !can(regex(local.path_pattern, path)) || length(distinct(regexall("\\{([^{}+]+)\\+?\\}", path))) < length(regexall("\\{([^{}+]+)\\+?\\}", path))
  )]

  unroutable_methods = ["connect", "trace"]
  bad_methods = concat(
    flatten([for path, item in local.paths : [for name in try(keys(item), []) : "${upper(name)} ${path}" if contains(local.unroutable_methods, name)]]),
    [for key, operation in local.operations : key if operation.path == "/$default" && operation.method != "ANY"],
  )

  # "GET /things/{}" -> the routes that stand for it; $default stands for the root and for all below it.
  shapes = { for pair in flatten([for key, operation in local.operations : [
    for path in(key == "$default" ? ["/", "/{all+}"] : [operation.path]) : {
      shape = "${operation.method} ${replace(replace(path, "/\\{[^{}]+\\+\\}/", "{+}"), "/\\{[^{}+]+\\}/", "{}")}"
      key   = key
    }
  ]]) : pair.shape => pair.key... }
  same_routes = flatten([for keys in values(local.shapes) : keys if length(keys) > 1])

  bad_security = [for key, operation in local.operations : key if !operation.public && (
    length(operation.alternatives) == 0 || anytrue([for alternative in operation.alternatives :
      length(alternative.schemes) == 0 || contains(alternative.schemes, "unknown") || !alternative.listed ||
      anytrue([for scope in alternative.scopes : !can(regex("^[\\x21\\x23-\\x5B\\x5D-\\x7E]+$", scope))])
    ])
  )]

  unserved = [for key, operation in local.operations : key if !contains(keys(var.functions), operation.function)]
}
