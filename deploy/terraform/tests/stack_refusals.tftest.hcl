# What only the whole stack can see, and refuses when it plans.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  name      = "demo"
  artifacts = "tests/fixtures/artifacts"
}

run "refused_scope_that_nobody_has" {
  command = plan
  variables {
    group_scopes = { readers = ["users/read"], members = ["users/self"] }
  }
  expect_failures = [terraform_data.scopes]
}

run "a_scope_that_a_machine_has" {
  command = plan
  variables {
    group_scopes    = { readers = ["users/read"], members = ["users/self"] }
    machine_clients = { imports = ["users/write"] }
    domain_prefix   = "demo-users"
  }
}

run "a_scope_that_others_have" {
  command = plan
  variables {
    group_scopes = { readers = ["users/read"], members = ["users/self"] }
    other_scopes = ["users/write"]
  }
}

run "scopes_that_other_issuers_may_grant" {
  command = plan
  variables {
    group_scopes = {}
    issuers = [
      { issuer = "https://login.example.com", audience = ["api"], scopes = ["users/self", "users/read"] },
      { issuer = "https://id.example.com", audience = ["api"], grants = { roles = { "Domain Admins" = ["users/write"], "*" = [] } } },
    ]
  }
}

# That entry says which scopes its claims may name, and gives them to none.
run "refused_scope_that_no_claim_of_others_grants" {
  command = plan
  variables {
    group_scopes = { readers = ["users/read"], members = ["users/self"] }
    issuers      = [{ issuer = "https://login.example.com", audience = ["api"], scopes = ["users/write", "users/read"], grants = { roles = { reader = ["users/read"] } } }]
  }
  expect_failures = [terraform_data.scopes]
}

run "refused_scope_that_others_only_might_name" {
  command = plan
  variables {
    group_scopes = { readers = ["users/read"], members = ["users/self"] }
    issuers      = [{ issuer = "https://login.example.com", audience = ["api"], scopes = ["*"] }]
  }
  expect_failures = [terraform_data.scopes]
}

run "refused_operation_that_is_open" {
  command = plan
  override_module {
    target = module.mode
    outputs = {
      id            = "api1"
      stage         = "v1"
      stage_arn     = "arn:aws:apigateway:eu-west-1::/restapis/api1/stages/v1"
      kind          = "REST"
      url           = "https://api1.execute-api.eu-west-1.amazonaws.com/v1"
      execution_arn = "arn:aws:execute-api:eu-west-1:111122223333:api1"
      authorizer    = { name = "demo-rest-token", arn = "", alias = "live", alias_invoke_arn = "", version = "3", log_group = "/aws/lambda/demo-rest-token", timeout = 10 }
      usage_plans   = {}
      api_keys      = {}
      operations    = { "GET /users" = { authorization = "NONE", api_key_required = false } }
    }
  }
  expect_failures = [terraform_data.open_operations]
}

run "refused_permissions_that_do_not_fit" {
  command = plan
  variables {
    name  = "a1234567890123456789012345678901"
    stage = "v2345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678"
    modes = ["rest-api-key", "rest-iam", "rest-cognito", "rest-token", "rest-request", "http-jwt", "http-lambda", "http-iam"]

    machine_clients = { reports = ["users/read"] }
    domain_prefix   = "demo-users"
  }
  expect_failures = [terraform_data.permissions]
}

run "refused_cognito_mode_without_machines" {
  command = plan
  variables {
    modes = ["rest-token", "rest-cognito"]
  }
  expect_failures = [terraform_data.machines]
}

run "refused_jwt_mode_without_machines" {
  command = plan
  variables {
    modes = ["http-jwt"]
  }
  expect_failures = [terraform_data.machines]
}

# The scope of owners opens nothing where the gateway itself looks at tokens.
run "refused_machine_that_opens_nothing" {
  command = plan
  variables {
    modes           = ["http-jwt"]
    machine_clients = { reports = ["users/self"] }
    domain_prefix   = "demo-users"
  }
  expect_failures = [terraform_data.machines]
}

# A run plans the whole stack, so one tries values of several variables, of which each is refused by itself.
run "refused_machines_without_a_domain_tiers_without_keys_and_a_function_that_is_taken" {
  command = plan
  variables {
    machine_clients = { reports = ["users/read"] }
    usage_tiers     = { rest-token = { gold = {} } }
    functions       = { rest-token = { zip = "tests/fixtures/artifacts/users.zip" } }
    kms_key_arn     = "alias/mine"
  }
  expect_failures = [var.machine_clients, var.usage_tiers, var.functions, var.kms_key_arn]
}

run "refused_keys_of_no_plan_and_settings_of_no_function" {
  command = plan
  variables {
    api_keys             = { rest-token = { ann = {} } }
    reserved_concurrency = { token = 5 }
    rollout              = { token = { live_version = "3" } }
  }
  expect_failures = [var.api_keys, var.reserved_concurrency, var.rollout]
}

run "refused_tier_name_and_a_function_that_is_taken_in_another_case" {
  command = plan
  variables {
    modes       = ["rest-api-key"]
    usage_tiers = { rest-api-key = { "Gold tier" = {} } }
    functions   = { Users = { zip = "tests/fixtures/artifacts/users.zip" } }
  }
  expect_failures = [var.usage_tiers, var.functions]
}

run "refused_waf_before_http_apis_and_a_function_of_two_words" {
  command = plan
  variables {
    modes     = ["http-iam"]
    waf       = {}
    functions = { "two words" = { zip = "tests/fixtures/artifacts/users.zip" } }
  }
  expect_failures = [var.waf, var.functions]
}

run "refused_domain_that_leaves_a_mode_out_and_functions_that_differ_in_case_only" {
  command = plan
  variables {
    modes = ["rest-token", "http-iam"]
    domain = {
      name            = "api.example.com"
      certificate_arn = "arn:aws:acm:eu-west-1:111122223333:certificate/1"
      base_paths      = { "" = "rest-token" }
    }
    functions = {
      orders = { zip = "tests/fixtures/artifacts/users.zip" }
      Orders = { zip = "tests/fixtures/artifacts/users.zip" }
    }
  }
  expect_failures = [var.domain, var.functions]
}

run "refused_domain_that_a_websocket_api_would_share_and_a_function_with_the_name_of_the_logs_role" {
  command = plan
  variables {
    modes = ["rest-token", "websocket"]
    domain = {
      name            = "api.example.com"
      certificate_arn = "arn:aws:acm:eu-west-1:111122223333:certificate/1"
    }
    functions = { API-gateway-logs = { zip = "tests/fixtures/artifacts/users.zip" } }
  }
  expect_failures = [var.domain, var.functions]
}

run "the_logs_role_is_another_stacks" {
  command = plan
  variables {
    account_logging = false
    functions       = { api-gateway-logs = { zip = "tests/fixtures/artifacts/users.zip" } }
  }
}

run "refused_canary_without_a_version" {
  command = plan
  variables {
    rollout = { users = { canary_weight = 0.5 } }
  }
  expect_failures = [var.rollout]
}

run "refused_mutual_tls_of_a_websocket_api" {
  command = plan
  variables {
    modes            = ["websocket"]
    users_stream_arn = "arn:aws:dynamodb:eu-west-1:111122223333:table/shop-users/stream/2026-11-29T06:44:24.123"
    domain = {
      name            = "live.example.com"
      certificate_arn = "arn:aws:acm:eu-west-1:111122223333:certificate/1"
      truststore      = { uri = "s3://trusted/clients.pem" }
    }
  }
  expect_failures = [var.domain]
}
