# What no REST API is made of: variables that are wrong, or do not fit the plan; and answers kept for one origin that others would get.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  name  = "demo-fixture"
  stage = "v1"
  plan  = "tests/fixtures/plans/things/token.json"
  functions = {
    things = { name = "demo-things", invoke_arn = "uri:things/invocations", alias = "live" }
    health = { name = "demo-health", invoke_arn = "uri:health/invocations", alias = "live" }
  }
  authorizer_id      = "authorizer7"
  allowed_origins    = ["*"]
  log_retention_days = 7
}

run "refused_origins_none" {
  command = plan
  module {
    source = "./modules/rest-api"
  }
  variables {
    allowed_origins = []
  }
  expect_failures = [var.allowed_origins]
}

run "refused_origins_star_among" {
  command = plan
  module {
    source = "./modules/rest-api"
  }
  variables {
    allowed_origins = ["*", "https://app.example.com"]
  }
  expect_failures = [var.allowed_origins]
}

run "refused_origins_path" {
  command = plan
  module {
    source = "./modules/rest-api"
  }
  variables {
    allowed_origins = ["https://app.example.com/"]
  }
  expect_failures = [var.allowed_origins]
}

run "refused_origins_no_scheme" {
  command = plan
  module {
    source = "./modules/rest-api"
  }
  variables {
    allowed_origins = ["app.example.com"]
  }
  expect_failures = [var.allowed_origins]
}

run "refused_origins_upper" {
  command = plan
  module {
    source = "./modules/rest-api"
  }
  variables {
    allowed_origins = ["https://App.example.com"]
  }
  expect_failures = [var.allowed_origins]
}

run "refused_origins_own_port" {
  command = plan
  module {
    source = "./modules/rest-api"
  }
  variables {
    allowed_origins = ["https://app.example.com:443"]
  }
  expect_failures = [var.allowed_origins]
}

run "refused_origins_large_port" {
  command = plan
  module {
    source = "./modules/rest-api"
  }
  variables {
    allowed_origins = ["https://app.example.com:99999"]
  }
  expect_failures = [var.allowed_origins]
}

run "refused_origins_of_a_cache" {
  command = plan
  module {
    source = "./modules/rest-api"
  }
  variables {
    plan            = "tests/fixtures/plans/rules/cache-no-origin.json"
    allowed_origins = ["https://app.example.com", "https://other.example.com"]
  }
  expect_failures = [aws_api_gateway_rest_api.this]
}

run "refused_origins_of_an_open_cache" {
  command = plan
  module {
    source = "./modules/rest-api"
  }
  variables {
    plan            = "tests/fixtures/plans/rules/cache-no-origin-open.json"
    allowed_origins = ["https://app.example.com", "https://other.example.com"]
  }
  expect_failures = [aws_api_gateway_rest_api.this]
}

run "one_origin_of_a_cache" {
  command = plan
  module {
    source = "./modules/rest-api"
  }
  variables {
    plan            = "tests/fixtures/plans/rules/cache-no-origin.json"
    allowed_origins = ["https://app.example.com"]
  }
}

run "origins_in_the_key_of_a_cache" {
  command = plan
  module {
    source = "./modules/rest-api"
  }
  variables {
    plan            = "tests/fixtures/plans/rules/cache-origin.json"
    allowed_origins = ["https://app.example.com", "https://other.example.com"]
  }
}

run "refused_origin_that_is_a_template" {
  command = plan
  module {
    source = "./modules/rest-api"
  }
  variables {
    allowed_origins = ["https://a.example", "https://b.example\") #end"]
  }
  expect_failures = [var.allowed_origins]
}

run "refused_plan_of_an_http_api" {
  command = plan
  module {
    source = "./modules/rest-api"
  }
  variables {
    plan          = "tests/fixtures/plans/routes/http-least.json"
    authorizer_id = null
  }
  expect_failures = [var.plan]
}

run "refused_unserved" {
  command = plan
  module {
    source = "./modules/rest-api"
  }
  variables {
    functions = {
      things = { name = "demo-things", invoke_arn = "uri:things/invocations", alias = "live" }
    }
  }
  expect_failures = [aws_api_gateway_rest_api.this]
}

run "refused_another_alias" {
  command = plan
  module {
    source = "./modules/rest-api"
  }
  variables {
    functions = {
      things = { name = "demo-things", invoke_arn = "uri:things/invocations", alias = "live" }
      health = { name = "demo-health", invoke_arn = "uri:health/invocations", alias = "green" }
    }
  }
  expect_failures = [aws_api_gateway_rest_api.this]
}

run "refused_no_pool" {
  command = plan
  module {
    source = "./modules/rest-api"
  }
  variables {
    plan          = "tests/fixtures/plans/rules/own-pool.json"
    authorizer_id = null
  }
  expect_failures = [aws_api_gateway_authorizer.user_pools]
}

run "refused_pool_arn" {
  command = plan
  module {
    source = "./modules/rest-api"
  }
  variables {
    plan           = "tests/fixtures/plans/rules/own-pool.json"
    authorizer_id  = null
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
    authorizer_id = null
  }
  expect_failures = [var.authorizer_id]
}

run "refused_authorizer_of_pools" {
  command = plan
  module {
    source = "./modules/rest-api"
  }
  variables {
    plan = "tests/fixtures/plans/rules/pools.json"
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
