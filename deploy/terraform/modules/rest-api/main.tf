# A REST API made from a contract and a mode file. What of them API Gateway, or this module, cannot do fails the plan.

resource "aws_api_gateway_rest_api" "this" {
  name                         = var.name
  description                  = try(local.contract.info.description, null)
  api_key_source               = try(coalesce(local.mode.apiKeySource), "HEADER")
  binary_media_types           = length(local.binary_media_types) > 0 ? local.binary_media_types : null
  disable_execute_api_endpoint = var.disable_execute_api_endpoint

  endpoint_configuration {
    types = ["REGIONAL"]
  }

  lifecycle {
    precondition {
      condition     = length(local.mode_problems) == 0
      error_message = "${var.mode}: ${join("; ", local.mode_problems)}."
    }
    precondition {
      condition     = length(local.bad_aliases) == 0
      error_message = "The stage variable alias of ${var.mode} is not the alias of ${join(", ", local.bad_aliases)}."
    }
    precondition {
      condition     = length(local.bad_paths) == 0
      error_message = "API Gateway, or this module, cannot make these paths of the contract (at most six segments; {name+} only at the end; a REST API has no $default): ${join(", ", local.bad_paths)}."
    }
    precondition {
      condition     = length(local.bad_siblings) == 0
      error_message = "API Gateway allows one parameter at a place; the contract has ${join(", ", local.bad_siblings)}."
    }
    precondition {
      condition     = length(local.bad_methods) == 0
      error_message = "API Gateway has no method TRACE; the contract has ${join(", ", local.bad_methods)}."
    }
    precondition {
      condition     = length(local.unserved) == 0
      error_message = "x-function names no function that there is (${join(", ", keys(var.functions))}) for ${join(", ", local.unserved)}."
    }
    precondition {
      condition     = length(local.bad_models) == 0
      error_message = "API Gateway cannot make these schemas into models (names of letters and digits, and not that of another's model, such as NAMERank1; references at most four deep, to schemas that there are, and not in a circle): ${join(", ", local.bad_models)}."
    }
    precondition {
      condition     = length(local.bad_rules) == 0
      error_message = "COGNITO_USER_POOLS cannot express the rules of ${join(", ", local.bad_rules)}: it takes one scope an alternative, knows no owners, and no scheme beside the token; and some scope has to open each operation."
    }
    precondition {
      condition     = !local.by_pools || length(local.user_pools) > 0
      error_message = "${var.mode} names no authorizer.userPools, and user_pool_arns is empty: nobody's tokens would be taken."
    }
  }
}
