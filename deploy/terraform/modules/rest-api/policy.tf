# The contract's resource policy (x-amazon-apigateway-policy). Its short resources are of this API, as API Gateway writes them out where
# it imports a document.

locals {
  resource_policy = try(local.rest.resourcePolicy, null)

  # The policy of this API, and with resources as long as any are (LongestARN of the package policy): the length of that is known before there is an API.
  resource_policies = { for use, prefix in {
    deployed                              = "${aws_api_gateway_rest_api.this.execution_arn}/"
    longest                               = "arn:aws-us-gov:execute-api:ap-southeast-2:123456789012:abcdefghij/"
    } : use => jsonencode(merge({ Version = "2012-10-17" }, local.resource_policy, {
      Statement = concat(
        [for statement in try(local.resource_policy.Statement, []) : merge(statement, {
          for member in ["Resource", "NotResource"] : member => [
            for resource in statement[member] : startswith(resource, "execute-api:/") ? "${prefix}${trimprefix(resource, "execute-api:/")}" : resource
          ] if can(statement[member])
        })],
        [for statement in local.private_statements : merge(statement, { Resource = ["${prefix}*"] })],
      )
  })) }
}

# A private API is reached by its VPC endpoints alone, whatever else its policy allows; and it answers nobody whom none allows, so where the
# contract has no policy everybody behind the endpoints is let through to who checks callers. All are of the whole API.
# https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-private-api-create.html
locals {
  private_statements = flatten([for endpoints in var.vpc_endpoint_ids == null ? [] : [var.vpc_endpoint_ids] : [
    {
      Effect    = "Deny"
      Principal = "*"
      Action    = "execute-api:Invoke"
      Condition = { StringNotEquals = { "aws:SourceVpce" = endpoints } }
    },
    [for allowed in local.resource_policy == null ? [true] : [] : {
      Effect    = "Allow"
      Principal = "*"
      Action    = "execute-api:Invoke"
    }],
  ]])
}

resource "aws_api_gateway_rest_api_policy" "this" {
  count = local.resource_policy == null && var.vpc_endpoint_ids == null ? 0 : 1

  rest_api_id = aws_api_gateway_rest_api.this.id
  policy      = local.resource_policies.deployed

  # https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-execution-service-limits-table.html. The build counts the
  # contract's statements, and knows of no endpoints.
  lifecycle {
    precondition {
      condition     = length(local.resource_policies.longest) <= 8192
      error_message = "With the vpc_endpoint_ids the resource policy has up to ${length(local.resource_policies.longest)} bytes, and API Gateway takes 8192: want fewer endpoints, or fewer or wider statements in x-amazon-apigateway-policy."
    }
  }
}
