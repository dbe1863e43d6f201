variable "api" {
  type = any
}

variable "function" {
  type = object({ name = string, invoke_arn = string, alias = string })
}

module "rest_api" {
  source = "../../../modules/rest-api"

  name                         = var.api.name
  stage                        = var.api.stage
  plan                         = var.api.plan
  functions                    = { things = var.function }
  authorizer_id                = contains(["TOKEN", "REQUEST"], jsondecode(file(var.api.plan)).plan.authorization) ? aws_api_gateway_authorizer.this[var.api.authorizer].id : null
  user_pool_arns               = ["arn:aws:cognito-idp:eu-west-1:111122223333:userpool/eu-west-1_${var.api.user_pool}"]
  allowed_origins              = var.api.allowed_origins
  vpc_endpoint_ids             = var.api.vpc_endpoint_ids
  disable_execute_api_endpoint = var.api.own_domain_only
  log_retention_days           = 7
}

resource "aws_api_gateway_authorizer" "this" {
  for_each = toset(["one", "two"])

  rest_api_id    = module.rest_api.id
  name           = each.key
  authorizer_uri = var.function.invoke_arn
}

output "id" {
  value = module.rest_api.id
}
