# The plans as the stack itself reads them, one for each mode, and what of them it refuses. The modules read them too, each what it
# makes; here is what only the whole can see.

module "plan" {
  source   = "./modules/plan"
  for_each = var.modes

  file = "${local.artifacts}/plans/${each.key}.json"
}

locals {
  artifacts = startswith(var.artifacts, "/") ? var.artifacts : "${path.module}/${var.artifacts}"

  # Mode -> what the build made of it and the contract.
  plans      = { for mode, made in module.plan : mode => made.plan }
  rest_modes = [for mode, plan in local.plans : mode if plan.gateway == "REST"]

  websocket_modes = [for mode, plan in local.plans : mode if plan.gateway == "WEBSOCKET"]

  # What stands behind the APIs: each operation of each mode, and the functions that serve them. Of a connection, none may be told.
  operations      = flatten([for mode, plan in local.plans : [for name, operation in plan.operations : merge(operation, { mode = mode, name = name })]])
  contract_serves = distinct(compact(local.operations[*].function))

  # The scopes that the contract asks for.
  scopes    = distinct(flatten(values(local.plans)[*].scopes))
  ungranted = sort(setsubtract(local.scopes, concat(module.user_pool.scopes, local.foreign_scopes, tolist(var.other_scopes))))

  # What other issuers' entries name of scopes that their tokens may gain. Where claims are taken as they stand, scopes says which.
  foreign_grants = [for issuer in var.issuers : flatten([for values in values(coalesce(issuer.grants, {})) : try(values(values), [])])]
  foreign_scopes = flatten([for i, issuer in var.issuers : [
    local.foreign_grants[i], issuer.grants == null || contains(local.foreign_grants[i], "*") ? coalesce(issuer.scopes, []) : [],
  ]])

  # The modes whose gateway itself looks for scopes in tokens of the stack's own pool. Only machines' tokens hold any.
  own_pool_modes = [for mode, plan in local.plans : mode if(
    plan.authorization == "COGNITO_USER_POOLS" && length(try(plan.authorizer.userPools, [])) == 0 ||
    plan.authorization == "JWT" && !can(plan.authorizer.issuer)
  )]

  # What each operation asks for there, where it asks for a scope: one of these.
  asked          = [for operation in local.operations : operation.authorizationScopes if contains(local.own_pool_modes, operation.mode) && length(operation.authorizationScopes) > 0]
  machine_scopes = distinct(flatten(values(var.machine_clients)))
  no_machine     = length(local.asked) > 0 && alltrue([for scopes in local.asked : length(setintersection(scopes, local.machine_scopes)) == 0])

  # Function -> about how many bytes the resource policy of its alias has: a statement for each permission of each mode.
  permissions = distinct([for operation in local.operations : {
    function   = operation.function
    mode       = operation.mode
    name       = operation.permission == "*" ? "" : operation.name
    permission = operation.permission
  }])
  policy_sizes = { for function in local.contract_serves : function => sum([
    for permission in local.permissions : length(jsonencode({
      Sid       = "${var.name}-${permission.mode}-DELETE-0123456789ab"
      Effect    = "Allow"
      Principal = { Service = "apigateway.amazonaws.com" }
      Action    = "lambda:InvokeFunction"
      Resource  = "arn:aws:lambda:eu-central-1:123456789012:function:${var.name}-${function}:live"
      Condition = { ArnLike = { "AWS:SourceArn" = "arn:aws:execute-api:eu-central-1:123456789012:abcdefghij/${var.stage}/${permission.permission}" } }
    })) + 1 if permission.function == function
  ]) }
  large_policies = [for function, size in local.policy_sizes : function if size > 20480]

  # Operations of all APIs that anybody may call, without so much as an API key.
  open = sort(distinct(flatten([for operations in values(module.mode)[*].operations : [
    for operation, guard in operations : operation if guard.authorization == "NONE" && !guard.api_key_required
  ]])))
  opened = setsubtract(local.open, [for operation in local.operations : operation.name if operation.public])
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
