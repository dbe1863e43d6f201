output "url" {
  description = "The domain's address, which a base path follows. It is known once the paths are mapped."
  value       = "https://${aws_apigatewayv2_domain_name.this.domain_name}"
  depends_on  = [aws_apigatewayv2_api_mapping.this]
}

output "target_domain_name" {
  description = "What the domain name's record is an alias (or CNAME) of."
  value       = aws_apigatewayv2_domain_name.this.domain_name_configuration[0].target_domain_name
}

output "hosted_zone_id" {
  description = "Hosted zone of the target_domain_name, which an alias record names."
  value       = aws_apigatewayv2_domain_name.this.domain_name_configuration[0].hosted_zone_id
}
