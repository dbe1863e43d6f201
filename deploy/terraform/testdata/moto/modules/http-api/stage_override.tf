# moto 5.2.1 has no deployments of HTTP APIs, so the stage deploys itself.
resource "aws_apigatewayv2_deployment" "this" {
  count = 0
}

resource "aws_apigatewayv2_stage" "this" {
  auto_deploy   = true
  deployment_id = null
}
