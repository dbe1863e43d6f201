# The Lambda function that the gateway asks about a caller, and its permission to be asked by this authorizer only.

resource "aws_api_gateway_authorizer" "this" {
  rest_api_id                      = aws_api_gateway_rest_api.this.id
  name                             = local.mode.name
  type                             = local.mode.authorization
  authorizer_uri                   = local.authorizer_function.alias_invoke_arn
  identity_source                  = join(",", flatten([local.mode.authorizer.identitySource]))
  identity_validation_expression   = try(local.mode.authorizer.identityValidationExpression, null)
  authorizer_result_ttl_in_seconds = try(local.mode.authorizer.resultTtlInSeconds, 300)
}

resource "aws_lambda_permission" "authorizer" {
  statement_id  = "${var.name}-authorizer"
  action        = "lambda:InvokeFunction"
  principal     = "apigateway.amazonaws.com"
  function_name = local.authorizer_function.name
  qualifier     = local.authorizer_function.alias
  source_arn    = "${aws_api_gateway_rest_api.this.execution_arn}/authorizers/${aws_api_gateway_authorizer.this.id}"
}
