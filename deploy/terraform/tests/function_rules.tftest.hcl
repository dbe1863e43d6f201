# What a version decides by, and the versions at which no function is held. The hash is of the contract of the rules.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  name               = "demo-check"
  description        = "Portcullis authorizer"
  zip                = "tests/fixtures/artifacts/token.zip"
  architecture       = "arm64"
  log_retention_days = 7
}

run "a_version_says_its_contract" {
  module {
    source = "./modules/function"
  }
  variables {
    rules = "tests/fixtures/plans/things/rules.json"
  }
  assert {
    condition     = aws_lambda_function.this.description == "Portcullis authorizer, contract 4f4595bdd3105edc" && length(data.aws_lambda_function.live) == 0
    error_message = "The version does not say which contract it holds, or one is read though none is held."
  }
}

run "held_with_its_contract" {
  module {
    source = "./modules/function"
  }
  variables {
    rules        = "tests/fixtures/plans/things/rules.json"
    live_version = "1"
  }
  override_data {
    target = data.aws_lambda_function.live
    values = {
      description = "Portcullis authorizer, contract 4f4595bdd3105edc"
    }
  }
  assert {
    condition     = data.aws_lambda_function.live[0].function_name == "demo-check" && data.aws_lambda_function.live[0].qualifier == "1"
    error_message = "Another version is read than the one that is held."
  }
}

run "refused_held_with_another_contract" {
  command = plan
  module {
    source = "./modules/function"
  }
  variables {
    rules        = "tests/fixtures/plans/rules/rules.json"
    live_version = "1"
  }
  override_data {
    target = data.aws_lambda_function.live
    values = {
      description = "Portcullis authorizer, contract 4f4595bdd3105edc"
    }
  }
  expect_failures = [data.aws_lambda_function.live]
}

run "refused_held_that_says_no_contract" {
  command = plan
  module {
    source = "./modules/function"
  }
  variables {
    rules        = "tests/fixtures/plans/things/rules.json"
    live_version = "1"
  }
  override_data {
    target = data.aws_lambda_function.live
    values = {
      description = ""
    }
  }
  expect_failures = [data.aws_lambda_function.live]
}

run "refused_rules_absent" {
  command = plan
  module {
    source = "./modules/function"
  }
  variables {
    rules = "tests/fixtures/no-such-folder/rules.json"
  }
  expect_failures = [var.rules]
}

run "refused_rules_that_are_a_contract" {
  command = plan
  module {
    source = "./modules/function"
  }
  variables {
    rules = "tests/fixtures/contracts/things.yaml"
  }
  expect_failures = [var.rules]
}
