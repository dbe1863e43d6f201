# A REST API, as its plan says. What only this stack knows, and cannot be, fails the plan of Terraform.

module "plan" {
  source = "../plan"

  file = var.plan
}

locals {
  plan = module.plan.plan
  rest = local.plan.rest

  unserved    = [for name, operation in local.plan.operations : name if !contains(keys(var.functions), operation.function)]
  bad_aliases = [for name, function in var.functions : "${name} (${function.alias})" if function.alias != try(local.plan.stageVariables.alias, null)]

  # What is kept has the Access-Control-Allow-Origin that its first caller was answered.
  origin_mixing_caches = [for name, operation in local.plan.operations : name if length(var.allowed_origins) > 1 &&
  can(operation.cache.ttlInSeconds) && !contains([for key in try(operation.cache.cacheKeyParameters, []) : lower(key)], "method.request.header.origin")]
}

resource "aws_api_gateway_rest_api" "this" {
  name                         = var.name
  description                  = try(local.plan.description, null)
  api_key_source               = local.rest.apiKeySource
  binary_media_types           = length(local.rest.binaryMediaTypes) > 0 ? local.rest.binaryMediaTypes : null
  disable_execute_api_endpoint = var.disable_execute_api_endpoint

  endpoint_configuration {
    types            = [var.vpc_endpoint_ids == null ? "REGIONAL" : "PRIVATE"]
    vpc_endpoint_ids = var.vpc_endpoint_ids
  }

  lifecycle {
    precondition {
      condition     = length(local.unserved) == 0
      error_message = "The contract's x-function names no function that there is (${join(", ", keys(var.functions))}) for ${join(", ", local.unserved)}."
    }
    precondition {
      condition     = length(local.bad_aliases) == 0
      error_message = "The stage variable alias of the mode ${local.plan.name} is not the alias of ${join(", ", local.bad_aliases)}."
    }
    precondition {
      # With an Allow for everybody beside AWS_IAM, whoever signs would need no policy of IAM any more:
      # https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-authorization-flow.html
      condition     = var.vpc_endpoint_ids == null || local.plan.authorization != "AWS_IAM" || local.resource_policy != null
      error_message = "The mode ${local.plan.name} has the authorization AWS_IAM, and a private API answers nobody whom its resource policy does not allow: say in the contract (x-amazon-apigateway-policy) whom, since an Allow for everybody would open it to all who can sign."
    }
    precondition {
      condition     = length(local.origin_mixing_caches) == 0
      error_message = "The mode ${local.plan.name} keeps answers to ${join(", ", local.origin_mixing_caches)}, and method.request.header.Origin is not among the keyParameters: the answer that one of the several allowed_origins may read would be served to others."
    }
  }
}
