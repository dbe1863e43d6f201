# The contracts and mode files from which no REST API can be made.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  name     = "demo-fixture"
  stage    = "v1"
  contract = "tests/fixtures/contracts/things.yaml"
  mode     = "tests/fixtures/modes/token.yaml"
  functions = {
    things = { name = "demo-things", invoke_arn = "uri:things/invocations", alias = "live", alias_invoke_arn = "uri:things:live/invocations" }
    health = { name = "demo-health", invoke_arn = "uri:health/invocations", alias = "live", alias_invoke_arn = "uri:health:live/invocations" }
  }
  authorizer_id      = "authorizer7"
  allowed_origins    = ["*"]
  log_retention_days = 7
}

run "absent_contract" {
  command = plan
  module {
    source = "./modules/rest-api"
  }
  variables {
    contract = "tests/fixtures/contracts/no-such-file.yaml"
  }
  expect_failures = [var.contract]
}

run "absent_mode" {
  command = plan
  module {
    source = "./modules/rest-api"
  }
  variables {
    mode = "tests/fixtures/modes/no-such-file.yaml"
  }
  expect_failures = [var.mode]
}

run "origin_that_is_a_template" {
  command = plan
  module {
    source = "./modules/rest-api"
  }
  variables {
    allowed_origins = ["https://a.example", "https://b.example\") #end"]
  }
  expect_failures = [var.allowed_origins]
}

run "refused_contract_siblings" {
  command = plan
  module {
    source = "./modules/rest-api"
  }
  variables {
    contract = "tests/fixtures/contracts/siblings.yaml"
  }
  expect_failures = [aws_api_gateway_rest_api.this]
}

run "refused_contract_deep" {
  command = plan
  module {
    source = "./modules/rest-api"
  }
  variables {
    contract = "tests/fixtures/contracts/deep.yaml"
  }
  expect_failures = [aws_api_gateway_rest_api.this]
}

run "refused_contract_greedy" {
  command = plan
  module {
    source = "./modules/rest-api"
  }
  variables {
    contract = "tests/fixtures/contracts/greedy.yaml"
  }
  expect_failures = [aws_api_gateway_rest_api.this]
}

run "refused_contract_trace" {
  command = plan
  module {
    source = "./modules/rest-api"
  }
  variables {
    contract = "tests/fixtures/contracts/trace.yaml"
  }
  expect_failures = [aws_api_gateway_rest_api.this]
}

run "refused_contract_unserved" {
  command = plan
  module {
    source = "./modules/rest-api"
  }
  variables {
    contract = "tests/fixtures/contracts/unserved.yaml"
  }
  expect_failures = [aws_api_gateway_rest_api.this]
}

run "refused_contract_circle" {
  command = plan
  module {
    source = "./modules/rest-api"
  }
  variables {
    contract = "tests/fixtures/contracts/circle.yaml"
  }
  expect_failures = [aws_api_gateway_rest_api.this]
}

run "refused_contract_same_models" {
  command = plan
  module {
    source = "./modules/rest-api"
  }
  variables {
    contract = "tests/fixtures/contracts/same-models.yaml"
  }
  expect_failures = [aws_api_gateway_rest_api.this]
}

run "refused_contract_absent" {
  command = plan
  module {
    source = "./modules/rest-api"
  }
  variables {
    contract = "tests/fixtures/contracts/absent.yaml"
  }
  expect_failures = [aws_api_gateway_rest_api.this]
}
