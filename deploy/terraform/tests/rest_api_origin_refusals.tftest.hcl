# The origins that no browser sends, or that would say more than origins; and answers kept for one that others would get.

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
    contract        = "tests/fixtures/contracts/rules.yaml"
    mode            = "tests/fixtures/modes/bad-cache-origin.yaml"
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
    contract        = "tests/fixtures/contracts/rules.yaml"
    mode            = "tests/fixtures/modes/bad-cache-origin-open.yaml"
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
    contract        = "tests/fixtures/contracts/rules.yaml"
    mode            = "tests/fixtures/modes/bad-cache-origin.yaml"
    allowed_origins = ["https://app.example.com"]
  }
}

run "origins_in_the_key_of_a_cache" {
  command = plan
  module {
    source = "./modules/rest-api"
  }
  variables {
    contract        = "tests/fixtures/contracts/rules.yaml"
    mode            = "tests/fixtures/modes/cache-origin.yaml"
    allowed_origins = ["https://app.example.com", "https://other.example.com"]
  }
}
