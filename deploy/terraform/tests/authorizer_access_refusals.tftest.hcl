# Whom no authorizer believes, and what its function may not be told.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  name              = "demo-check"
  gateway           = "REST"
  api_id            = "api1"
  api_execution_arn = "arn:aws:execute-api:eu-west-1:111122223333:api1"
  type              = "TOKEN"
  identity_sources  = ["method.request.header.X-Token"]
  issuers = [{
    issuer   = "https://login.example.com"
    audience = ["api"]
  }]
  zip                = "tests/fixtures/artifacts/token.zip"
  architecture       = "arm64"
  log_retention_days = 7
}

run "refused_nobody" {
  command = plan
  module {
    source = "./modules/authorizer"
  }
  variables {
    type                  = "REQUEST"
    identity_sources      = []
    result_ttl_in_seconds = 0
    issuers               = []
  }
  expect_failures = [var.issuers]
}

run "refused_token_of_nobody" {
  command = plan
  module {
    source = "./modules/authorizer"
  }
  variables {
    issuers = []
  }
  expect_failures = [var.issuers]
}

run "refused_keys_of_token" {
  command = plan
  module {
    source = "./modules/authorizer"
  }
  variables {
    api_keys_table = { name = "keys1", arn = "arn:aws:dynamodb:eu-west-1:111122223333:table/keys1" }
  }
  expect_failures = [var.api_keys_table]
}

run "refused_issuer_http" {
  command = plan
  module {
    source = "./modules/authorizer"
  }
  variables {
    issuers = [{ issuer = "http://login.example.com", audience = ["api"] }]
  }
  expect_failures = [terraform_data.issuers]
}

run "refused_issuer_twice" {
  command = plan
  module {
    source = "./modules/authorizer"
  }
  variables {
    issuers = [{ issuer = "https://login.example.com", audience = ["a"], scopes = [] }, { issuer = "https://login.example.com", audience = ["b"], scopes = [] }]
  }
  expect_failures = [terraform_data.issuers]
}

run "refused_issuer_that_does_not_say_beside_another" {
  command = plan
  module {
    source = "./modules/authorizer"
  }
  variables {
    issuers = [{ issuer = "https://login.example.com", audience = ["a"], scopes = [] }, { issuer = "https://id.example.com", audience = ["b"] }]
  }
  expect_failures = [terraform_data.issuers]
}

run "refused_groups_of_several" {
  command = plan
  module {
    source = "./modules/authorizer"
  }
  variables {
    group_scopes = { admins = ["things/write"] }
    issuers      = [{ issuer = "https://login.example.com", audience = ["a"], scopes = [] }, { issuer = "https://id.example.com", audience = ["b"], scopes = [] }]
  }
  expect_failures = [var.group_scopes]
}

run "refused_groups_of_several_tenants" {
  command = plan
  module {
    source = "./modules/authorizer"
  }
  variables {
    group_scopes = { admins = ["things/write"] }
    issuers      = [{ issuer = "https://login.example.com/{tenant}", tenants = ["a1", "b2"], jwksUri = "https://login.example.com/keys", audience = ["a"], scopes = [] }]
  }
  expect_failures = [var.group_scopes]
}

run "refused_groups_beside_grants" {
  command = plan
  module {
    source = "./modules/authorizer"
  }
  variables {
    group_scopes = { admins = ["things/write"] }
    issuers      = [{ issuer = "https://login.example.com", audience = ["a"], grants = {} }]
  }
  expect_failures = [var.group_scopes]
}

run "refused_group_of_everybody" {
  command = plan
  module {
    source = "./modules/authorizer"
  }
  variables {
    group_scopes = { "*" = ["things/write"] }
  }
  expect_failures = [var.group_scopes]
}

run "refused_group_that_grants_what_it_is_called" {
  command = plan
  module {
    source = "./modules/authorizer"
  }
  variables {
    group_scopes = { admins = ["*"] }
  }
  expect_failures = [var.group_scopes]
}

run "refused_scope_blank" {
  command = plan
  module {
    source = "./modules/authorizer"
  }
  variables {
    group_scopes = { a = ["b c"] }
  }
  expect_failures = [var.group_scopes]
}

run "refused_clock_skew_long" {
  command = plan
  module {
    source = "./modules/authorizer"
  }
  variables {
    clock_skew = "5m1s"
  }
  expect_failures = [var.clock_skew]
}

run "refused_clock_skew_bare" {
  command = plan
  module {
    source = "./modules/authorizer"
  }
  variables {
    clock_skew = "30"
  }
  expect_failures = [var.clock_skew]
}

run "refused_token_sources_empty" {
  command = plan
  module {
    source = "./modules/authorizer"
  }
  variables {
    token_sources = []
  }
  expect_failures = [var.token_sources]
}

run "refused_token_sources_unknown" {
  command = plan
  module {
    source = "./modules/authorizer"
  }
  variables {
    token_sources = ["bearer", "cookie"]
  }
  expect_failures = [var.token_sources]
}

run "refused_token_sources_null" {
  command = plan
  module {
    source = "./modules/authorizer"
  }
  variables {
    token_sources = [null]
  }
  expect_failures = [var.token_sources]
}

run "refused_token_sources_list" {
  command = plan
  module {
    source = "./modules/authorizer"
  }
  variables {
    token_sources = ["bearer,raw"]
  }
  expect_failures = [var.token_sources]
}

run "refused_token_sources_twice" {
  command = plan
  module {
    source = "./modules/authorizer"
  }
  variables {
    token_sources = ["raw", "raw"]
  }
  expect_failures = [var.token_sources]
}

run "refused_token_sources_query" {
  command = plan
  module {
    source = "./modules/authorizer"
  }
  variables {
    token_sources = ["bearer", "query:token"]
  }
  expect_failures = [var.token_sources]
}

run "refused_token_sources_protocol_of_http" {
  command = plan
  module {
    source = "./modules/authorizer"
  }
  variables {
    gateway          = "HTTP"
    type             = "REQUEST"
    identity_sources = ["$request.header.Authorization"]
    token_sources    = ["protocol:token"]
  }
  expect_failures = [var.token_sources]
}

run "refused_token_sources_of_keys" {
  command = plan
  module {
    source = "./modules/authorizer"
  }
  variables {
    type             = "REQUEST"
    issuers          = []
    identity_sources = ["method.request.header.X-Api-Key"]
    api_keys_table   = { name = "keys1", arn = "arn:aws:dynamodb:eu-west-1:111122223333:table/keys1" }
    token_sources    = ["raw"]
  }
  expect_failures = [var.token_sources]
}

run "refused_token_sources_raw_stopped" {
  command = plan
  module {
    source = "./modules/authorizer"
  }
  variables {
    token_sources                  = ["bearer", "raw"]
    identity_validation_expression = "^(?i:bearer) [-_A-Za-z0-9.]+$"
  }
  expect_failures = [var.token_sources]
}

run "refused_token_sources_bearer_stopped" {
  command = plan
  module {
    source = "./modules/authorizer"
  }
  variables {
    token_sources                  = ["bearer", "raw"]
    identity_validation_expression = "^[-_A-Za-z0-9.]+$"
  }
  expect_failures = [var.token_sources]
}

run "refused_token_of_no_bytes" {
  command = plan
  module {
    source = "./modules/authorizer"
  }
  variables {
    max_token = 0
  }
  expect_failures = [var.max_token]
}

run "refused_token_of_more_than_a_megabyte" {
  command = plan
  module {
    source = "./modules/authorizer"
  }
  variables {
    max_token = 1048577
  }
  expect_failures = [var.max_token]
}

run "refused_token_of_half_a_byte" {
  command = plan
  module {
    source = "./modules/authorizer"
  }
  variables {
    max_token = 10240.5
  }
  expect_failures = [var.max_token]
}

run "refused_api_key_checks_remembered_long" {
  command = plan
  module {
    source = "./modules/authorizer"
  }
  variables {
    api_key_checks = { remembered = "3601s" }
  }
  expect_failures = [var.api_key_checks]
}

run "refused_api_key_checks_remembered_bare" {
  command = plan
  module {
    source = "./modules/authorizer"
  }
  variables {
    api_key_checks = { remembered = "60" }
  }
  expect_failures = [var.api_key_checks]
}

run "refused_api_key_checks_unsealed" {
  command = plan
  module {
    source = "./modules/authorizer"
  }
  variables {
    api_key_checks = { unsealed = "no" }
  }
  expect_failures = [var.api_key_checks]
}

run "refused_api_key_checks_unknown_none" {
  command = plan
  module {
    source = "./modules/authorizer"
  }
  variables {
    api_key_checks = { unknown = 0 }
  }
  expect_failures = [var.api_key_checks]
}

run "refused_api_key_checks_unknown_half" {
  command = plan
  module {
    source = "./modules/authorizer"
  }
  variables {
    api_key_checks = { unknown = 1.5 }
  }
  expect_failures = [var.api_key_checks]
}

run "refused_unauthorized_unknown" {
  command = plan
  module {
    source = "./modules/authorizer"
  }
  variables {
    unauthorized = "401"
  }
  expect_failures = [var.unauthorized]
}

run "refused_environment_unauthorized" {
  command = plan
  module {
    source = "./modules/authorizer"
  }
  variables {
    environment = { UNAUTHORIZED = "deny" }
  }
  expect_failures = [var.environment]
}

run "refused_environment_api_keys_remembered" {
  command = plan
  module {
    source = "./modules/authorizer"
  }
  variables {
    environment = { API_KEYS_REMEMBERED = "0s" }
  }
  expect_failures = [var.environment]
}

run "refused_environment_max_token" {
  command = plan
  module {
    source = "./modules/authorizer"
  }
  variables {
    environment = { MAX_TOKEN = "1" }
  }
  expect_failures = [var.environment]
}

run "refused_environment_own" {
  command = plan
  module {
    source = "./modules/authorizer"
  }
  variables {
    environment = { ISSUERS = "[]" }
  }
  expect_failures = [var.environment]
}

run "refused_environment_token_sources" {
  command = plan
  module {
    source = "./modules/authorizer"
  }
  variables {
    environment = { TOKEN_SOURCES = "raw" }
  }
  expect_failures = [var.environment]
}

run "refused_timeout_rest" {
  command = plan
  module {
    source = "./modules/authorizer"
  }
  variables {
    timeout = 30
  }
  expect_failures = [var.timeout]
}

run "refused_timeout_http" {
  command = plan
  module {
    source = "./modules/authorizer"
  }
  variables {
    gateway          = "HTTP"
    type             = "REQUEST"
    identity_sources = ["$request.header.Authorization"]
    timeout          = 11
  }
  expect_failures = [var.timeout]
}
