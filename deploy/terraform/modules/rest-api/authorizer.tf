# The gateway itself checks the tokens of user pools. A Lambda authorizer has a module of its own.

locals {
  by_function = contains(["TOKEN", "REQUEST"], local.plan.authorization)
  by_pools    = local.plan.authorization == "COGNITO_USER_POOLS"
  own_pools   = local.by_pools ? try(local.plan.authorizer.userPools, []) : []
  user_pools  = length(local.own_pools) > 0 ? local.own_pools : var.user_pool_arns
}

# The gateway keeps what such an authorizer answers, too, and other pools get another one, which has no answers of those before:
# https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-apigateway-authorizer.html
resource "terraform_data" "user_pools" {
  triggers_replace = [local.user_pools, local.by_pools ? local.plan.authorizer.identitySources : []]
}

resource "aws_api_gateway_authorizer" "user_pools" {
  count = local.by_pools ? 1 : 0

  rest_api_id     = aws_api_gateway_rest_api.this.id
  name            = "${var.name}-${substr(terraform_data.user_pools.id, 0, 8)}" # two of an API need two names
  type            = "COGNITO_USER_POOLS"
  provider_arns   = local.user_pools
  identity_source = local.plan.authorizer.identitySources[0]

  lifecycle {
    create_before_destroy = true
    replace_triggered_by  = [terraform_data.user_pools]

    precondition {
      condition     = length(local.user_pools) > 0
      error_message = "The mode ${local.plan.name} names no authorizer.userPools, and user_pool_arns is empty: nobody's tokens would be taken."
    }
  }
}
