# The rules that the authorization JWT cannot express, and what else its authorizer cannot be made from.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  name     = "demo-fixture"
  stage    = "v1"
  contract = "tests/fixtures/contracts/routes.yaml"
  mode     = "tests/fixtures/modes/http-fixture-jwt.yaml"
  functions = {
    things = { name = "demo-things", invoke_arn = "uri:things/invocations", alias = "live" }
    health = { name = "demo-health", invoke_arn = "uri:health/invocations", alias = "live" }
  }
  allowed_origins    = ["*"]
  log_retention_days = 7
}

run "several_scopes" {
  command = plan
  module {
    source = "./modules/http-api"
  }
  variables {
    contract = "tests/fixtures/contracts/http-several-scopes.yaml"
    mode     = "tests/fixtures/modes/http-plain-jwt.yaml"
  }
  expect_failures = [aws_apigatewayv2_api.this]
}

run "two_schemes" {
  command = plan
  module {
    source = "./modules/http-api"
  }
  variables {
    contract = "tests/fixtures/contracts/http-two-schemes.yaml"
    mode     = "tests/fixtures/modes/http-plain-jwt.yaml"
  }
  expect_failures = [aws_apigatewayv2_api.this]
}

run "keys_only" {
  command = plan
  module {
    source = "./modules/http-api"
  }
  variables {
    contract = "tests/fixtures/contracts/http-keys-only.yaml"
    mode     = "tests/fixtures/modes/http-plain-jwt.yaml"
  }
  expect_failures = [aws_apigatewayv2_api.this]
}

run "owners_only" {
  command = plan
  module {
    source = "./modules/http-api"
  }
  variables {
    contract = "tests/fixtures/contracts/http-owners-only.yaml"
    mode     = "tests/fixtures/modes/http-plain-jwt.yaml"
  }
  expect_failures = [aws_apigatewayv2_api.this]
}

run "eleven_scopes" {
  command = plan
  module {
    source = "./modules/http-api"
  }
  variables {
    contract = "tests/fixtures/contracts/http-eleven-scopes.yaml"
    mode     = "tests/fixtures/modes/http-plain-jwt.yaml"
  }
  expect_failures = [aws_apigatewayv2_api.this]
}

# Who asks IAM instead may call what no scope of a token opens.
run "expressible_by_iam" {
  command = plan
  module {
    source = "./modules/http-api"
  }
  variables {
    contract = "tests/fixtures/contracts/http-two-schemes.yaml"
    mode     = "tests/fixtures/modes/http-least.yaml"
  }
  assert {
    condition     = aws_apigatewayv2_route.operation["GET /things"].authorization_type == "AWS_IAM"
    error_message = "The route is open."
  }
}

run "no_issuer" {
  command = plan
  module {
    source = "./modules/http-api"
  }
  variables {
    mode     = "../modes/http-jwt.yaml"
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
    mode   = "../modes/http-jwt.yaml"
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
    mode     = "../modes/http-jwt.yaml"
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
    mode     = "../modes/http-jwt.yaml"
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
    mode     = "../modes/http-jwt.yaml"
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
    mode     = "../modes/http-jwt.yaml"
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
    mode          = "tests/fixtures/modes/http-plain-jwt.yaml"
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
    mode = "../modes/http-lambda.yaml"
  }
  expect_failures = [aws_apigatewayv2_route.operation]
}

run "lambda_authorizer_of_iam" {
  command = plan
  module {
    source = "./modules/http-api"
  }
  variables {
    mode          = "tests/fixtures/modes/http-least.yaml"
    authorizer_id = "lambda1"
  }
  expect_failures = [aws_apigatewayv2_route.operation]
}
