# An HTTP API made from a contract and a mode file: its routes and integrations.

resource "aws_apigatewayv2_api" "this" {
  name                         = var.name
  description                  = try(local.contract.info.description, null)
  protocol_type                = "HTTP"
  disable_execute_api_endpoint = var.disable_execute_api_endpoint

  dynamic "cors_configuration" {
    for_each = local.cors
    content {
      allow_origins     = cors_configuration.value.allow_origins
      allow_methods     = cors_configuration.value.allow_methods
      allow_headers     = cors_configuration.value.allow_headers
      expose_headers    = cors_configuration.value.expose_headers
      max_age           = cors_configuration.value.max_age
      allow_credentials = cors_configuration.value.allow_credentials
    }
  }

  lifecycle {
    precondition {
      condition     = try(local.mode.gateway, null) == "HTTP"
      error_message = "${var.mode} is for a gateway of kind ${try(local.mode.gateway, "unknown")}; this module makes HTTP APIs."
    }
    precondition {
      condition     = contains(keys(local.authorization_types), local.authorization)
      error_message = "${var.mode} has authorization \"${local.authorization}\"; an HTTP API has ${join(", ", keys(local.authorization_types))}, and one without would be open."
    }
    precondition {
      condition     = length(local.bad_members) == 0
      error_message = "${var.mode} has members that mean nothing for an HTTP API with its authorization: ${join(", ", local.bad_members)}."
    }
    precondition {
      condition     = length(local.bad_values) == 0
      error_message = "${var.mode}: ${join("; ", local.bad_values)}."
    }
    precondition {
      condition     = length(local.bad_aliases) == 0
      error_message = "The stage variable alias of ${var.mode} is not the alias of ${join(", ", local.bad_aliases)}."
    }
    precondition {
      condition     = length(local.unknown_contract_members) == 0
      error_message = "${var.contract} has members that a contract does not have there, and that could be misspelt: ${join(", ", local.unknown_contract_members)}."
    }
    precondition {
      condition     = length(local.bad_methods) == 0
      error_message = "An HTTP API has no method TRACE or CONNECT, and /$default takes x-amazon-apigateway-any-method only; the contract has ${join(", ", local.bad_methods)}."
    }
    precondition {
      condition     = length(local.bad_paths) == 0
      error_message = "An HTTP API cannot route these paths of the contract ({name} a whole segment and once; {name+} only at the end; no wildcards, and no slash at the end): ${join(", ", local.bad_paths)}."
    }
    precondition {
      condition     = length(local.same_routes) == 0
      error_message = "Routes of the contract stand for the same requests: ${join(", ", local.same_routes)}."
    }
    precondition {
      condition     = length(local.bad_security) == 0
      error_message = "The contract does not say who may call, in terms of its security schemes (bearer tokens, and API keys in X-Api-Key); a public operation says `security: []`: ${join(", ", local.bad_security)}."
    }
    precondition {
      condition     = length(local.unasked_owner_scopes) == 0
      error_message = "x-owner-scopes of the contract has scopes that no operation asks for: ${join(", ", local.unasked_owner_scopes)}."
    }
    precondition {
      condition     = length(local.inexpressible) == 0
      error_message = "The authorization JWT cannot express the rules of ${join(", ", local.inexpressible)}."
    }
    precondition {
      condition     = length(local.unserved) == 0
      error_message = "x-function names no function that there is (${join(", ", keys(var.functions))}) for ${join(", ", local.unserved)}."
    }
  }
}

# The stage variable chooses the alias, so the address is the function's with the variable put in:
# https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-stages.stage-variables-reference.html
resource "aws_apigatewayv2_integration" "function" {
  for_each = toset([for operation in values(local.operations) : operation.function])

  api_id                 = aws_apigatewayv2_api.this.id
  integration_type       = "AWS_PROXY"
  integration_method     = "POST"
  integration_uri        = replace(var.functions[each.key].invoke_arn, "//invocations$/", ":$${stageVariables.alias}/invocations")
  payload_format_version = local.payload_format_version
  timeout_milliseconds   = local.timeout
}

resource "aws_apigatewayv2_route" "operation" {
  for_each = local.operations

  api_id               = aws_apigatewayv2_api.this.id
  route_key            = each.key
  operation_name       = each.value.name
  target               = "integrations/${aws_apigatewayv2_integration.function[each.value.function].id}"
  authorization_type   = each.value.public ? "NONE" : local.authorization_types[local.authorization]
  authorizer_id        = each.value.public ? null : local.authorization == "JWT" ? one(aws_apigatewayv2_authorizer.jwt[*].id) : var.authorizer_id
  authorization_scopes = local.authorization == "JWT" ? lookup(local.scopes, each.key, null) : null

  lifecycle {
    # Not the API's precondition: the authorizer is made from the API.
    precondition {
      condition     = (var.authorizer_id != null) == (local.authorization == "REQUEST")
      error_message = "${var.mode} has authorization ${local.authorization}: authorizer_id is needed for REQUEST, and has no part in others."
    }
  }
}

# The gateway may call a function for its own routes only; a path parameter is any segment, and $default stands for itself:
# https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
resource "aws_lambda_permission" "operation" {
  for_each = local.operations

  # All that the ARN is made from, since a new permission is there before the old one goes: the deployment waits for it.
  statement_id  = "${aws_apigatewayv2_api.this.id}-${each.value.method}-${substr(sha256("${var.stage} ${each.value.path}"), 0, 12)}"
  action        = "lambda:InvokeFunction"
  principal     = "apigateway.amazonaws.com"
  function_name = var.functions[each.value.function].name
  qualifier     = var.functions[each.value.function].alias
  source_arn = "${aws_apigatewayv2_api.this.execution_arn}/${var.stage}/${each.key == "$default" ? each.key : join("", [
    each.value.method == "ANY" ? "*" : each.value.method,
    replace(each.value.path, "/\\{[^{}]+\\}/", "*"),
  ])}"
}
