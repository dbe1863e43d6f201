# moto 5.2.1 has no deployments of WebSocket APIs, so the stage serves none.
resource "aws_apigatewayv2_deployment" "this" {
  count = 0
}

resource "aws_apigatewayv2_stage" "this" {
  deployment_id = null
}
