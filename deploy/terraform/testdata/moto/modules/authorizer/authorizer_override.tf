# moto 5.2.1 does not keep the expression, so a second plan would want to set it again.
resource "aws_api_gateway_authorizer" "this" {
  identity_validation_expression = null
}
