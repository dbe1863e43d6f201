# A WebSocket API without its routes: what has an address and connections. The functions behind it may be told both, since it is made
# of none of them.

module "plan" {
  source = "../plan"

  file = var.plan
}

locals {
  plan = module.plan.plan
}

resource "aws_apigatewayv2_api" "this" {
  name                         = var.name
  description                  = try(local.plan.description, null)
  protocol_type                = "WEBSOCKET"
  route_selection_expression   = local.plan.webSocket.routeSelectionExpression
  api_key_selection_expression = local.plan.webSocket.apiKeySelectionExpression
  disable_execute_api_endpoint = var.disable_execute_api_endpoint
}
