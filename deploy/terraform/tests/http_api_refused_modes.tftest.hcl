# The mode files and variables from which no HTTP API can be made.

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

run "absent_contract" {
  command = plan
  module {
    source = "./modules/http-api"
  }
  variables {
    contract = "tests/fixtures/contracts/no-such-file.yaml"
  }
  expect_failures = [var.contract]
}

run "absent_mode" {
  command = plan
  module {
    source = "./modules/http-api"
  }
  variables {
    mode = "tests/fixtures/modes/no-such-file.yaml"
  }
  expect_failures = [var.mode]
}

run "stage_with_a_slash" {
  command = plan
  module {
    source = "./modules/http-api"
  }
  variables {
    stage = "v1/x"
  }
  expect_failures = [var.stage]
}

run "stage_like_default" {
  command = plan
  module {
    source = "./modules/http-api"
  }
  variables {
    stage = "$other"
  }
  expect_failures = [var.stage]
}

run "origin_with_a_path" {
  command = plan
  module {
    source = "./modules/http-api"
  }
  variables {
    allowed_origins = ["https://app.example.com/"]
  }
  expect_failures = [var.allowed_origins]
}

run "rest" {
  command = plan
  module {
    source = "./modules/http-api"
  }
  variables {
    mode = "tests/fixtures/modes/token.yaml"
  }
  expect_failures = [aws_apigatewayv2_api.this]
}

run "credentials_of_any_origin" {
  command = plan
  module {
    source = "./modules/http-api"
  }
  variables {
    mode = "tests/fixtures/modes/http-credentials.yaml"
  }
  expect_failures = [aws_apigatewayv2_api.this]
}

run "credentials_of_known_origins" {
  command = plan
  module {
    source = "./modules/http-api"
  }
  variables {
    mode            = "tests/fixtures/modes/http-credentials.yaml"
    allowed_origins = ["https://app.example.com"]
  }
  assert {
    condition     = one(aws_apigatewayv2_api.this.cors_configuration).allow_credentials
    error_message = "Pages may send no credentials."
  }
}

run "absent" {
  command = plan
  module {
    source = "./modules/http-api"
  }
  variables {
    mode = "tests/fixtures/modes/http-bad-absent.yaml"
  }
  expect_failures = [aws_apigatewayv2_api.this]
}

run "age" {
  command = plan
  module {
    source = "./modules/http-api"
  }
  variables {
    mode = "tests/fixtures/modes/http-bad-age.yaml"
  }
  expect_failures = [aws_apigatewayv2_api.this]
}

run "alias" {
  command = plan
  module {
    source = "./modules/http-api"
  }
  variables {
    mode = "tests/fixtures/modes/http-bad-alias.yaml"
  }
  expect_failures = [aws_apigatewayv2_api.this]
}

run "authorizer_of_iam" {
  command = plan
  module {
    source = "./modules/http-api"
  }
  variables {
    mode = "tests/fixtures/modes/http-bad-authorizer-of-iam.yaml"
  }
  expect_failures = [aws_apigatewayv2_api.this]
}

run "burst" {
  command = plan
  module {
    source = "./modules/http-api"
  }
  variables {
    mode = "tests/fixtures/modes/http-bad-burst.yaml"
  }
  expect_failures = [aws_apigatewayv2_api.this]
}

run "cors_member" {
  command = plan
  module {
    source = "./modules/http-api"
  }
  variables {
    mode = "tests/fixtures/modes/http-bad-cors-member.yaml"
  }
  expect_failures = [aws_apigatewayv2_api.this]
}

run "empty_audience" {
  command = plan
  module {
    source = "./modules/http-api"
  }
  variables {
    mode = "tests/fixtures/modes/http-bad-empty-audience.yaml"
  }
  expect_failures = [aws_apigatewayv2_api.this]
}

run "function_of_jwt" {
  command = plan
  module {
    source = "./modules/http-api"
  }
  variables {
    mode = "tests/fixtures/modes/http-bad-function-of-jwt.yaml"
  }
  expect_failures = [aws_apigatewayv2_api.this]
}

run "header" {
  command = plan
  module {
    source = "./modules/http-api"
  }
  variables {
    mode = "tests/fixtures/modes/http-bad-header.yaml"
  }
  expect_failures = [aws_apigatewayv2_api.this]
}

run "keys" {
  command = plan
  module {
    source = "./modules/http-api"
  }
  variables {
    mode = "tests/fixtures/modes/http-bad-keys.yaml"
  }
  expect_failures = [aws_apigatewayv2_api.this]
}

run "log" {
  command = plan
  module {
    source = "./modules/http-api"
  }
  variables {
    mode = "tests/fixtures/modes/http-bad-log.yaml"
  }
  expect_failures = [aws_apigatewayv2_api.this]
}

run "lone_audience" {
  command = plan
  module {
    source = "./modules/http-api"
  }
  variables {
    mode = "tests/fixtures/modes/http-bad-lone-audience.yaml"
  }
  expect_failures = [aws_apigatewayv2_api.this]
}

run "method" {
  command = plan
  module {
    source = "./modules/http-api"
  }
  variables {
    mode = "tests/fixtures/modes/http-bad-method.yaml"
  }
  expect_failures = [aws_apigatewayv2_api.this]
}

run "name" {
  command = plan
  module {
    source = "./modules/http-api"
  }
  variables {
    mode = "tests/fixtures/modes/http-bad-name.yaml"
  }
  expect_failures = [aws_apigatewayv2_api.this]
}

run "no_audience" {
  command = plan
  module {
    source = "./modules/http-api"
  }
  variables {
    mode = "tests/fixtures/modes/http-bad-no-audience.yaml"
  }
  expect_failures = [aws_apigatewayv2_api.this]
}

run "no_authorizer" {
  command = plan
  module {
    source = "./modules/http-api"
  }
  variables {
    mode = "tests/fixtures/modes/http-bad-no-authorizer.yaml"
  }
  expect_failures = [aws_apigatewayv2_api.this]
}
