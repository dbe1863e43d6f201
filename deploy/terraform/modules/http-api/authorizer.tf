# The gateway's own authorizer of the authorization JWT: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-jwt-authorizer.html

resource "aws_apigatewayv2_authorizer" "jwt" {
  count = local.authorization == "JWT" ? 1 : 0

  api_id           = aws_apigatewayv2_api.this.id
  name             = var.name
  authorizer_type  = "JWT"
  identity_sources = length(local.sources) > 0 ? local.sources : ["$request.header.Authorization"]

  jwt_configuration {
    issuer   = local.issuer
    audience = local.audience
  }

  lifecycle {
    precondition {
      condition     = local.issuer != null
      error_message = "${var.mode} names no issuer, so the variable issuer has to."
    }
    precondition {
      condition     = length(local.audience) > 0 && length(local.audience) <= 50
      error_message = "The authorization JWT wants 1 to 50 audiences, of ${var.mode} where it names an issuer, and else of the variable audience: without one tokens for anybody would be taken."
    }
  }
}
