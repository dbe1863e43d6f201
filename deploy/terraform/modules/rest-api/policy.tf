# The contract's resource policy (x-amazon-apigateway-policy). Its short resources are of this API, as API Gateway writes them out where
# it imports a document.

locals {
  resource_policy = try(local.rest.resourcePolicy, null)
  api_prefix      = "${aws_api_gateway_rest_api.this.execution_arn}/"

  statements = [for statement in try(local.resource_policy.Statement, []) : merge(statement, {
    for member in ["Resource", "NotResource"] : member => [
      for resource in statement[member] : startswith(resource, "execute-api:/") ? "${local.api_prefix}${trimprefix(resource, "execute-api:/")}" : resource
    ] if can(statement[member])
  })]
}

resource "aws_api_gateway_rest_api_policy" "this" {
  count = local.resource_policy == null ? 0 : 1

  rest_api_id = aws_api_gateway_rest_api.this.id
  policy      = jsonencode(merge(local.resource_policy, { Statement = local.statements }))
}
