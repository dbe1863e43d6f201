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

  # The member of a path -> the method that it is.
  methods = {
    delete                           = "DELETE"
    get                              = "GET"
    head                             = "HEAD"
    options                          = "OPTIONS"
    patch                            = "PATCH"
    post                             = "POST"
    put                              = "PUT"
    "x-amazon-apigateway-any-method" = "ANY"
  }

  # An operation's name, as in the modules' output operations -> its alternatives (null: it has none, and is closed), and the
  # function that serves it.
  operations = merge([for path, item in local.contract.paths : {
    for member, method in local.methods : (path == "/$default" && method == "ANY" ? "$default" : "${method} ${path}") => {
      security = try(item[member].security, local.contract.security, null)
      function = try(item[member]["x-function"], local.contract["x-function"], "")
    } if can(item[member])
  }]...)

  # Only a list without alternatives opens an operation.
  public = [for name, operation in local.operations : name if jsonencode(operation.security) == "[]"]

  # The scopes that the contract asks for. The modules refuse what is no list of alternatives.
  scopes = distinct(flatten([for operation in values(local.operations) : [
    for alternative in try([for one in operation.security : one], []) : try(values(alternative), [])
  ]]))
  ungranted = sort(setsubtract(local.scopes, concat(module.user_pool.scopes, local.foreign_scopes, tolist(var.other_scopes))))

  # What other issuers' entries name of scopes that their tokens may gain. Where claims are taken as they stand, scopes says which.
  foreign_grants = [for issuer in var.issuers : flatten([for values in values(coalesce(issuer.grants, {})) : try(values(values), [])])]
  foreign_scopes = flatten([for i, issuer in var.issuers : [
    local.foreign_grants[i], issuer.grants == null || contains(local.foreign_grants[i], "*") ? coalesce(issuer.scopes, []) : [],
  ]])

  # The modes whose gateway itself looks for scopes in tokens of the stack's own pool. Only machines' tokens hold any.
  own_pool_modes = [for mode, settings in local.modes : mode if(
    settings.authorization == "COGNITO_USER_POOLS" && length(try(coalesce(settings.authorizer.userPools), [])) == 0 ||
    settings.authorization == "JWT" && try(coalesce(settings.authorizer.issuer), "") == ""
  )]

  # The operations that ask for a token with a scope -> the scopes of which one opens it there, where owners are not known.
  asking = { for name, operation in local.operations : name => setsubtract(flatten(local.token_scopes[name]), try(keys(local.contract["x-owner-scopes"]), []))
  if length(local.token_scopes[name]) > 0 && alltrue([for scopes in local.token_scopes[name] : length(scopes) > 0]) }
  token_scopes = { for name, operation in local.operations : name => [
    for alternative in try([for one in operation.security : one], []) : try(flatten(values(alternative)), [])
    if try(length(alternative) == 1 && local.contract.components.securitySchemes[keys(alternative)[0]].type != "apiKey", false)
  ] }
  machine_scopes = distinct(flatten(values(var.machine_clients)))
  no_machine     = length(local.asking) > 0 && alltrue([for scopes in values(local.asking) : length(setintersection(scopes, local.machine_scopes)) == 0])

  # Function -> about how many bytes the resource policy of its alias has: a statement for each operation of each mode.
  policy_sizes = { for function in distinct(values(local.operations)[*].function) : function => sum(flatten([for mode in var.modes : [
    for name, operation in local.operations : length(jsonencode({
      Sid       = "${var.name}-${mode}-DELETE-0123456789ab"
      Effect    = "Allow"
      Principal = { Service = "apigateway.amazonaws.com" }
      Action    = "lambda:InvokeFunction"
      Resource  = "arn:aws:lambda:eu-central-1:123456789012:function:${var.name}-${function}:live"
      Condition = { ArnLike = { "AWS:SourceArn" = "arn:aws:execute-api:eu-central-1:123456789012:abcdefghij/${var.stage}/${replace(name, " ", "")}" } }
    })) + 1 if operation.function == function
  ]])) }
  large_policies = [for function, size in local.policy_sizes : function if size > 20480]

  # Operations of all APIs that anybody may call, without so much as an API key.
  open = sort(distinct(flatten([for operations in values(module.mode)[*].operations : [
    for operation, guard in operations : operation if guard.authorization == "NONE" && !guard.api_key_required
  ]])))
  opened = setsubtract(local.open, local.public)
}

# What is wrong with the whole, said when it is planned.

# https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
resource "terraform_data" "permissions" {
  lifecycle {
    precondition {
      condition     = length(local.large_policies) == 0
      error_message = "Lambda would refuse the permissions to call ${join(", ", local.large_policies)}: one for each operation of each mode, and 20 KB in all. Deploy fewer modes in one stack, or let several functions serve the contract."
    }
  }
}

resource "terraform_data" "zips" {
  lifecycle {
    precondition {
      condition     = filesha256("${local.artifacts}/openapi.yaml") == filesha256(local.contract_file)
      error_message = "The zips in ${var.artifacts} hold another contract than ${var.contract}, so the authorizers would decide by other rules than the APIs have. Build them with `go run ./deploy/build --contract FILE`."
    }
  }
}

resource "terraform_data" "scopes" {
  lifecycle {
    precondition {
      condition     = length(local.ungranted) == 0
      error_message = "Nobody can have these scopes of the contract: ${join(", ", local.ungranted)}. Give them to a group (group_scopes) or a machine (machine_clients), or let another issuer's entry grant them (issuers); if only API keys or other tokens have them, name them in other_scopes."
    }
  }
}

resource "terraform_data" "machines" {
  lifecycle {
    precondition {
      condition     = length(local.own_pool_modes) == 0 || !local.no_machine
      error_message = "Nobody could call anything that asks for a scope in ${join(", ", local.own_pool_modes)}: tokens of users hold no scopes, but those of groups, which only a Lambda authorizer knows. Give a machine scopes of the contract (machine_clients, with a domain_prefix), name user pools or an issuer of your own in the mode's file (authorizer.userPools, authorizer.issuer), or take another mode."
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
