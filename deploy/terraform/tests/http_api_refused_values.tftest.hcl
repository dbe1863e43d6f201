# More mode files from which no HTTP API can be made.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  name     = "demo-fixture"
  stage    = "v1"
  contract = "tests/fixtures/contracts/routes.yaml"
  mode     = "tests/fixtures/modes/http-least.yaml"
  functions = {
    things = { name = "demo-things", invoke_arn = "uri:things/invocations", alias = "live" }
    health = { name = "demo-health", invoke_arn = "uri:health/invocations", alias = "live" }
  }
  allowed_origins    = ["*"]
  log_retention_days = 7
}

run "no_function" {
  command = plan
  module {
    source = "./modules/http-api"
  }
  variables {
    mode = "tests/fixtures/modes/http-bad-no-function.yaml"
  }
  expect_failures = [aws_apigatewayv2_api.this]
}

run "none" {
  command = plan
  module {
    source = "./modules/http-api"
  }
  variables {
    mode = "tests/fixtures/modes/http-bad-none.yaml"
  }
  expect_failures = [aws_apigatewayv2_api.this]
}

run "origin" {
  command = plan
  module {
    source = "./modules/http-api"
  }
  variables {
    mode = "tests/fixtures/modes/http-bad-origin.yaml"
  }
  expect_failures = [aws_apigatewayv2_api.this]
}

run "payload" {
  command = plan
  module {
    source = "./modules/http-api"
  }
  variables {
    mode = "tests/fixtures/modes/http-bad-payload.yaml"
  }
  expect_failures = [aws_apigatewayv2_api.this]
}

run "plain_issuer" {
  command = plan
  module {
    source = "./modules/http-api"
  }
  variables {
    mode = "tests/fixtures/modes/http-bad-plain-issuer.yaml"
  }
  expect_failures = [aws_apigatewayv2_api.this]
}

run "rate" {
  command = plan
  module {
    source = "./modules/http-api"
  }
  variables {
    mode = "tests/fixtures/modes/http-bad-rate.yaml"
  }
  expect_failures = [aws_apigatewayv2_api.this]
}

run "rest_source" {
  command = plan
  module {
    source = "./modules/http-api"
  }
  variables {
    mode = "tests/fixtures/modes/http-bad-rest-source.yaml"
  }
  expect_failures = [aws_apigatewayv2_api.this]
}

run "throttle_member" {
  command = plan
  module {
    source = "./modules/http-api"
  }
  variables {
    mode = "tests/fixtures/modes/http-bad-throttle-member.yaml"
  }
  expect_failures = [aws_apigatewayv2_api.this]
}

run "throttled" {
  command = plan
  module {
    source = "./modules/http-api"
  }
  variables {
    mode = "tests/fixtures/modes/http-bad-throttled.yaml"
  }
  expect_failures = [aws_apigatewayv2_api.this]
}

run "throttled_default" {
  command = plan
  module {
    source = "./modules/http-api"
  }
  variables {
    mode = "tests/fixtures/modes/http-bad-throttled-default.yaml"
  }
  expect_failures = [aws_apigatewayv2_api.this]
}

run "timeout" {
  command = plan
  module {
    source = "./modules/http-api"
  }
  variables {
    mode = "tests/fixtures/modes/http-bad-timeout.yaml"
  }
  expect_failures = [aws_apigatewayv2_api.this]
}

run "token" {
  command = plan
  module {
    source = "./modules/http-api"
  }
  variables {
    mode = "tests/fixtures/modes/http-bad-token.yaml"
  }
  expect_failures = [aws_apigatewayv2_api.this]
}

run "two_sources" {
  command = plan
  module {
    source = "./modules/http-api"
  }
  variables {
    mode = "tests/fixtures/modes/http-bad-two-sources.yaml"
  }
  expect_failures = [aws_apigatewayv2_api.this]
}

run "unknown_member" {
  command = plan
  module {
    source = "./modules/http-api"
  }
  variables {
    mode = "tests/fixtures/modes/http-bad-unknown-member.yaml"
  }
  expect_failures = [aws_apigatewayv2_api.this]
}

run "validation" {
  command = plan
  module {
    source = "./modules/http-api"
  }
  variables {
    mode = "tests/fixtures/modes/http-bad-validation.yaml"
  }
  expect_failures = [aws_apigatewayv2_api.this]
}

run "variable" {
  command = plan
  module {
    source = "./modules/http-api"
  }
  variables {
    mode = "tests/fixtures/modes/http-bad-variable.yaml"
  }
  expect_failures = [aws_apigatewayv2_api.this]
}

run "origin_no_list" {
  command = plan
  module {
    source = "./modules/http-api"
  }
  variables {
    mode = "tests/fixtures/modes/http-bad-origin-no-list.yaml"
  }
  expect_failures = [aws_apigatewayv2_api.this]
}

run "limits_no_mapping" {
  command = plan
  module {
    source = "./modules/http-api"
  }
  variables {
    mode = "tests/fixtures/modes/http-bad-limits-no-mapping.yaml"
  }
  expect_failures = [aws_apigatewayv2_api.this]
}
