# Where a Lambda authorizer sees that tokens were revoked.

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
    issuer   = "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Pool1"
    audience = ["app"]
    tokenUse = ["access"]
  }]
  zip                = "tests/fixtures/artifacts/token.zip"
  architecture       = "arm64"
  log_retention_days = 7
}

run "none" {
  module {
    source = "./modules/authorizer"
  }

  assert {
    condition     = keys(local.variables) == tolist(["ISSUERS"]) && length(local.revocation_statements) == 0
    error_message = "The function asks somebody, or may."
  }
}

run "table" {
  module {
    source = "./modules/authorizer"
  }
  variables {
    revocation        = "table"
    revocations_table = { name = "gone1", arn = "arn:aws:dynamodb:eu-west-1:111122223333:table/gone1" }
  }

  assert {
    condition     = local.variables.REVOCATION == "table" && local.variables.REVOCATION_TABLE == "gone1"
    error_message = "The function does not know its table."
  }

  assert {
    condition     = local.revocation_statements == [{ actions = ["dynamodb:BatchGetItem"], resources = ["arn:aws:dynamodb:eu-west-1:111122223333:table/gone1"] }]
    error_message = "The function may do more with the table than read it, or with another one."
  }
}

run "table_beside_keys" {
  module {
    source = "./modules/authorizer"
  }
  variables {
    type                  = "REQUEST"
    identity_sources      = []
    result_ttl_in_seconds = 0
    api_keys_table        = { name = "keys1", arn = "arn:aws:dynamodb:eu-west-1:111122223333:table/keys1" }
    revocation            = "table"
    revocations_table     = { name = "gone1", arn = "arn:aws:dynamodb:eu-west-1:111122223333:table/gone1" }
  }

  assert {
    condition     = keys(local.variables) == tolist(["API_KEYS_TABLE", "ISSUERS", "REVOCATION", "REVOCATION_TABLE"]) && length(local.key_statements) == 2 && length(local.revocation_statements) == 1
    error_message = "One table takes the other's place."
  }
}

run "cognito" {
  module {
    source = "./modules/authorizer"
  }
  variables {
    gateway          = "HTTP"
    type             = "REQUEST"
    identity_sources = ["$request.header.Authorization"]
    revocation       = "cognito"
  }

  assert {
    condition     = local.variables.REVOCATION == "cognito" && !contains(keys(local.variables), "REVOCATION_TABLE") && length(local.revocation_statements) == 0
    error_message = "The function does not ask Cognito, or may do something that this does not take."
  }
}

run "refused_unknown" {
  command = plan
  module {
    source = "./modules/authorizer"
  }
  variables {
    revocation = "Table"
  }
  expect_failures = [var.revocation]
}

run "refused_table_without_one" {
  command = plan
  module {
    source = "./modules/authorizer"
  }
  variables {
    revocation = "table"
  }
  expect_failures = [var.revocations_table]
}

run "refused_table_that_nobody_reads" {
  command = plan
  module {
    source = "./modules/authorizer"
  }
  variables {
    revocations_table = { name = "gone1", arn = "arn:aws:dynamodb:eu-west-1:111122223333:table/gone1" }
  }
  expect_failures = [var.revocations_table]
}

run "refused_table_beside_cognito" {
  command = plan
  module {
    source = "./modules/authorizer"
  }
  variables {
    revocation        = "cognito"
    revocations_table = { name = "gone1", arn = "arn:aws:dynamodb:eu-west-1:111122223333:table/gone1" }
  }
  expect_failures = [var.revocations_table]
}

run "refused_table_name" {
  command = plan
  module {
    source = "./modules/authorizer"
  }
  variables {
    revocation        = "table"
    revocations_table = { name = "a/b", arn = "arn:aws:dynamodb:eu-west-1:111122223333:table/gone1" }
  }
  expect_failures = [var.revocations_table]
}

run "refused_cognito_of_keys_alone" {
  command = plan
  module {
    source = "./modules/authorizer"
  }
  variables {
    revocation            = "cognito"
    type                  = "REQUEST"
    identity_sources      = []
    result_ttl_in_seconds = 0
    issuers               = []
    api_keys_table        = { name = "keys1", arn = "arn:aws:dynamodb:eu-west-1:111122223333:table/keys1" }
  }
  expect_failures = [var.revocation]
}

run "refused_cognito_of_id_tokens" {
  command = plan
  module {
    source = "./modules/authorizer"
  }
  variables {
    revocation = "cognito"
    issuers    = [{ issuer = "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Pool1", audience = ["app"], tokenUse = ["id"] }]
  }
  expect_failures = [var.revocation]
}

run "refused_cognito_of_id_tokens_too" {
  command = plan
  module {
    source = "./modules/authorizer"
  }
  variables {
    revocation = "cognito"
    issuers    = [{ issuer = "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Pool1", audience = ["app"], tokenUse = ["access", "id"] }]
  }
  expect_failures = [var.revocation]
}

run "refused_cognito_without_a_use" {
  command = plan
  module {
    source = "./modules/authorizer"
  }
  variables {
    revocation = "cognito"
    issuers    = [{ issuer = "https://login.example.com", audience = ["app"] }]
  }
  expect_failures = [var.revocation]
}

run "refused_cognito_of_another_issuer" {
  command = plan
  module {
    source = "./modules/authorizer"
  }
  variables {
    revocation = "cognito"
    issuers    = [{ issuer = "https://login.example.com", audience = ["app"], tokenUse = ["access"] }]
  }
  expect_failures = [var.revocation]
}

run "refused_variable_of_the_module" {
  command = plan
  module {
    source = "./modules/authorizer"
  }
  variables {
    environment = { REVOCATION = "cognito" }
  }
  expect_failures = [var.environment]
}
