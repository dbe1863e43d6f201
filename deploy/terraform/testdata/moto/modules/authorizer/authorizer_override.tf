# moto 5.2.1 does not keep the expression, so a second plan would want to set it again; and it cannot give a method another
# authorizer.
resource "aws_api_gateway_authorizer" "this" {
  name                           = var.name
  identity_validation_expression = null

  lifecycle {
    replace_triggered_by = []
  }
}
