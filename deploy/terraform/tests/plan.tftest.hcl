# The plans that Terraform takes, and those that it does not. What one says is the build's.

run "what_a_plan_says" {
  command = plan
  module {
    source = "./modules/plan"
  }
  variables {
    file = "tests/fixtures/plans/things/token.json"
  }

  assert {
    condition     = output.plan.name == "token" && output.plan.operations["GET /things/{id}"].permission == "GET/things/*"
    error_message = "The plan is another one."
  }
}

# A mode that sets no throttle does not go without. What opens to everybody has less, but of WebSocket APIs, whose only such route is $connect.
run "limits_of_a_mode_without" {
  command = plan
  module {
    source = "./modules/plan"
  }
  variables {
    file = "tests/fixtures/plans/things/least.json"
  }

  assert {
    condition = output.plan.throttle == { rateLimit = 1000, burstLimit = 500 } && { for key, operation in output.plan.operations : key => jsonencode(operation.throttle) if can(operation.throttle) } == {
      for key, operation in output.plan.operations : key => "{\"burstLimit\":50,\"rateLimit\":50}" if operation.public
    }
    error_message = "The mode has no limits, or others."
  }
}

run "limits_of_a_websocket_mode_without" {
  command = plan
  module {
    source = "./modules/plan"
  }
  variables {
    file = "tests/fixtures/plans/silent/ws-least.json"
  }

  assert {
    condition     = output.plan.throttle == { rateLimit = 1000, burstLimit = 500 } && !anytrue([for operation in output.plan.operations : can(operation.throttle)])
    error_message = "The mode has no limits, or its routes have others."
  }
}

run "limits_of_a_mode_with" {
  command = plan
  module {
    source = "./modules/plan"
  }
  variables {
    file = "tests/fixtures/plans/things/token.json"
  }

  assert {
    condition     = output.plan == jsondecode(file("tests/fixtures/plans/things/token.json")).plan
    error_message = "The mode's own limits do not hold."
  }
}

run "refused_absent" {
  command = plan
  module {
    source = "./modules/plan"
  }
  variables {
    file = "tests/fixtures/plans/things/no-such-mode.json"
  }
  expect_failures = [var.file]
}

run "refused_no_json" {
  command = plan
  module {
    source = "./modules/plan"
  }
  variables {
    file = "tests/fixtures/modes/token.yaml"
  }
  expect_failures = [var.file]
}

run "refused_another_format" {
  command = plan
  module {
    source = "./modules/plan"
  }
  variables {
    file = "tests/fixtures/plans/things/rules.json"
  }
  expect_failures = [var.file]
}

run "refused_another_version" {
  command = plan
  module {
    source = "./modules/plan"
  }
  variables {
    file = "tests/fixtures/plans/version-2.json"
  }
  expect_failures = [var.file]
}

run "refused_incomplete" {
  command = plan
  module {
    source = "./modules/plan"
  }
  variables {
    file = "tests/fixtures/plans/incomplete.json"
  }
  expect_failures = [var.file]
}

run "refused_under_another_name" {
  command = plan
  module {
    source = "./modules/plan"
  }
  variables {
    file = "tests/fixtures/plans/renamed.json"
  }
  expect_failures = [var.file]
}

run "refused_stale" {
  command = plan
  module {
    source = "./modules/plan"
  }
  variables {
    file = "tests/fixtures/plans/stale.json"
  }
  expect_failures = [output.plan]
}
