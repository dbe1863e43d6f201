# Mode files of which no REST API is made: keys, limits, variables and logs. Each is a good one but for one thing.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  name     = "demo-fixture"
  stage    = "v1"
  contract = "tests/fixtures/contracts/rules.yaml"
  functions = {
    things = { name = "demo-things", invoke_arn = "uri:things/invocations", alias = "live", alias_invoke_arn = "uri:things:live/invocations" }
  }
  allowed_origins    = ["*"]
  log_retention_days = 7
}

run "refused_key_source" {
  command = plan
  module {
    source = "./modules/rest-api"
  }
  variables {
    mode = "tests/fixtures/modes/bad-key-source.yaml"
  }
  expect_failures = [aws_api_gateway_rest_api.this]
}

run "refused_key_source_iam" {
  command = plan
  module {
    source = "./modules/rest-api"
  }
  variables {
    mode = "tests/fixtures/modes/bad-key-source-iam.yaml"
  }
  expect_failures = [aws_api_gateway_rest_api.this]
}

run "refused_key_without_plan" {
  command = plan
  module {
    source = "./modules/rest-api"
  }
  variables {
    mode          = "tests/fixtures/modes/bad-key-without-plan.yaml"
    authorizer_id = "authorizer7"
  }
  expect_failures = [aws_api_gateway_rest_api.this]
}

run "refused_plan_without_key" {
  command = plan
  module {
    source = "./modules/rest-api"
  }
  variables {
    mode          = "tests/fixtures/modes/bad-plan-without-key.yaml"
    authorizer_id = "authorizer7"
  }
  expect_failures = [aws_api_gateway_rest_api.this]
}

run "refused_plan_method" {
  command = plan
  module {
    source = "./modules/rest-api"
  }
  variables {
    mode = "tests/fixtures/modes/bad-plan-method.yaml"
  }
  expect_failures = [aws_api_gateway_rest_api.this]
}

run "refused_validation" {
  command = plan
  module {
    source = "./modules/rest-api"
  }
  variables {
    mode          = "tests/fixtures/modes/bad-validation.yaml"
    authorizer_id = "authorizer7"
  }
  expect_failures = [aws_api_gateway_rest_api.this]
}

run "refused_throttle_burst" {
  command = plan
  module {
    source = "./modules/rest-api"
  }
  variables {
    mode          = "tests/fixtures/modes/bad-throttle-burst.yaml"
    authorizer_id = "authorizer7"
  }
  expect_failures = [aws_api_gateway_rest_api.this]
}

run "refused_throttle_negative" {
  command = plan
  module {
    source = "./modules/rest-api"
  }
  variables {
    mode          = "tests/fixtures/modes/bad-throttle-negative.yaml"
    authorizer_id = "authorizer7"
  }
  expect_failures = [aws_api_gateway_rest_api.this]
}

run "refused_throttle_method" {
  command = plan
  module {
    source = "./modules/rest-api"
  }
  variables {
    mode          = "tests/fixtures/modes/bad-throttle-method.yaml"
    authorizer_id = "authorizer7"
  }
  expect_failures = [aws_api_gateway_rest_api.this]
}

run "refused_throttle_method_rate" {
  command = plan
  module {
    source = "./modules/rest-api"
  }
  variables {
    mode          = "tests/fixtures/modes/bad-throttle-method-rate.yaml"
    authorizer_id = "authorizer7"
  }
  expect_failures = [aws_api_gateway_rest_api.this]
}

run "refused_variable_name" {
  command = plan
  module {
    source = "./modules/rest-api"
  }
  variables {
    mode          = "tests/fixtures/modes/bad-variable-name.yaml"
    authorizer_id = "authorizer7"
  }
  expect_failures = [aws_api_gateway_rest_api.this]
}

run "refused_variable_value" {
  command = plan
  module {
    source = "./modules/rest-api"
  }
  variables {
    mode          = "tests/fixtures/modes/bad-variable-value.yaml"
    authorizer_id = "authorizer7"
  }
  expect_failures = [aws_api_gateway_rest_api.this]
}

run "refused_alias" {
  command = plan
  module {
    source = "./modules/rest-api"
  }
  variables {
    mode          = "tests/fixtures/modes/bad-alias.yaml"
    authorizer_id = "authorizer7"
  }
  expect_failures = [aws_api_gateway_rest_api.this]
}

run "refused_media_type" {
  command = plan
  module {
    source = "./modules/rest-api"
  }
  variables {
    mode          = "tests/fixtures/modes/bad-media-type.yaml"
    authorizer_id = "authorizer7"
  }
  expect_failures = [aws_api_gateway_rest_api.this]
}

run "refused_timeout_short" {
  command = plan
  module {
    source = "./modules/rest-api"
  }
  variables {
    mode          = "tests/fixtures/modes/bad-timeout-short.yaml"
    authorizer_id = "authorizer7"
  }
  expect_failures = [aws_api_gateway_rest_api.this]
}

run "refused_timeout_long" {
  command = plan
  module {
    source = "./modules/rest-api"
  }
  variables {
    mode          = "tests/fixtures/modes/bad-timeout-long.yaml"
    authorizer_id = "authorizer7"
  }
  expect_failures = [aws_api_gateway_rest_api.this]
}

run "refused_timeout_text" {
  command = plan
  module {
    source = "./modules/rest-api"
  }
  variables {
    mode          = "tests/fixtures/modes/bad-timeout-text.yaml"
    authorizer_id = "authorizer7"
  }
  expect_failures = [aws_api_gateway_rest_api.this]
}

run "refused_log_lines" {
  command = plan
  module {
    source = "./modules/rest-api"
  }
  variables {
    mode          = "tests/fixtures/modes/bad-log-lines.yaml"
    authorizer_id = "authorizer7"
  }
  expect_failures = [aws_api_gateway_rest_api.this]
}

run "refused_log_no_id" {
  command = plan
  module {
    source = "./modules/rest-api"
  }
  variables {
    mode          = "tests/fixtures/modes/bad-log-no-id.yaml"
    authorizer_id = "authorizer7"
  }
  expect_failures = [aws_api_gateway_rest_api.this]
}

run "refused_log_key" {
  command = plan
  module {
    source = "./modules/rest-api"
  }
  variables {
    mode          = "tests/fixtures/modes/bad-log-key.yaml"
    authorizer_id = "authorizer7"
  }
  expect_failures = [aws_api_gateway_rest_api.this]
}

run "refused_log_message" {
  command = plan
  module {
    source = "./modules/rest-api"
  }
  variables {
    mode          = "tests/fixtures/modes/bad-log-message.yaml"
    authorizer_id = "authorizer7"
  }
  expect_failures = [aws_api_gateway_rest_api.this]
}

run "refused_log_message_string" {
  command = plan
  module {
    source = "./modules/rest-api"
  }
  variables {
    mode          = "tests/fixtures/modes/bad-log-message-string.yaml"
    authorizer_id = "authorizer7"
  }
  expect_failures = [aws_api_gateway_rest_api.this]
}
