# The contract's resource policy (x-amazon-apigateway-policy). Its short resources are of this API, as API Gateway writes them out where
# it imports a document.

locals {
  resource_policy = try(local.rest.resourcePolicy, null)
  api_prefix      = "${aws_api_gateway_rest_api.this.execution_arn}/"

  contract_statements = [for statement in try(local.resource_policy.Statement, []) : merge(statement, {
    for member in ["Resource", "NotResource"] : member => [
      for resource in statement[member] : startswith(resource, "execute-api:/") ? "${local.api_prefix}${trimprefix(resource, "execute-api:/")}" : resource
    ] if can(statement[member])
  })]
}

# A private API is reached by its VPC endpoints alone, whatever else its policy allows; and it answers nobody whom none allows, so where the
# contract has no policy everybody behind the endpoints is let through to who checks callers.
# https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-private-api-create.html
locals {
  private_statements = flatten([for endpoints in var.vpc_endpoint_ids == null ? [] : [var.vpc_endpoint_ids] : [
    {
      Effect    = "Deny"
      Principal = "*"
      Action    = "execute-api:Invoke"
      Resource  = ["${local.api_prefix}*"]
      Condition = { StringNotEquals = { "aws:SourceVpce" = endpoints } }
    },
    [for allowed in local.resource_policy == null ? [true] : [] : {
      Effect    = "Allow"
      Principal = "*"
      Action    = "execute-api:Invoke"
      Resource  = ["${local.api_prefix}*"]
    }],
  ]])
}

resource "aws_api_gateway_rest_api_policy" "this" {
  count = local.resource_policy == null && var.vpc_endpoint_ids == null ? 0 : 1

  rest_api_id = aws_api_gateway_rest_api.this.id
  policy = jsonencode(merge({ Version = "2012-10-17" }, local.resource_policy, {
    Statement = concat(local.contract_statements, local.private_statements)
  }))
}
