# A REST API made from a contract and a mode file: its resources, methods and integrations.

resource "aws_api_gateway_rest_api" "this" {
  name        = var.name
  description = try(local.contract.info.description, null)

  endpoint_configuration {
    types = ["REGIONAL"]
  }

  lifecycle {
    precondition {
      condition     = local.mode.gateway == "REST"
      error_message = "${var.mode} is for a gateway of kind ${local.mode.gateway}; this module makes REST APIs."
    }
    precondition {
      condition     = contains(keys(local.authorizations), local.mode.authorization)
      error_message = "${var.mode} has authorization ${local.mode.authorization}; this module knows ${join(", ", keys(local.authorizations))}."
    }
    precondition {
      condition     = length(local.bad_members) == 0
      error_message = "${var.mode} has members that this module makes nothing of: ${join(", ", local.bad_members)}."
    }
    precondition {
      condition     = local.authorizer_function != null
      error_message = "${var.mode} names no authorizer function that there is; there are ${join(", ", keys(var.functions))}."
    }
    precondition {
      condition     = length(local.bad_aliases) == 0
      error_message = "The stage variable alias of ${var.mode} is not the alias of ${join(", ", local.bad_aliases)}."
    }
    precondition {
      condition     = length(local.bad_paths) == 0
      error_message = "API Gateway, or this module, cannot make these paths of the contract (at most six segments; {name+} only at the end): ${join(", ", local.bad_paths)}."
    }
    precondition {
      condition     = length(local.bad_siblings) == 0
      error_message = "API Gateway allows one parameter at a place; the contract has ${join(", ", local.bad_siblings)}."
    }
    precondition {
      condition     = length(local.bad_methods) == 0
      error_message = "API Gateway has no method TRACE, and this module makes no method ANY; the contract has ${join(", ", local.bad_methods)}."
    }
    precondition {
      condition     = length(local.unserved) == 0
      error_message = "x-function names no function that there is (${join(", ", keys(var.functions))}) for ${join(", ", local.unserved)}."
    }
    precondition {
      condition     = length(local.bad_models) == 0
      error_message = "API Gateway cannot make these schemas into models (names of letters and digits; references at most four deep, to schemas that there are, and not in a circle): ${join(", ", local.bad_models)}."
    }
  }
}

resource "aws_api_gateway_method" "operation" {
  for_each = local.operations

  rest_api_id          = aws_api_gateway_rest_api.this.id
  resource_id          = local.resource_ids[each.value.resource]
  http_method          = each.value.method
  operation_name       = each.value.name
  authorization        = each.value.public ? "NONE" : local.authorizations[local.mode.authorization]
  authorizer_id        = each.value.public ? null : aws_api_gateway_authorizer.this.id
  request_validator_id = aws_api_gateway_request_validator.this.id
  request_models       = local.request_models[each.key]
  request_parameters   = local.request_parameters[each.key]

  depends_on = [aws_api_gateway_model.rank3]
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
}

# The gateway may call a function for its own operations only; a path parameter is any segment.
resource "aws_lambda_permission" "operation" {
  for_each = local.operations

  statement_id  = "${var.name}-${each.value.method}-${substr(sha256(each.value.path), 0, 12)}"
  action        = "lambda:InvokeFunction"
  principal     = "apigateway.amazonaws.com"
  function_name = var.functions[each.value.function].name
  qualifier     = var.functions[each.value.function].alias
  source_arn    = "${aws_api_gateway_rest_api.this.execution_arn}/${var.stage}/${each.value.method}${replace(each.value.path, "/\\{[^{}]+\\}/", "*")}"
}
