# The contract's operations: who may call them, and the functions that serve them.

resource "aws_api_gateway_method" "operation" {
  for_each = local.operations

  rest_api_id          = aws_api_gateway_rest_api.this.id
  resource_id          = local.resource_ids[each.value.resource]
  http_method          = each.value.method
  operation_name       = each.value.name
  authorization        = local.guards[each.key].authorization
  authorizer_id        = each.value.public ? null : local.by_function ? var.authorizer_id : one(aws_api_gateway_authorizer.user_pools[*].id)
  authorization_scopes = length(local.guards[each.key].scopes) > 0 ? local.guards[each.key].scopes : null
  api_key_required     = local.guards[each.key].api_key_required
  request_validator_id = aws_api_gateway_request_validator.this.id
  request_models       = local.request_models[each.key]
  request_parameters   = merge({ for name in local.cached_request_parameters[each.key] : name => false }, local.request_parameters[each.key])

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
  for_each = local.operations

  rest_api_id             = aws_api_gateway_rest_api.this.id
  resource_id             = local.resource_ids[each.value.resource]
  http_method             = aws_api_gateway_method.operation[each.key].http_method
  type                    = "AWS_PROXY"
  integration_http_method = "POST"
  uri                     = replace(var.functions[each.value.function].invoke_arn, "//invocations$/", ":$${stageVariables.alias}/invocations")
  timeout_milliseconds    = try(local.mode.integrationTimeoutInMillis > 0, false) ? local.mode.integrationTimeoutInMillis : 29000
  request_parameters      = try(local.cached_context[each.key], null)
  cache_key_parameters    = try(local.cached_keys[each.key], null)
}

# The gateway may call a function for its own operations only; a path parameter is any segment, and ANY is any method.
resource "aws_lambda_permission" "operation" {
  for_each = local.operations

  # All that the ARN is made from, since a new permission is there before the old one goes: the deployment waits for it.
  statement_id  = "${aws_api_gateway_rest_api.this.id}-${each.value.method}-${substr(sha256("${var.stage} ${each.value.path}"), 0, 12)}"
  action        = "lambda:InvokeFunction"
  principal     = "apigateway.amazonaws.com"
  function_name = var.functions[each.value.function].name
  qualifier     = var.functions[each.value.function].alias
  source_arn    = "${aws_api_gateway_rest_api.this.execution_arn}/${var.stage}/${each.value.method == "ANY" ? "*" : each.value.method}${replace(each.value.path, "/\\{[^{}]+\\}/", "*")}"
}
