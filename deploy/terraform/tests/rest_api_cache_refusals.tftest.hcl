# Mode files of which no REST API is made: gateway responses, and the cache. Each is a good one but for one thing.

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

run "refused_response_type" {
  command = plan
  module {
    source = "./modules/rest-api"
  }
  variables {
    mode          = "tests/fixtures/modes/bad-response-type.yaml"
    authorizer_id = "authorizer7"
  }
  expect_failures = [aws_api_gateway_rest_api.this]
}

run "refused_response_status" {
  command = plan
  module {
    source = "./modules/rest-api"
  }
  variables {
    mode          = "tests/fixtures/modes/bad-response-status.yaml"
    authorizer_id = "authorizer7"
  }
  expect_failures = [aws_api_gateway_rest_api.this]
}

run "refused_response_framing" {
  command = plan
  module {
    source = "./modules/rest-api"
  }
  variables {
    mode          = "tests/fixtures/modes/bad-response-framing.yaml"
    authorizer_id = "authorizer7"
  }
  expect_failures = [aws_api_gateway_rest_api.this]
}

run "refused_response_header" {
  command = plan
  module {
    source = "./modules/rest-api"
  }
  variables {
    mode          = "tests/fixtures/modes/bad-response-header.yaml"
    authorizer_id = "authorizer7"
  }
  expect_failures = [aws_api_gateway_rest_api.this]
}

run "refused_response_header_name" {
  command = plan
  module {
    source = "./modules/rest-api"
  }
  variables {
    mode          = "tests/fixtures/modes/bad-response-header-name.yaml"
    authorizer_id = "authorizer7"
  }
  expect_failures = [aws_api_gateway_rest_api.this]
}

run "refused_response_mixed" {
  command = plan
  module {
    source = "./modules/rest-api"
  }
  variables {
    mode          = "tests/fixtures/modes/bad-response-mixed.yaml"
    authorizer_id = "authorizer7"
  }
  expect_failures = [aws_api_gateway_rest_api.this]
}

run "refused_response_quote" {
  command = plan
  module {
    source = "./modules/rest-api"
  }
  variables {
    mode          = "tests/fixtures/modes/bad-response-quote.yaml"
    authorizer_id = "authorizer7"
  }
  expect_failures = [aws_api_gateway_rest_api.this]
}

run "refused_response_member" {
  command = plan
  module {
    source = "./modules/rest-api"
  }
  variables {
    mode          = "tests/fixtures/modes/bad-response-member.yaml"
    authorizer_id = "authorizer7"
  }
  expect_failures = [aws_api_gateway_rest_api.this]
}

run "refused_cache_token" {
  command = plan
  module {
    source = "./modules/rest-api"
  }
  variables {
    mode          = "tests/fixtures/modes/bad-cache-token.yaml"
    authorizer_id = "authorizer7"
  }
  expect_failures = [aws_api_gateway_rest_api.this]
}

run "refused_cache_other_header" {
  command = plan
  module {
    source = "./modules/rest-api"
  }
  variables {
    mode          = "tests/fixtures/modes/bad-cache-other-header.yaml"
    authorizer_id = "authorizer7"
  }
  expect_failures = [aws_api_gateway_rest_api.this]
}

run "refused_cache_one_of_two" {
  command = plan
  module {
    source = "./modules/rest-api"
  }
  variables {
    mode          = "tests/fixtures/modes/bad-cache-one-of-two.yaml"
    authorizer_id = "authorizer7"
  }
  expect_failures = [aws_api_gateway_rest_api.this]
}

run "refused_cache_pools_principal" {
  command = plan
  module {
    source = "./modules/rest-api"
  }
  variables {
    mode           = "tests/fixtures/modes/bad-cache-pools-principal.yaml"
    user_pool_arns = ["arn:aws:cognito-idp:eu-west-1:111122223333:userpool/eu-west-1_Pool1"]
  }
  expect_failures = [aws_api_gateway_rest_api.this]
}

run "refused_cache_iam_principal" {
  command = plan
  module {
    source = "./modules/rest-api"
  }
  variables {
    mode = "tests/fixtures/modes/bad-cache-iam-principal.yaml"
  }
  expect_failures = [aws_api_gateway_rest_api.this]
}

run "refused_cache_no_key" {
  command = plan
  module {
    source = "./modules/rest-api"
  }
  variables {
    mode = "tests/fixtures/modes/bad-cache-no-key.yaml"
  }
  expect_failures = [aws_api_gateway_rest_api.this]
}

run "refused_cache_path" {
  command = plan
  module {
    source = "./modules/rest-api"
  }
  variables {
    mode          = "tests/fixtures/modes/bad-cache-path.yaml"
    authorizer_id = "authorizer7"
  }
  expect_failures = [aws_api_gateway_rest_api.this]
}

run "refused_cache_path_other" {
  command = plan
  module {
    source = "./modules/rest-api"
  }
  variables {
    mode          = "tests/fixtures/modes/bad-cache-path-other.yaml"
    authorizer_id = "authorizer7"
  }
  expect_failures = [aws_api_gateway_rest_api.this]
}

run "refused_cache_post" {
  command = plan
  module {
    source = "./modules/rest-api"
  }
  variables {
    mode          = "tests/fixtures/modes/bad-cache-post.yaml"
    authorizer_id = "authorizer7"
  }
  expect_failures = [aws_api_gateway_rest_api.this]
}

run "refused_cache_nowhere" {
  command = plan
  module {
    source = "./modules/rest-api"
  }
  variables {
    mode          = "tests/fixtures/modes/bad-cache-nowhere.yaml"
    authorizer_id = "authorizer7"
  }
  expect_failures = [aws_api_gateway_rest_api.this]
}

run "refused_cache_ttl" {
  command = plan
  module {
    source = "./modules/rest-api"
  }
  variables {
    mode          = "tests/fixtures/modes/bad-cache-ttl.yaml"
    authorizer_id = "authorizer7"
  }
  expect_failures = [aws_api_gateway_rest_api.this]
}

run "refused_cache_ttl_text" {
  command = plan
  module {
    source = "./modules/rest-api"
  }
  variables {
    mode          = "tests/fixtures/modes/bad-cache-ttl-text.yaml"
    authorizer_id = "authorizer7"
  }
  expect_failures = [aws_api_gateway_rest_api.this]
}

run "refused_cache_parameter" {
  command = plan
  module {
    source = "./modules/rest-api"
  }
  variables {
    mode          = "tests/fixtures/modes/bad-cache-parameter.yaml"
    authorizer_id = "authorizer7"
  }
  expect_failures = [aws_api_gateway_rest_api.this]
}

run "refused_cache_strategy" {
  command = plan
  module {
    source = "./modules/rest-api"
  }
  variables {
    mode          = "tests/fixtures/modes/bad-cache-strategy.yaml"
    authorizer_id = "authorizer7"
  }
  expect_failures = [aws_api_gateway_rest_api.this]
}

run "refused_cache_anyone" {
  command = plan
  module {
    source = "./modules/rest-api"
  }
  variables {
    mode          = "tests/fixtures/modes/bad-cache-anyone.yaml"
    authorizer_id = "authorizer7"
  }
  expect_failures = [aws_api_gateway_rest_api.this]
}

run "refused_cache_member" {
  command = plan
  module {
    source = "./modules/rest-api"
  }
  variables {
    mode          = "tests/fixtures/modes/bad-cache-member.yaml"
    authorizer_id = "authorizer7"
  }
  expect_failures = [aws_api_gateway_rest_api.this]
}
