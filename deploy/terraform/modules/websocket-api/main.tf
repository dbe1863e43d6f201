# The routes and integrations of a WebSocket API, as its plan says. What only this stack knows, and cannot be, fails the plan of Terraform.

module "plan" {
  source = "../plan"

  file = var.plan
}

locals {
  plan = module.plan.plan

  # Clients may connect though no function is told.
  told        = { for key, operation in local.plan.operations : key => operation if operation.function != "" }
  unserved    = [for key, operation in local.told : key if !contains(keys(var.functions), operation.function)]
  bad_aliases = [for name, function in var.functions : "${name} (${function.alias})" if function.alias != try(local.plan.stageVariables.alias, null)]
}

resource "terraform_data" "functions" {
  lifecycle {
    precondition {
      condition     = length(local.unserved) == 0
      error_message = "The contract's x-websocket names no function that there is (${join(", ", keys(var.functions))}) for ${join(", ", local.unserved)}."
    }
    precondition {
      condition     = length(local.bad_aliases) == 0
      error_message = "The stage variable alias of the mode ${local.plan.name} is not the alias of ${join(", ", local.bad_aliases)}."
    }
  }
}

resource "aws_apigatewayv2_model" "message" {
  for_each = local.plan.webSocket.models

  api_id       = var.api.id
  name         = each.key
  content_type = "application/json"
  schema       = each.value.schema
}

# The stage variable chooses the alias, so the address is the function's with the variable put in:
# https://docs.aws.amazon.com/apigateway/latest/developerguide/websocket-api-stages.html
resource "aws_apigatewayv2_integration" "function" {
  for_each = toset([for operation in local.told : operation.function])

  api_id               = var.api.id
  integration_type     = "AWS_PROXY"
  integration_method   = "POST"
  integration_uri      = replace(var.functions[each.key].invoke_arn, "//invocations$/", ":$${stageVariables.alias}/invocations")
  timeout_milliseconds = local.plan.integrationTimeoutInMillis

  depends_on = [terraform_data.functions]
}

# Who may call is asked at $connect alone: API Gateway has no authorizer for a message, and the function decides each.
resource "aws_apigatewayv2_route" "operation" {
  for_each = local.plan.operations

  api_id             = var.api.id
  route_key          = each.key
  target             = each.value.function == "" ? null : "integrations/${aws_apigatewayv2_integration.function[each.value.function].id}"
  authorization_type = each.value.authorizationType
  authorizer_id      = each.value.authorizationType == "CUSTOM" ? var.authorizer_id : null
  api_key_required   = each.value.apiKeyRequired

  model_selection_expression          = try(each.value.modelSelectionExpression, null)
  request_models                      = { for key, model in try(each.value.requestModels, {}) : key => aws_apigatewayv2_model.message[model].name }
  route_response_selection_expression = try(each.value.routeResponseSelectionExpression, null)

  lifecycle {
    precondition {
      condition     = (var.authorizer_id != null) == (local.plan.authorization == "REQUEST")
      error_message = "The mode ${local.plan.name} has authorization ${local.plan.authorization}: authorizer_id is needed for REQUEST, and has no part in others."
    }
    postcondition {
      condition     = self.authorization_type != "NONE" || self.api_key_required || each.value.public || self.route_key != "$connect"
      error_message = "${each.key} would be open, and the contract does not say `security: []`."
    }
  }
}

# What a function answers is sent to the client where the route has a response of its own, and dropped elsewhere.
resource "aws_apigatewayv2_route_response" "answer" {
  for_each = toset([for key, operation in local.plan.operations : key if can(operation.routeResponseSelectionExpression)])

  api_id             = var.api.id
  route_id           = aws_apigatewayv2_route.operation[each.key].id
  route_response_key = "$default"
}

locals {
  # Operation -> what it takes to let the gateway call its function; of a function with one permission for all of its operations, that.
  permitted = merge(
    { for key, operation in local.told : key => operation if operation.permission != "*" },
    { for function in distinct([for operation in local.told : operation.function if operation.permission == "*"]) :
    "all of ${function}" => { method = "all", path = "*", function = function, permission = "*" } },
  )
}

# The gateway may call a function for its own routes only.
resource "aws_lambda_permission" "operation" {
  for_each = local.permitted

  # All that the ARN is made from, since a new permission is there before the old one goes: the deployment waits for it.
  statement_id  = "${var.api.id}-route-${substr(sha256("${var.stage} ${each.key}"), 0, 12)}"
  action        = "lambda:InvokeFunction"
  principal     = "apigateway.amazonaws.com"
  function_name = var.functions[each.value.function].name
  qualifier     = var.functions[each.value.function].alias
  source_arn    = "${var.api.execution_arn}/${var.stage}/${each.value.permission}"

  depends_on = [terraform_data.functions]
}
