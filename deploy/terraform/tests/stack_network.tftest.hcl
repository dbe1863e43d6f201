# The root stack: how it is reached, and how its functions reach what they call.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  name      = "demo"
  artifacts = "tests/fixtures/artifacts"
}

run "in_a_vpc_behind_a_proxy" {
  command = plan
  variables {
    vpc              = { subnet_ids = ["subnet-1"], security_group_ids = ["sg-1"] }
    proxy            = { url = "http://proxy.example.com:3128", no_proxy = [".amazonaws.com", "10.0.0.0/8"] }
    ca               = { layer_arn = "arn:aws:lambda:eu-west-1:111122223333:layer:ca:1" }
    vpc_endpoint_ids = ["vpce-01234567"]
  }
  assert {
    condition = local.network.environment == {
      HTTPS_PROXY   = "http://proxy.example.com:3128"
      NO_PROXY      = ".amazonaws.com,10.0.0.0/8"
      SSL_CERT_FILE = "/opt/ca.pem"
    }
    error_message = "The functions do not know the proxy, or its authority."
  }
}

run "as_it_is_without" {
  command = plan
  assert {
    condition     = length(local.network.environment) == 0 && local.network.vpc == null && length(local.network.layers) == 0
    error_message = "Without any of it functions are told something."
  }
}

run "a_proxys_password" {
  command = plan
  variables {
    proxy = { url = "http://user:secret@proxy.example.com:3128" }
  }
  expect_failures = [var.proxy]
}

run "a_host_that_is_two" {
  command = plan
  variables {
    proxy = { url = "http://proxy.example.com:3128", no_proxy = ["a.example,b.example"] }
  }
  expect_failures = [var.proxy]
}

run "an_authority_that_is_no_layers" {
  command = plan
  variables {
    ca = { layer_arn = "arn:aws:lambda:eu-west-1:111122223333:layer:ca:1", file = "/etc/ca.pem" }
  }
  expect_failures = [var.ca]
}

run "a_private_http_api" {
  command = plan
  variables {
    modes            = ["rest-token", "http-lambda"]
    vpc_endpoint_ids = ["vpce-01234567"]
  }
  expect_failures = [var.vpc_endpoint_ids]
}

run "a_private_api_with_a_public_domain" {
  command = plan
  variables {
    domain           = { name = "api.example.com", certificate_arn = "arn:aws:acm:eu-west-1:111122223333:certificate/c1" }
    vpc_endpoint_ids = ["vpce-01234567"]
  }
  expect_failures = [var.vpc_endpoint_ids]
}
