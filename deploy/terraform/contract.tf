# The contract and the mode files as the stack itself reads them, and what of them it refuses. The modules read
# them too, each what it makes; here is what only the whole can see.

locals {
  contract_file = startswith(var.contract, "/") ? var.contract : "${path.module}/${var.contract}"
  artifacts     = startswith(var.artifacts, "/") ? var.artifacts : "${path.module}/${var.artifacts}"

  # mode -> its file, and what is in it.
  mode_files = { for mode in var.modes : mode => "${path.module}/../modes/${mode}.yaml" }
  modes      = { for mode, file in local.mode_files : mode => yamldecode(file(file)) }
  rest_modes = [for mode, settings in local.modes : mode if settings.gateway == "REST"]

  contract = yamldecode(file(local.contract_file))

  # An operation's name, as in the modules' output operations -> its alternatives. Null: it has none, and is closed.
  securities = merge([for path, item in local.contract.paths : merge(
    { for method in ["delete", "get", "head", "options", "patch", "post", "put"] :
    "${upper(method)} ${path}" => try(item[method].security, local.contract.security, null) if can(item[method]) },
    { for method in ["x-amazon-apigateway-any-method"] :
    (path == "/$default" ? "$default" : "ANY ${path}") => try(item[method].security, local.contract.security, null) if can(item[method]) },
  )]...)

  # Only a list without alternatives opens an operation.
  public = [for operation, security in local.securities : operation if jsonencode(security) == "[]"]

  # The scopes that the contract asks for.
  scopes = distinct(flatten([for security in values(local.securities) : [
    for alternative in(security == null ? [] : security) : values(alternative)
  ]]))
  ungranted = sort(setsubtract(local.scopes, concat(module.user_pool.scopes, tolist(var.other_scopes))))

  # Operations of all APIs that anybody may call, or anybody with a key, which proves nothing.
  open = sort(distinct(flatten([for operations in values(module.mode)[*].operations : [
    for operation, guard in operations : operation if guard.authorization == "NONE" && !guard.api_key_required
  ]])))
  opened = setsubtract(local.open, local.public)
}

# What is wrong with the whole, said when it is planned.

resource "terraform_data" "zips" {
  lifecycle {
    precondition {
      condition     = filesha256("${local.artifacts}/openapi.yaml") == filesha256(local.contract_file)
      error_message = "The zips in ${var.artifacts} hold another contract than ${var.contract}, so the authorizers would decide by other rules than the APIs have. Build them with `go run ./deploy/build -contract FILE`."
    }
  }
}

resource "terraform_data" "scopes" {
  lifecycle {
    precondition {
      condition     = length(local.ungranted) == 0
      error_message = "Nobody can have these scopes of the contract: ${join(", ", local.ungranted)}. Give them to a group (group_scopes) or a machine (machine_clients); if only tokens of other issuers or API keys have them, name them in other_scopes."
    }
  }
}

resource "terraform_data" "open_operations" {
  lifecycle {
    precondition {
      condition     = length(local.opened) == 0
      error_message = "These operations would be open, and the contract does not declare them public (security: []): ${join(", ", local.opened)}."
    }
  }
}
