# The values that the root stack's variables refuse.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  name      = "demo"
  artifacts = "tests/fixtures/artifacts"
}

run "refused_name_empty" {
  command = plan
  variables {
    name = ""
  }
  expect_failures = [var.name]
}

run "refused_name_long" {
  command = plan
  variables {
    name = "a12345678901234567890123456789012"
  }
  expect_failures = [var.name]
}

run "refused_name_upper" {
  command = plan
  variables {
    name = "Demo"
  }
  expect_failures = [var.name]
}

run "refused_stage_empty" {
  command = plan
  variables {
    stage = ""
  }
  expect_failures = [var.stage]
}

run "refused_stage_slash" {
  command = plan
  variables {
    stage = "v1/x"
  }
  expect_failures = [var.stage]
}

run "refused_modes_none" {
  command = plan
  variables {
    modes = []
  }
  expect_failures = [var.modes]
}

run "refused_modes_unknown" {
  command = plan
  variables {
    modes = ["rest-tokn"]
  }
  expect_failures = [var.modes]
}

run "refused_modes_path" {
  command = plan
  variables {
    modes = ["../modes/rest-token"]
  }
  expect_failures = [var.modes]
}

run "refused_issuers_http" {
  command = plan
  variables {
    issuers = [{ issuer = "http://login.example.com", audience = ["api"] }]
  }
  expect_failures = [var.issuers]
}

run "refused_issuers_no_host" {
  command = plan
  variables {
    issuers = [{ issuer = "https://", audience = ["api"] }]
  }
  expect_failures = [var.issuers]
}

run "refused_issuers_http_keys" {
  command = plan
  variables {
    issuers = [{ issuer = "https://login.example.com", audience = ["api"], jwksUri = "http://login.example.com/keys" }]
  }
  expect_failures = [var.issuers]
}

run "refused_issuers_no_audience" {
  command = plan
  variables {
    issuers = [{ issuer = "https://login.example.com", audience = [] }]
  }
  expect_failures = [var.issuers]
}

run "refused_issuers_null_audience" {
  command = plan
  variables {
    issuers = [{ issuer = "https://login.example.com", audience = null }]
  }
  expect_failures = [var.issuers]
}

run "refused_issuers_blank_audience" {
  command = plan
  variables {
    issuers = [{ issuer = "https://login.example.com", audience = [" "] }]
  }
  expect_failures = [var.issuers]
}

run "refused_issuers_twice" {
  command = plan
  variables {
    issuers = [{ issuer = "https://login.example.com", audience = ["a"] }, { issuer = "https://login.example.com", audience = ["b"] }]
  }
  expect_failures = [var.issuers]
}

run "refused_group_scopes_no_slash" {
  command = plan
  variables {
    group_scopes = { admins = ["read"] }
  }
  expect_failures = [var.group_scopes]
}

run "refused_group_scopes_blank" {
  command = plan
  variables {
    group_scopes = { admins = ["users/read users/write"] }
  }
  expect_failures = [var.group_scopes]
}

run "refused_group_scopes_no_scope" {
  command = plan
  variables {
    group_scopes = { admins = ["users/"] }
  }
  expect_failures = [var.group_scopes]
}

run "refused_group_scopes_group" {
  command = plan
  variables {
    group_scopes = { "two words" = ["users/read"] }
  }
  expect_failures = [var.group_scopes]
}

run "refused_architecture_go_name" {
  command = plan
  variables {
    architecture = "amd64"
  }
  expect_failures = [var.architecture]
}

run "refused_artifacts_absent" {
  command = plan
  variables {
    artifacts = "tests/fixtures/no-such-folder"
  }
  expect_failures = [var.artifacts]
}

run "refused_artifacts_absolute" {
  command = plan
  variables {
    artifacts = "/no-such-folder"
  }
  expect_failures = [var.artifacts]
}

run "refused_allowed_origins_none" {
  command = plan
  variables {
    allowed_origins = []
  }
  expect_failures = [var.allowed_origins]
}

run "refused_allowed_origins_star_among" {
  command = plan
  variables {
    allowed_origins = ["*", "https://app.example.com"]
  }
  expect_failures = [var.allowed_origins]
}

run "refused_allowed_origins_path" {
  command = plan
  variables {
    allowed_origins = ["https://app.example.com/"]
  }
  expect_failures = [var.allowed_origins]
}

run "refused_allowed_origins_no_scheme" {
  command = plan
  variables {
    allowed_origins = ["app.example.com"]
  }
  expect_failures = [var.allowed_origins]
}

run "refused_log_retention_days_odd" {
  command = plan
  variables {
    log_retention_days = 31
  }
  expect_failures = [var.log_retention_days]
}

run "refused_log_retention_days_forever" {
  command = plan
  variables {
    log_retention_days = 0
  }
  expect_failures = [var.log_retention_days]
}

run "refused_issuers_query" {
  command = plan
  variables {
    issuers = [{ issuer = "https://login.example.com/?tenant=a", audience = ["api"] }]
  }
  expect_failures = [var.issuers]
}

run "refused_issuers_user" {
  command = plan
  variables {
    issuers = [{ issuer = "https://me@login.example.com", audience = ["api"] }]
  }
  expect_failures = [var.issuers]
}

run "refused_issuers_token_use" {
  command = plan
  variables {
    issuers = [{ issuer = "https://login.example.com", audience = ["api"], tokenUse = ["refresh"] }]
  }
  expect_failures = [var.issuers]
}

run "refused_issuers_algorithm" {
  command = plan
  variables {
    issuers = [{ issuer = "https://login.example.com", audience = ["api"], algorithms = ["HS256"] }]
  }
  expect_failures = [var.issuers]
}

run "refused_issuers_pool_without_use" {
  command = plan
  variables {
    issuers = [{ issuer = "https://issuer-cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Example", audience = ["api"] }]
  }
  expect_failures = [var.issuers]
}

run "refused_allowed_origins_upper" {
  command = plan
  variables {
    allowed_origins = ["https://App.example.com"]
  }
  expect_failures = [var.allowed_origins]
}

run "refused_allowed_origins_own_port" {
  command = plan
  variables {
    allowed_origins = ["https://app.example.com:443"]
  }
  expect_failures = [var.allowed_origins]
}

run "refused_allowed_origins_large_port" {
  command = plan
  variables {
    allowed_origins = ["https://app.example.com:99999"]
  }
  expect_failures = [var.allowed_origins]
}
