# Other code gets another authorizer, since the gateway keeps the answers of the old one. The mocks make an id for each. And what a
# version that is held decides by.

mock_provider "aws" {
  mock_resource "aws_iam_role" {
    defaults = {
      arn = "arn:aws:iam::111122223333:role/role1"
    }
  }
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

run "code" {
  module {
    source = "./modules/authorizer"
  }
}

run "same_code" {
  module {
    source = "./modules/authorizer"
  }
  variables {
    memory = 512
  }
  assert {
    condition     = output.id == run.code.id
    error_message = "Code that is the same lost the answers that are kept."
  }
}

run "other_code" {
  module {
    source = "./modules/authorizer"
  }
  variables {
    zip = "tests/fixtures/other/code.zip"
  }
  assert {
    condition     = output.id != run.code.id && endswith(aws_lambda_permission.authorizer.source_arn, output.id)
    error_message = "The gateway would use the answers of other code, or may not ask the new authorizer."
  }
}

# What a version holds, and the pins that are refused. The hash is of the contract of the rules.

run "a_version_says_its_contract" {
  module {
    source = "./modules/authorizer"
  }
  variables {
    rules = "tests/fixtures/plans/things/rules.json"
  }
  assert {
    condition     = local.description == "Portcullis authorizer, contract 4f4595bdd3105edc" && length(data.aws_lambda_function.live) == 0
    error_message = "The version does not say which contract it holds, or one is read though none is held."
  }
}

run "held_with_its_contract" {
  module {
    source = "./modules/authorizer"
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
    source = "./modules/authorizer"
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
    source = "./modules/authorizer"
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
    source = "./modules/authorizer"
  }
  variables {
    rules = "tests/fixtures/no-such-folder/rules.json"
  }
  expect_failures = [var.rules]
}

run "refused_rules_that_are_a_contract" {
  command = plan
  module {
    source = "./modules/authorizer"
  }
  variables {
    rules = "tests/fixtures/contracts/things.yaml"
  }
  expect_failures = [var.rules]
}
