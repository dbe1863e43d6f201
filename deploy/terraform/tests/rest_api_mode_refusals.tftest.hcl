# Mode files of which no REST API is made: what asks callers who they are. Each is a good one but for one thing.

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

run "refused_gateway" {
  command = plan
  module {
    source = "./modules/rest-api"
  }
  variables {
    mode          = "tests/fixtures/modes/bad-gateway.yaml"
    authorizer_id = "authorizer7"
  }
  expect_failures = [aws_api_gateway_rest_api.this]
}

run "refused_gateway_absent" {
  command = plan
  module {
    source = "./modules/rest-api"
  }
  variables {
    mode          = "tests/fixtures/modes/bad-gateway-absent.yaml"
    authorizer_id = "authorizer7"
  }
  expect_failures = [aws_api_gateway_rest_api.this]
}

run "refused_authorization" {
  command = plan
  module {
    source = "./modules/rest-api"
  }
  variables {
    mode = "tests/fixtures/modes/bad-authorization.yaml"
  }
  expect_failures = [aws_api_gateway_rest_api.this]
}

run "refused_authorization_absent" {
  command = plan
  module {
    source = "./modules/rest-api"
  }
  variables {
    mode = "tests/fixtures/modes/bad-authorization-absent.yaml"
  }
  expect_failures = [aws_api_gateway_rest_api.this]
}

run "refused_open" {
  command = plan
  module {
    source = "./modules/rest-api"
  }
  variables {
    mode = "tests/fixtures/modes/bad-open.yaml"
  }
  expect_failures = [aws_api_gateway_rest_api.this]
}

run "refused_open_false" {
  command = plan
  module {
    source = "./modules/rest-api"
  }
  variables {
    mode = "tests/fixtures/modes/bad-open-false.yaml"
  }
  expect_failures = [aws_api_gateway_rest_api.this]
}

run "refused_open_text" {
  command = plan
  module {
    source = "./modules/rest-api"
  }
  variables {
    mode = "tests/fixtures/modes/bad-open-text.yaml"
  }
  expect_failures = [aws_api_gateway_rest_api.this]
}

run "refused_member" {
  command = plan
  module {
    source = "./modules/rest-api"
  }
  variables {
    mode          = "tests/fixtures/modes/bad-member.yaml"
    authorizer_id = "authorizer7"
  }
  expect_failures = [aws_api_gateway_rest_api.this]
}

run "refused_member_http" {
  command = plan
  module {
    source = "./modules/rest-api"
  }
  variables {
    mode          = "tests/fixtures/modes/bad-member-http.yaml"
    authorizer_id = "authorizer7"
  }
  expect_failures = [aws_api_gateway_rest_api.this]
}

run "refused_member_authorizer" {
  command = plan
  module {
    source = "./modules/rest-api"
  }
  variables {
    mode          = "tests/fixtures/modes/bad-member-authorizer.yaml"
    authorizer_id = "authorizer7"
  }
  expect_failures = [aws_api_gateway_rest_api.this]
}

run "refused_member_nested" {
  command = plan
  module {
    source = "./modules/rest-api"
  }
  variables {
    mode          = "tests/fixtures/modes/bad-member-nested.yaml"
    authorizer_id = "authorizer7"
  }
  expect_failures = [aws_api_gateway_rest_api.this]
}

run "refused_member_limit" {
  command = plan
  module {
    source = "./modules/rest-api"
  }
  variables {
    mode          = "tests/fixtures/modes/bad-member-limit.yaml"
    authorizer_id = "authorizer7"
  }
  expect_failures = [aws_api_gateway_rest_api.this]
}

run "refused_member_plan" {
  command = plan
  module {
    source = "./modules/rest-api"
  }
  variables {
    mode = "tests/fixtures/modes/bad-member-plan.yaml"
  }
  expect_failures = [aws_api_gateway_rest_api.this]
}

run "refused_authorizer_absent" {
  command = plan
  module {
    source = "./modules/rest-api"
  }
  variables {
    mode          = "tests/fixtures/modes/bad-authorizer-absent.yaml"
    authorizer_id = "authorizer7"
  }
  expect_failures = [aws_api_gateway_rest_api.this]
}

run "refused_authorizer_of_iam" {
  command = plan
  module {
    source = "./modules/rest-api"
  }
  variables {
    mode = "tests/fixtures/modes/bad-authorizer-of-iam.yaml"
  }
  expect_failures = [aws_api_gateway_rest_api.this]
}

run "refused_authorizer_function" {
  command = plan
  module {
    source = "./modules/rest-api"
  }
  variables {
    mode          = "tests/fixtures/modes/bad-authorizer-function.yaml"
    authorizer_id = "authorizer7"
  }
  expect_failures = [aws_api_gateway_rest_api.this]
}

run "refused_authorizer_source" {
  command = plan
  module {
    source = "./modules/rest-api"
  }
  variables {
    mode           = "tests/fixtures/modes/bad-authorizer-source.yaml"
    user_pool_arns = ["arn:aws:cognito-idp:eu-west-1:111122223333:userpool/eu-west-1_Pool1"]
  }
  expect_failures = [aws_api_gateway_rest_api.this]
}

run "refused_authorizer_sources" {
  command = plan
  module {
    source = "./modules/rest-api"
  }
  variables {
    mode           = "tests/fixtures/modes/bad-authorizer-sources.yaml"
    user_pool_arns = ["arn:aws:cognito-idp:eu-west-1:111122223333:userpool/eu-west-1_Pool1"]
  }
  expect_failures = [aws_api_gateway_rest_api.this]
}

run "refused_authorizer_pool" {
  command = plan
  module {
    source = "./modules/rest-api"
  }
  variables {
    mode           = "tests/fixtures/modes/bad-authorizer-pool.yaml"
    user_pool_arns = ["arn:aws:cognito-idp:eu-west-1:111122223333:userpool/eu-west-1_Pool1"]
  }
  expect_failures = [aws_api_gateway_rest_api.this]
}
