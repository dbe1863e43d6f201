# The inputs from which no authorizer is made.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  name              = "demo-check"
  gateway           = "REST"
  api_id            = "api1"
  api_execution_arn = "arn:aws:execute-api:eu-west-1:111122223333:api1"
  type              = "TOKEN"
  identity_sources  = ["method.request.header.X-Token"]
  issuers = [{
    issuer   = "https://login.example.com"
    audience = ["api"]
  }]
  zip                = "tests/fixtures/artifacts/token.zip"
  architecture       = "arm64"
  log_retention_days = 7
}

run "refused_gateway_in_other_letters" {
  command = plan
  module {
    source = "./modules/authorizer"
  }
  variables {
    gateway = "WebSocket"
  }
  expect_failures = [var.gateway]
}

run "refused_token_of_websocket" {
  command = plan
  module {
    source = "./modules/authorizer"
  }
  variables {
    gateway               = "WEBSOCKET"
    identity_sources      = ["route.request.header.Authorization"]
    result_ttl_in_seconds = 0
  }
  expect_failures = [var.type]
}

run "refused_answers_that_a_websocket_api_keeps" {
  command = plan
  module {
    source = "./modules/authorizer"
  }
  variables {
    gateway          = "WEBSOCKET"
    type             = "REQUEST"
    identity_sources = ["route.request.header.Authorization", "route.request.header.X-Api-Key"]
    api_keys_table   = { name = "keys1", arn = "arn:aws:dynamodb:eu-west-1:111122223333:table/keys1" }
    issuers          = []
  }
  expect_failures = [var.result_ttl_in_seconds]
}

# A WebSocket API would never ask.
run "refused_source_of_http_at_websocket" {
  command = plan
  module {
    source = "./modules/authorizer"
  }
  variables {
    gateway               = "WEBSOCKET"
    type                  = "REQUEST"
    identity_sources      = ["$request.header.Authorization"]
    result_ttl_in_seconds = 0
  }
  expect_failures = [var.identity_sources]
}

run "refused_type_jwt" {
  command = plan
  module {
    source = "./modules/authorizer"
  }
  variables {
    type             = "JWT"
    identity_sources = ["method.request.header.Authorization"]
  }
  expect_failures = [var.type]
}

run "refused_type_token_of_http" {
  command = plan
  module {
    source = "./modules/authorizer"
  }
  variables {
    gateway          = "HTTP"
    identity_sources = ["$request.header.Authorization"]
  }
  expect_failures = [var.type]
}

run "refused_token_without_source" {
  command = plan
  module {
    source = "./modules/authorizer"
  }
  variables {
    identity_sources      = []
    result_ttl_in_seconds = 0
  }
  expect_failures = [var.identity_sources]
}

run "refused_token_with_two_sources" {
  command = plan
  module {
    source = "./modules/authorizer"
  }
  variables {
    identity_sources = ["method.request.header.A", "method.request.header.B"]
  }
  expect_failures = [var.identity_sources]
}

run "refused_token_in_query" {
  command = plan
  module {
    source = "./modules/authorizer"
  }
  variables {
    identity_sources = ["method.request.querystring.token"]
  }
  expect_failures = [var.identity_sources]
}

run "refused_rest_source_of_http" {
  command = plan
  module {
    source = "./modules/authorizer"
  }
  variables {
    gateway          = "HTTP"
    type             = "REQUEST"
    identity_sources = ["method.request.header.Authorization", "$request.header.Authorization"]
  }
  expect_failures = [var.identity_sources]
}

run "refused_http_source_of_rest" {
  command = plan
  module {
    source = "./modules/authorizer"
  }
  variables {
    type             = "REQUEST"
    identity_sources = ["method.request.header.Authorization", "$context.routeKey"]
  }
  expect_failures = [var.identity_sources]
}

run "refused_source_twice" {
  command = plan
  module {
    source = "./modules/authorizer"
  }
  variables {
    type             = "REQUEST"
    identity_sources = ["method.request.header.Authorization", "method.request.header.authorization"]
  }
  expect_failures = [var.identity_sources]
}

run "refused_kept_without_source" {
  command = plan
  module {
    source = "./modules/authorizer"
  }
  variables {
    type             = "REQUEST"
    identity_sources = []
  }
  expect_failures = [var.identity_sources]
}

run "refused_kept_without_token" {
  command = plan
  module {
    source = "./modules/authorizer"
  }
  variables {
    type             = "REQUEST"
    identity_sources = ["method.request.header.X-Api-Key"]
    api_keys_table   = { name = "keys1", arn = "arn:aws:dynamodb:eu-west-1:111122223333:table/keys1" }
  }
  expect_failures = [var.identity_sources]
}

run "refused_kept_without_key" {
  command = plan
  module {
    source = "./modules/authorizer"
  }
  variables {
    type             = "REQUEST"
    identity_sources = ["method.request.header.Authorization"]
    api_keys_table   = { name = "keys1", arn = "arn:aws:dynamodb:eu-west-1:111122223333:table/keys1" }
  }
  expect_failures = [var.identity_sources]
}

run "refused_http_kept_without_token" {
  command = plan
  module {
    source = "./modules/authorizer"
  }
  variables {
    gateway          = "HTTP"
    type             = "REQUEST"
    identity_sources = ["$request.header.X-Token"]
  }
  expect_failures = [var.identity_sources]
}

run "refused_http_kept_without_key" {
  command = plan
  module {
    source = "./modules/authorizer"
  }
  variables {
    gateway          = "HTTP"
    type             = "REQUEST"
    identity_sources = ["$request.header.Authorization"]
    api_keys_table   = { name = "keys1", arn = "arn:aws:dynamodb:eu-west-1:111122223333:table/keys1" }
  }
  expect_failures = [var.identity_sources]
}

run "refused_simple_kept_without_route" {
  command = plan
  module {
    source = "./modules/authorizer"
  }
  variables {
    gateway                 = "HTTP"
    type                    = "REQUEST"
    identity_sources        = ["$request.header.Authorization"]
    enable_simple_responses = true
  }
  expect_failures = [var.identity_sources]
}

run "refused_simple_of_rest" {
  command = plan
  module {
    source = "./modules/authorizer"
  }
  variables {
    type                    = "REQUEST"
    identity_sources        = []
    result_ttl_in_seconds   = 0
    enable_simple_responses = true
  }
  expect_failures = [var.enable_simple_responses]
}

run "refused_simple_with_payload_1" {
  command = plan
  module {
    source = "./modules/authorizer"
  }
  variables {
    gateway                 = "HTTP"
    type                    = "REQUEST"
    identity_sources        = ["$request.header.Authorization", "$context.routeKey"]
    enable_simple_responses = true
    payload_format_version  = "1.0"
  }
  expect_failures = [var.enable_simple_responses]
}

run "refused_payload_3" {
  command = plan
  module {
    source = "./modules/authorizer"
  }
  variables {
    gateway                = "HTTP"
    type                   = "REQUEST"
    identity_sources       = ["$request.header.Authorization"]
    payload_format_version = "3.0"
  }
  expect_failures = [var.payload_format_version]
}

run "refused_expression_of_request" {
  command = plan
  module {
    source = "./modules/authorizer"
  }
  variables {
    type                           = "REQUEST"
    identity_sources               = ["method.request.header.Authorization"]
    identity_validation_expression = "^a$"
  }
  expect_failures = [var.identity_validation_expression]
}

run "refused_expression_that_is_none" {
  command = plan
  module {
    source = "./modules/authorizer"
  }
  variables {
    identity_validation_expression = "("
  }
  expect_failures = [var.identity_validation_expression]
}

run "refused_ttl_long" {
  command = plan
  module {
    source = "./modules/authorizer"
  }
  variables {
    result_ttl_in_seconds = 3601
  }
  expect_failures = [var.result_ttl_in_seconds]
}

run "refused_ttl_negative" {
  command = plan
  module {
    source = "./modules/authorizer"
  }
  variables {
    result_ttl_in_seconds = -1
  }
  expect_failures = [var.result_ttl_in_seconds]
}

run "refused_ttl_broken" {
  command = plan
  module {
    source = "./modules/authorizer"
  }
  variables {
    result_ttl_in_seconds = 0.5
  }
  expect_failures = [var.result_ttl_in_seconds]
}

run "refused_zip_absent" {
  command = plan
  module {
    source = "./modules/authorizer"
  }
  variables {
    zip = "tests/fixtures/artifacts/no-such-file.zip"
  }
  expect_failures = [var.zip]
}
