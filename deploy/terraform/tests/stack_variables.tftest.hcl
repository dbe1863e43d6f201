# The values that the root stack's variables refuse. A run plans the whole stack, so one tries values of several variables.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  name      = "demo"
  artifacts = "tests/fixtures/artifacts"
}

run "refused_values_of_nothing" {
  command = plan
  variables {
    name               = ""
    stage              = ""
    token_sources      = []
    group_scopes       = { admins = ["users/"] }
    log_retention_days = 0
  }
  expect_failures = [var.name, var.stage, var.token_sources, var.group_scopes, var.log_retention_days]
}

run "refused_values_of_another_form" {
  command = plan
  variables {
    name               = "Demo"
    stage              = "v1/x"
    token_sources      = ["bearer", "query:token"]
    group_scopes       = { admins = ["\"read\""] }
    log_retention_days = 31
    architecture       = "amd64"
    unauthorized       = { rest-token = "403" }
  }
  expect_failures = [var.name, var.stage, var.token_sources, var.group_scopes, var.log_retention_days, var.architecture, var.unauthorized]
}

run "refused_values_of_too_much" {
  command = plan
  variables {
    name          = "a12345678901234567890123456789012"
    token_sources = ["bearer", "bearer"]
    group_scopes  = { admins = ["users/read users/write"] }
  }
  expect_failures = [var.name, var.token_sources, var.group_scopes]
}

run "refused_no_modes_and_a_group_of_two_words" {
  command = plan
  variables {
    modes        = []
    group_scopes = { "two words" = ["users/read"] }
  }
  expect_failures = [var.modes, var.group_scopes]
}

run "refused_unknown_mode_and_a_group_of_everybody" {
  command = plan
  variables {
    modes        = ["rest-tokn"]
    group_scopes = { "*" = ["users/read"] }
  }
  expect_failures = [var.modes, var.group_scopes]
}

run "refused_path_as_mode" {
  command = plan
  variables {
    modes = ["../modes/rest-token"]
  }
  expect_failures = [var.modes]
}

run "refused_artifacts_absent" {
  command = plan
  variables {
    artifacts = "tests/fixtures/no-such-folder"
  }
  expect_failures = [var.modes]
}

run "refused_artifacts_absolute" {
  command = plan
  variables {
    artifacts = "/no-such-folder"
  }
  expect_failures = [var.modes]
}

run "refused_token_sources_of_websocket_apis_alone_and_denials_of_no_lambda_authorizer" {
  command = plan
  variables {
    modes         = ["rest-token", "rest-iam", "websocket"]
    token_sources = ["query:token"]
    unauthorized  = { rest-iam = "deny" }
  }
  expect_failures = [var.token_sources, var.unauthorized]
}
