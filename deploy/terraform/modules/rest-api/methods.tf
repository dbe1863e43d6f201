# The plan's operations: who may call them, and the functions that serve them.

resource "aws_api_gateway_method" "operation" {
  for_each = local.plan.operations

  rest_api_id          = aws_api_gateway_rest_api.this.id
  resource_id          = local.resource_ids[trim(each.value.path, "/")]
  http_method          = each.value.method
  operation_name       = try(each.value.operationName, null)
  authorization        = each.value.authorizationType
  authorizer_id        = each.value.public ? null : local.by_function ? var.authorizer_id : one(aws_api_gateway_authorizer.user_pools[*].id)
  authorization_scopes = length(each.value.authorizationScopes) > 0 ? each.value.authorizationScopes : null
  api_key_required     = each.value.apiKeyRequired
  request_validator_id = aws_api_gateway_request_validator.this.id
  request_models       = try(each.value.requestModels, null)
  request_parameters   = try(each.value.requestParameters, {})

  depends_on = [aws_api_gateway_model.rank3]

  lifecycle {
    postcondition {
      condition     = self.authorization != "NONE" || self.api_key_required || each.value.public
      error_message = "${each.key} would be open, and the contract does not say `security: []`."
    }
  }
}

# The stage variable chooses the alias, so the address is the function's with the variable put in.
resource "aws_api_gateway_integration" "operation" {
  for_each = local.plan.operations

  rest_api_id             = aws_api_gateway_rest_api.this.id
  resource_id             = local.resource_ids[trim(each.value.path, "/")]
  http_method             = aws_api_gateway_method.operation[each.key].http_method
  type                    = "AWS_PROXY"
  integration_http_method = "POST"
  uri                     = replace(var.functions[each.value.function].invoke_arn, "//invocations$/", ":$${stageVariables.alias}/invocations")
  timeout_milliseconds    = local.plan.integrationTimeoutInMillis
  request_parameters      = try(each.value.cache.requestParameters, null)
  cache_key_parameters    = try(each.value.cache.cacheKeyParameters, null)
}

locals {
  # Operation -> what it takes to let the gateway call its function; of a function with one permission for all of its operations, that.
  permitted = merge(
    { for key, operation in local.plan.operations : key => operation if operation.permission != "*" },
    { for function in distinct([for operation in local.plan.operations : operation.function if operation.permission == "*"]) :
    "all of ${function}" => { method = "all", path = "*", function = function, permission = "*" } },
  )
}

# The gateway may call a function for its own operations only.
resource "aws_lambda_permission" "operation" {
  for_each = local.permitted

  # All that the ARN is made from, since a new permission is there before the old one goes: the deployment waits for it.
  statement_id  = "${aws_api_gateway_rest_api.this.id}-${each.value.method}-${substr(sha256("${var.stage} ${each.value.path}"), 0, 12)}"
  action        = "lambda:InvokeFunction"
  principal     = "apigateway.amazonaws.com"
  function_name = var.functions[each.value.function].name
  qualifier     = var.functions[each.value.function].alias
  source_arn    = "${aws_api_gateway_rest_api.this.execution_arn}/${var.stage}/${each.value.permission}"
}
