# An HTTP API, as its plan says: its routes and integrations. What only this stack knows, and cannot be, fails the plan of Terraform.

module "plan" {
  source = "../plan"

  file = var.plan
}

locals {
  plan = module.plan.plan

  unserved    = [for key, operation in local.plan.operations : key if !contains(keys(var.functions), operation.function)]
  bad_aliases = [for name, function in var.functions : "${name} (${function.alias})" if function.alias != try(local.plan.stageVariables.alias, null)]

  # None or one.
  cors = [for cors in local.plan.http.cors[*] : merge(cors, { allowOrigins = coalescelist(cors.allowOrigins, var.allowed_origins) })]
}

resource "aws_apigatewayv2_api" "this" {
  name                         = var.name
  description                  = try(local.plan.description, null)
  protocol_type                = "HTTP"
  disable_execute_api_endpoint = var.disable_execute_api_endpoint

  dynamic "cors_configuration" {
    for_each = local.cors
    content {
      allow_origins     = cors_configuration.value.allowOrigins
      allow_methods     = cors_configuration.value.allowMethods
      allow_headers     = cors_configuration.value.allowHeaders
      expose_headers    = cors_configuration.value.exposeHeaders
      max_age           = cors_configuration.value.maxAge
      allow_credentials = cors_configuration.value.allowCredentials
    }
  }

  lifecycle {
    precondition {
      condition     = length(local.unserved) == 0
      error_message = "The contract's x-function names no function that there is (${join(", ", keys(var.functions))}) for ${join(", ", local.unserved)}."
    }
    precondition {
      condition     = length(local.bad_aliases) == 0
      error_message = "The stage variable alias of the mode ${local.plan.name} is not the alias of ${join(", ", local.bad_aliases)}."
    }
    precondition {
      condition     = alltrue([for cors in local.cors : !cors.allowCredentials || !contains(cors.allowOrigins, "*")])
      error_message = "The mode ${local.plan.name} allows credentials (cors.allowCredentials), which API Gateway does not with any origin: name the origins in its cors.allowOrigins, or in allowed_origins."
    }
  }
}

# The stage variable chooses the alias, so the address is the function's with the variable put in:
# https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-stages.stage-variables-reference.html
resource "aws_apigatewayv2_integration" "function" {
  for_each = toset([for operation in local.plan.operations : operation.function])

  api_id                 = aws_apigatewayv2_api.this.id
  integration_type       = "AWS_PROXY"
  integration_method     = "POST"
  integration_uri        = replace(var.functions[each.key].invoke_arn, "//invocations$/", ":$${stageVariables.alias}/invocations")
  payload_format_version = local.plan.http.payloadFormatVersion
  timeout_milliseconds   = local.plan.integrationTimeoutInMillis
}

resource "aws_apigatewayv2_route" "operation" {
  for_each = local.plan.operations

  api_id               = aws_apigatewayv2_api.this.id
  route_key            = each.key
  operation_name       = try(each.value.operationName, null)
  target               = "integrations/${aws_apigatewayv2_integration.function[each.value.function].id}"
  authorization_type   = each.value.authorizationType
  authorizer_id        = each.value.public ? null : local.plan.authorization == "JWT" ? one(aws_apigatewayv2_authorizer.jwt[*].id) : var.authorizer_id
  authorization_scopes = length(each.value.authorizationScopes) > 0 ? each.value.authorizationScopes : null

  lifecycle {
    # Not the API's precondition: the authorizer is made from the API.
    precondition {
      condition     = (var.authorizer_id != null) == (local.plan.authorization == "REQUEST")
      error_message = "The mode ${local.plan.name} has authorization ${local.plan.authorization}: authorizer_id is needed for REQUEST, and has no part in others."
    }
    postcondition {
      condition     = self.authorization_type != "NONE" || each.value.public
      error_message = "${each.key} would be open, and the contract does not say `security: []`."
    }
  }
}

locals {
  # Operation -> what it takes to let the gateway call its function; of a function with one permission for all of its operations, that.
  permitted = merge(
    { for key, operation in local.plan.operations : key => operation if operation.permission != "*" },
    { for function in distinct([for operation in local.plan.operations : operation.function if operation.permission == "*"]) :
    "all of ${function}" => { method = "all", path = "*", function = function, permission = "*" } },
  )
}

# The gateway may call a function for its own routes only:
# https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
resource "aws_lambda_permission" "operation" {
  for_each = local.permitted

  # All that the ARN is made from, since a new permission is there before the old one goes: the deployment waits for it.
  statement_id  = "${aws_apigatewayv2_api.this.id}-${each.value.method}-${substr(sha256("${var.stage} ${each.value.path}"), 0, 12)}"
  action        = "lambda:InvokeFunction"
  principal     = "apigateway.amazonaws.com"
  function_name = var.functions[each.value.function].name
  qualifier     = var.functions[each.value.function].alias
  source_arn    = "${aws_apigatewayv2_api.this.execution_arn}/${var.stage}/${each.value.permission}"
}
