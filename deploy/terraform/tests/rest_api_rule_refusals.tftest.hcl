# Contracts whose rules a user pool's authorizer cannot express, and inputs that do not fit the mode.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  name     = "demo-fixture"
  stage    = "v1"
  contract = "tests/fixtures/contracts/rules.yaml"
  mode     = "tests/fixtures/modes/pools.yaml"
  functions = {
    things = { name = "demo-things", invoke_arn = "uri:things/invocations", alias = "live", alias_invoke_arn = "uri:things:live/invocations" }
  }
  allowed_origins    = ["*"]
  log_retention_days = 7
}

run "refused_rule_owner" {
  command = plan
  module {
    source = "./modules/rest-api"
  }
  variables {
    contract = "tests/fixtures/contracts/rule-owner.yaml"
  }
  expect_failures = [aws_api_gateway_rest_api.this]
}

run "refused_rule_several" {
  command = plan
  module {
    source = "./modules/rest-api"
  }
  variables {
    contract = "tests/fixtures/contracts/rule-several.yaml"
  }
  expect_failures = [aws_api_gateway_rest_api.this]
}

run "refused_rule_several_too" {
  command = plan
  module {
    source = "./modules/rest-api"
  }
  variables {
    contract = "tests/fixtures/contracts/rule-several-too.yaml"
  }
  expect_failures = [aws_api_gateway_rest_api.this]
}

run "refused_rule_both" {
  command = plan
  module {
    source = "./modules/rest-api"
  }
  variables {
    contract = "tests/fixtures/contracts/rule-both.yaml"
  }
  expect_failures = [aws_api_gateway_rest_api.this]
}

run "refused_rule_keys" {
  command = plan
  module {
    source = "./modules/rest-api"
  }
  variables {
    contract = "tests/fixtures/contracts/rule-keys.yaml"
  }
  expect_failures = [aws_api_gateway_rest_api.this]
}

run "refused_rule_scheme" {
  command = plan
  module {
    source = "./modules/rest-api"
  }
  variables {
    contract = "tests/fixtures/contracts/rule-scheme.yaml"
  }
  expect_failures = [aws_api_gateway_rest_api.this]
}

run "refused_rule_null" {
  command = plan
  module {
    source = "./modules/rest-api"
  }
  variables {
    contract = "tests/fixtures/contracts/rule-null.yaml"
  }
  expect_failures = [aws_api_gateway_rest_api.this]
}

run "refused_rule_empty" {
  command = plan
  module {
    source = "./modules/rest-api"
  }
  variables {
    contract = "tests/fixtures/contracts/rule-empty.yaml"
  }
  expect_failures = [aws_api_gateway_rest_api.this]
}

run "refused_rule_none" {
  command = plan
  module {
    source = "./modules/rest-api"
  }
  variables {
    contract = "tests/fixtures/contracts/unguarded.yaml"
  }
  expect_failures = [aws_api_gateway_rest_api.this]
}

run "refused_default_route" {
  command = plan
  module {
    source = "./modules/rest-api"
  }
  variables {
    contract = "tests/fixtures/contracts/default.yaml"
    mode     = "tests/fixtures/modes/iam.yaml"
  }
  expect_failures = [aws_api_gateway_rest_api.this]
}

run "refused_no_pool" {
  command = plan
  module {
    source = "./modules/rest-api"
  }
  variables {
    mode = "tests/fixtures/modes/own-pool.yaml"
  }
  expect_failures = [aws_api_gateway_rest_api.this]
}

run "refused_pool_arn" {
  command = plan
  module {
    source = "./modules/rest-api"
  }
  variables {
    user_pool_arns = ["eu-west-1_Pool1"]
  }
  expect_failures = [var.user_pool_arns]
}

run "refused_no_authorizer" {
  command = plan
  module {
    source = "./modules/rest-api"
  }
  variables {
    mode = "tests/fixtures/modes/least.yaml"
  }
  expect_failures = [var.authorizer_id]
}

run "refused_authorizer_of_pools" {
  command = plan
  module {
    source = "./modules/rest-api"
  }
  variables {
    authorizer_id = "authorizer7"
  }
  expect_failures = [var.authorizer_id]
}

run "refused_cache_size" {
  command = plan
  module {
    source = "./modules/rest-api"
  }
  variables {
    cache_cluster_size = "1"
  }
  expect_failures = [var.cache_cluster_size]
}
