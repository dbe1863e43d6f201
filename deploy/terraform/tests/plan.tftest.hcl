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
