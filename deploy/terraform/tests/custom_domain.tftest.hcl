# The module custom-domain.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  domain_name     = "api.example.com"
  certificate_arn = "arn:aws:acm:eu-west-1:111122223333:certificate/certificate1"
  mappings = {
    ""         = { api_id = "rest1", stage = "v1" }
    "orders/2" = { api_id = "http1", stage = "$default" }
  }
}

run "domain" {
  module {
    source = "./modules/custom-domain"
  }

  assert {
    condition = (aws_apigatewayv2_domain_name.this.domain_name == "api.example.com" &&
      aws_apigatewayv2_domain_name.this.domain_name_configuration[0].security_policy == "TLS_1_2" &&
      aws_apigatewayv2_domain_name.this.domain_name_configuration[0].endpoint_type == "REGIONAL" &&
    aws_apigatewayv2_domain_name.this.domain_name_configuration[0].certificate_arn == var.certificate_arn)
    error_message = "The domain is not regional, or takes less than TLS 1.2, or shows another certificate."
  }

  assert {
    condition = { for path, mapping in aws_apigatewayv2_api_mapping.this : path => [mapping.api_id, mapping.stage, coalesce(mapping.api_mapping_key, "none")] } == {
      ""         = ["rest1", "v1", "none"]
      "orders/2" = ["http1", "$default", "orders/2"]
    }
    error_message = "A base path leads elsewhere."
  }

  assert {
    condition     = length(aws_apigatewayv2_domain_name.this.mutual_tls_authentication) == 0 && length(aws_route53_record.this) == 0
    error_message = "By default there is mutual TLS or a record."
  }

  assert {
    condition     = output.url == "https://api.example.com" && output.target_domain_name == "d-1.execute-api.eu-west-1.amazonaws.com" && output.hosted_zone_id == "Z1"
    error_message = "An output does not tell what it should."
  }
}

run "mutual_tls_and_record" {
  module {
    source = "./modules/custom-domain"
  }
  variables {
    truststore                = { uri = "s3://trusted/clients.pem", version = "7" }
    ownership_certificate_arn = "arn:aws:acm:eu-west-1:111122223333:certificate/certificate2"
    hosted_zone_id            = "ZONE1"
  }

  assert {
    condition = (aws_apigatewayv2_domain_name.this.mutual_tls_authentication[0].truststore_uri == "s3://trusted/clients.pem" &&
      aws_apigatewayv2_domain_name.this.mutual_tls_authentication[0].truststore_version == "7" &&
    aws_apigatewayv2_domain_name.this.domain_name_configuration[0].ownership_verification_certificate_arn == var.ownership_certificate_arn)
    error_message = "Clients are not asked for a certificate of the truststore."
  }

  assert {
    condition = (aws_route53_record.this[0].zone_id == "ZONE1" && aws_route53_record.this[0].name == "api.example.com" && aws_route53_record.this[0].type == "A" &&
    aws_route53_record.this[0].alias == tolist([{ name = "d-1.execute-api.eu-west-1.amazonaws.com", zone_id = "Z1", evaluate_target_health = false }]))
    error_message = "The record does not lead to the domain."
  }
}

run "address_for_a_name" {
  command = plan
  module {
    source = "./modules/custom-domain"
  }
  variables {
    domain_name = "https://api.example.com"
  }
  expect_failures = [var.domain_name]
}

run "certificate_of_no_acm" {
  command = plan
  module {
    source = "./modules/custom-domain"
  }
  variables {
    certificate_arn = "certificate1"
  }
  expect_failures = [var.certificate_arn]
}

run "no_mapping" {
  command = plan
  module {
    source = "./modules/custom-domain"
  }
  variables {
    mappings = {}
  }
  expect_failures = [var.mappings]
}

run "base_path_with_a_slash" {
  command = plan
  module {
    source = "./modules/custom-domain"
  }
  variables {
    mappings = { "/orders" = { api_id = "rest1", stage = "v1" } }
  }
  expect_failures = [var.mappings]
}

run "truststore_outside_of_s3" {
  command = plan
  module {
    source = "./modules/custom-domain"
  }
  variables {
    truststore = { uri = "https://example.com/clients.pem" }
  }
  expect_failures = [var.truststore]
}

run "ownership_without_mutual_tls" {
  command = plan
  module {
    source = "./modules/custom-domain"
  }
  variables {
    ownership_certificate_arn = "arn:aws:acm:eu-west-1:111122223333:certificate/certificate2"
  }
  expect_failures = [var.ownership_certificate_arn]
}
