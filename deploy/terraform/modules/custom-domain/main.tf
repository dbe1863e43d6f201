# A domain name for any number of APIs, REST and HTTP alike, or of WebSocket APIs: API Gateway's version 2 maps them to a regional domain.
# https://docs.aws.amazon.com/apigateway/latest/developerguide/rest-api-mappings.html

resource "aws_apigatewayv2_domain_name" "this" {
  domain_name = var.domain_name

  domain_name_configuration {
    certificate_arn                        = var.certificate_arn
    ownership_verification_certificate_arn = var.ownership_certificate_arn
    endpoint_type                          = "REGIONAL"
    security_policy                        = "TLS_1_2"
  }

  dynamic "mutual_tls_authentication" {
    for_each = var.truststore == null ? [] : [var.truststore]
    content {
      truststore_uri     = mutual_tls_authentication.value.uri
      truststore_version = mutual_tls_authentication.value.version
    }
  }
}

resource "aws_apigatewayv2_api_mapping" "this" {
  for_each = var.mappings

  domain_name     = aws_apigatewayv2_domain_name.this.id
  api_id          = each.value.api_id
  stage           = each.value.stage
  api_mapping_key = each.key == "" ? null : each.key
}

resource "aws_route53_record" "this" {
  count = var.hosted_zone_id == null ? 0 : 1

  zone_id = var.hosted_zone_id
  name    = var.domain_name
  type    = "A"

  alias {
    name                   = aws_apigatewayv2_domain_name.this.domain_name_configuration[0].target_domain_name
    zone_id                = aws_apigatewayv2_domain_name.this.domain_name_configuration[0].hosted_zone_id
    evaluate_target_health = false
  }
}
