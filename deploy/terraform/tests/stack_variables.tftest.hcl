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

run "refused_group_scopes_quoted" {
  command = plan
  variables {
    group_scopes = { admins = ["\"read\""] }
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

run "refused_token_sources_twice" {
  command = plan
  variables {
    token_sources = ["bearer", "bearer"]
  }
  expect_failures = [var.token_sources]
}

run "refused_token_sources_empty" {
  command = plan
  variables {
    token_sources = []
  }
  expect_failures = [var.token_sources]
}

run "refused_token_sources_query" {
  command = plan
  variables {
    token_sources = ["bearer", "query:token"]
  }
  expect_failures = [var.token_sources]
}

run "refused_token_sources_of_websocket_apis_alone" {
  command = plan
  variables {
    modes         = ["rest-token", "websocket"]
    token_sources = ["query:token"]
  }
  expect_failures = [var.token_sources]
}

run "refused_group_scopes_everybody" {
  command = plan
  variables {
    group_scopes = { "*" = ["users/read"] }
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
  expect_failures = [var.modes]
}

run "refused_artifacts_absolute" {
  command = plan
  variables {
    artifacts = "/no-such-folder"
  }
  expect_failures = [var.modes]
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
