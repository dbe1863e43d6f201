# The contracts from which no HTTP API can be made, whoever checks its callers.

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

run "trace" {
  command = plan
  module {
    source = "./modules/http-api"
  }
  variables {
    contract = "tests/fixtures/contracts/http-trace.yaml"
  }
  expect_failures = [aws_apigatewayv2_api.this]
}

run "wildcard" {
  command = plan
  module {
    source = "./modules/http-api"
  }
  variables {
    contract = "tests/fixtures/contracts/http-wildcard.yaml"
  }
  expect_failures = [aws_apigatewayv2_api.this]
}

run "slash" {
  command = plan
  module {
    source = "./modules/http-api"
  }
  variables {
    contract = "tests/fixtures/contracts/http-slash.yaml"
  }
  expect_failures = [aws_apigatewayv2_api.this]
}

run "greedy" {
  command = plan
  module {
    source = "./modules/http-api"
  }
  variables {
    contract = "tests/fixtures/contracts/http-greedy.yaml"
  }
  expect_failures = [aws_apigatewayv2_api.this]
}

run "twice" {
  command = plan
  module {
    source = "./modules/http-api"
  }
  variables {
    contract = "tests/fixtures/contracts/http-twice.yaml"
  }
  expect_failures = [aws_apigatewayv2_api.this]
}

run "same" {
  command = plan
  module {
    source = "./modules/http-api"
  }
  variables {
    contract = "tests/fixtures/contracts/http-same.yaml"
  }
  expect_failures = [aws_apigatewayv2_api.this]
}

run "default_and_proxy" {
  command = plan
  module {
    source = "./modules/http-api"
  }
  variables {
    contract = "tests/fixtures/contracts/http-default-and-proxy.yaml"
  }
  expect_failures = [aws_apigatewayv2_api.this]
}

run "default_method" {
  command = plan
  module {
    source = "./modules/http-api"
  }
  variables {
    contract = "tests/fixtures/contracts/http-default-method.yaml"
  }
  expect_failures = [aws_apigatewayv2_api.this]
}

run "optional" {
  command = plan
  module {
    source = "./modules/http-api"
  }
  variables {
    contract = "tests/fixtures/contracts/http-optional.yaml"
  }
  expect_failures = [aws_apigatewayv2_api.this]
}

run "null_security" {
  command = plan
  module {
    source = "./modules/http-api"
  }
  variables {
    contract = "tests/fixtures/contracts/http-null-security.yaml"
  }
  expect_failures = [aws_apigatewayv2_api.this]
}

run "unknown_scheme" {
  command = plan
  module {
    source = "./modules/http-api"
  }
  variables {
    contract = "tests/fixtures/contracts/http-unknown-scheme.yaml"
  }
  expect_failures = [aws_apigatewayv2_api.this]
}

run "null_scopes" {
  command = plan
  module {
    source = "./modules/http-api"
  }
  variables {
    contract = "tests/fixtures/contracts/http-null-scopes.yaml"
  }
  expect_failures = [aws_apigatewayv2_api.this]
}

run "scopes_no_list" {
  command = plan
  module {
    source = "./modules/http-api"
  }
  variables {
    contract = "tests/fixtures/contracts/http-scopes-no-list.yaml"
  }
  expect_failures = [aws_apigatewayv2_api.this]
}

run "misspelt_security" {
  command = plan
  module {
    source = "./modules/http-api"
  }
  variables {
    contract = "tests/fixtures/contracts/http-misspelt-security.yaml"
  }
  expect_failures = [aws_apigatewayv2_api.this]
}

run "misspelt_owner_scopes" {
  command = plan
  module {
    source = "./modules/http-api"
  }
  variables {
    contract = "tests/fixtures/contracts/http-misspelt-owner-scopes.yaml"
  }
  expect_failures = [aws_apigatewayv2_api.this]
}

run "misplaced_owner_scopes" {
  command = plan
  module {
    source = "./modules/http-api"
  }
  variables {
    contract = "tests/fixtures/contracts/http-misplaced-owner-scopes.yaml"
  }
  expect_failures = [aws_apigatewayv2_api.this]
}

run "unasked_owner_scope" {
  command = plan
  module {
    source = "./modules/http-api"
  }
  variables {
    contract = "tests/fixtures/contracts/http-unasked-owner-scope.yaml"
  }
  expect_failures = [aws_apigatewayv2_api.this]
}

run "unserved" {
  command = plan
  module {
    source = "./modules/http-api"
  }
  variables {
    contract = "tests/fixtures/contracts/http-unserved.yaml"
  }
  expect_failures = [aws_apigatewayv2_api.this]
}

run "unguarded" {
  command = plan
  module {
    source = "./modules/http-api"
  }
  variables {
    contract = "tests/fixtures/contracts/http-unguarded.yaml"
  }
  expect_failures = [aws_apigatewayv2_api.this]
}
