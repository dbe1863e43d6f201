# What no HTTP API is made of: variables that are wrong, or do not fit the plan.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  name  = "demo-fixture"
  stage = "v1"
  plan  = "tests/fixtures/plans/routes/http-least.json"
  functions = {
    things = { name = "demo-things", invoke_arn = "uri:things/invocations", alias = "live" }
    health = { name = "demo-health", invoke_arn = "uri:health/invocations", alias = "live" }
  }
  allowed_origins    = ["*"]
  log_retention_days = 7
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

run "plan_of_a_rest_api" {
  command = plan
  module {
    source = "./modules/http-api"
  }
  variables {
    plan = "tests/fixtures/plans/things/token.json"
  }
  expect_failures = [var.plan]
}

run "credentials_of_any_origin" {
  command = plan
  module {
    source = "./modules/http-api"
  }
  variables {
    plan = "tests/fixtures/plans/routes/http-credentials.json"
  }
  expect_failures = [aws_apigatewayv2_api.this]
}

run "credentials_of_known_origins" {
  command = plan
  module {
    source = "./modules/http-api"
  }
  variables {
    plan            = "tests/fixtures/plans/routes/http-credentials.json"
    allowed_origins = ["https://app.example.com"]
  }
  assert {
    condition     = one(aws_apigatewayv2_api.this.cors_configuration).allow_credentials
    error_message = "Pages may send no credentials."
  }
}


run "unserved" {
  command = plan
  module {
    source = "./modules/http-api"
  }
  variables {
    functions = { things = { name = "demo-things", invoke_arn = "uri:things/invocations", alias = "live" } }
  }
  expect_failures = [aws_apigatewayv2_api.this]
}

run "another_alias" {
  command = plan
  module {
    source = "./modules/http-api"
  }
  variables {
    functions = {
      things = { name = "demo-things", invoke_arn = "uri:things/invocations", alias = "live" }
      health = { name = "demo-health", invoke_arn = "uri:health/invocations", alias = "green" }
    }
  }
  expect_failures = [aws_apigatewayv2_api.this]
}

run "no_issuer" {
  command = plan
  module {
    source = "./modules/http-api"
  }
  variables {
    plan     = "tests/fixtures/plans/routes/http-jwt.json"
    audience = ["client1"]
  }
  expect_failures = [aws_apigatewayv2_authorizer.jwt]
}

run "no_audience" {
  command = plan
  module {
    source = "./modules/http-api"
  }
  variables {
    plan   = "tests/fixtures/plans/routes/http-jwt.json"
    issuer = "https://login.example.com"
  }
  expect_failures = [aws_apigatewayv2_authorizer.jwt]
}

run "fifty_one_audiences" {
  command = plan
  module {
    source = "./modules/http-api"
  }
  variables {
    plan     = "tests/fixtures/plans/routes/http-jwt.json"
    issuer   = "https://login.example.com"
    audience = [for i in range(51) : "client${i}"]
  }
  expect_failures = [aws_apigatewayv2_authorizer.jwt]
}

run "empty_audience" {
  command = plan
  module {
    source = "./modules/http-api"
  }
  variables {
    plan     = "tests/fixtures/plans/routes/http-jwt.json"
    issuer   = "https://login.example.com"
    audience = ["client1", " "]
  }
  expect_failures = [var.audience]
}

run "issuer_that_is_not_https" {
  command = plan
  module {
    source = "./modules/http-api"
  }
  variables {
    plan     = "tests/fixtures/plans/routes/http-jwt.json"
    issuer   = "http://login.example.com"
    audience = ["client1"]
  }
  expect_failures = [var.issuer]
}

run "issuer_with_a_query" {
  command = plan
  module {
    source = "./modules/http-api"
  }
  variables {
    plan     = "tests/fixtures/plans/routes/http-jwt.json"
    issuer   = "https://login.example.com/?a=b"
    audience = ["client1"]
  }
  expect_failures = [var.issuer]
}

run "lambda_authorizer_of_jwt" {
  command = plan
  module {
    source = "./modules/http-api"
  }
  variables {
    plan          = "tests/fixtures/plans/routes/http-plain-jwt.json"
    authorizer_id = "lambda1"
  }
  expect_failures = [aws_apigatewayv2_route.operation]
}

run "no_lambda_authorizer" {
  command = plan
  module {
    source = "./modules/http-api"
  }
  variables {
    plan = "tests/fixtures/plans/routes/http-lambda.json"
  }
  expect_failures = [aws_apigatewayv2_route.operation]
}

run "lambda_authorizer_of_iam" {
  command = plan
  module {
    source = "./modules/http-api"
  }
  variables {
    plan          = "tests/fixtures/plans/routes/http-least.json"
    authorizer_id = "lambda1"
  }
  expect_failures = [aws_apigatewayv2_route.operation]
}
