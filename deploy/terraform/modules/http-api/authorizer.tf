# The gateway's own authorizer of the authorization JWT: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-jwt-authorizer.html

locals {
  # An issuer and its audience belong together: they are the plan's, or the variables'.
  own_issuer = try(local.plan.authorizer.issuer, null)
  issuer     = local.own_issuer == null ? var.issuer : local.own_issuer
  audience   = local.own_issuer == null ? var.audience : local.plan.authorizer.audience
}

resource "aws_apigatewayv2_authorizer" "jwt" {
  count = local.plan.authorization == "JWT" ? 1 : 0

  api_id           = aws_apigatewayv2_api.this.id
  name             = var.name
  authorizer_type  = "JWT"
  identity_sources = local.plan.authorizer.identitySources

  jwt_configuration {
    issuer   = local.issuer
    audience = local.audience
  }

  lifecycle {
    precondition {
      condition     = local.issuer != null
      error_message = "The mode ${local.plan.name} names no issuer, so the variable issuer has to."
    }
    precondition {
      condition     = length(local.audience) > 0 && length(local.audience) <= 50
      error_message = "The authorization JWT wants 1 to 50 audiences, of the mode ${local.plan.name} where it names an issuer, and else of the variable audience: without one tokens for anybody would be taken."
    }
  }
}
