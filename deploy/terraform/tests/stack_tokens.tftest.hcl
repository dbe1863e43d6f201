# The root stack: getting tokens, and taking them back.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  name      = "demo"
  artifacts = "tests/fixtures/artifacts"
}

run "tokens_by_default" {
  assert {
    condition = (local.tokens_function.tokens.environment == { USER_POOL_CLIENT_ID = "client1", ALLOWED_ORIGINS = "*", REVOCATION_TABLE = "demo-revocations" } &&
    local.tokens_function.tokens.timeout == 15)
    error_message = "The function does not know the app client and the table, or may hang for longer than its calls take."
  }

  assert {
    condition = local.tokens_function.tokens.statements == [{
      actions   = ["dynamodb:PutItem"]
      resources = ["arn:aws:dynamodb:eu-west-1:111122223333:table/table1"]
      conditions = {
        "ForAllValues:StringLike" = { "dynamodb:LeadingKeys" = ["origin_jti-*", "sub-*"] }
        "Null"                    = { "dynamodb:LeadingKeys" = ["false"] }
        "StringEqualsIfExists"    = { "dynamodb:ReturnValues" = ["NONE"] }
      }
    }]
    error_message = "The function may do more than write revocations of sign-ins and users."
  }

  assert {
    condition     = output.audit_table == "demo-audit" && length(module.audit_table) == 1
    error_message = "What the command does to revocations and API keys has no table to be recorded in."
  }

  assert {
    condition     = output.revocations_table == "demo-revocations" && output.tokens_client_id == null
    error_message = "There is no table of revocations, or a client with a secret that nobody asked for."
  }

  assert {
    condition     = alltrue([for operation in local.operations : operation.function == "tokens" if contains(local.open, operation.name)]) && length(local.open) == 4
    error_message = "The operations of the function tokens are not open, or others are."
  }
}

run "a_quota_of_which_nothing_can_be_kept" {
  override_data {
    target = data.aws_servicequotas_service_quota.invocations[0]
    values = { value = 499 }
  }
  assert {
    condition     = local.reserved_concurrency == {}
    error_message = "A new account could not apply: Lambda leaves 100 invocations unreserved."
  }
}

run "a_quota_of_which_some_are_kept" {
  override_data {
    target = data.aws_servicequotas_service_quota.invocations[0]
    values = { value = 500 }
  }
  assert {
    condition     = local.reserved_concurrency == { tokens = 30 }
    error_message = "A flood of sign-ins could take the account's invocations."
  }
}

run "as_many_as_was_said" {
  variables {
    reserved_concurrency = { tokens = 7, users = 100 }
  }
  assert {
    condition     = local.reserved_concurrency == { tokens = 7, users = 100 } && length(data.aws_servicequotas_service_quota.invocations) == 0
    error_message = "What was said does not count, or the quota is asked for all the same."
  }
}

run "none_as_was_said" {
  variables {
    reserved_concurrency = { tokens = null }
  }
  assert {
    condition     = local.reserved_concurrency.tokens == null && length(data.aws_servicequotas_service_quota.invocations) == 0
    error_message = "Some are kept though none should be."
  }
}

run "a_client_with_a_secret" {
  variables {
    client_secret = true
    kms_key_arn   = "arn:aws:kms:eu-west-1:111122223333:key/key1"
  }

  assert {
    condition = local.tokens_function.tokens.environment == {
      USER_POOL_CLIENT_ID         = "client1"
      USER_POOL_CLIENT_SECRET_ARN = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:secret1-AbCdEf"
      USER_POOL_PUBLIC_CLIENT_IDS = "client1"
      ALLOWED_ORIGINS             = "*"
      REVOCATION_TABLE            = "demo-revocations"
    }
    error_message = "The function does not know where its secret is."
  }

  assert {
    condition = local.tokens_function.tokens.statements[0] == {
      actions   = ["secretsmanager:GetSecretValue"]
      resources = ["arn:aws:secretsmanager:eu-west-1:111122223333:secret:secret1-AbCdEf"]
    } && length(local.tokens_function.tokens.statements) == 2
    error_message = "The function may not read its secret, or may read others."
  }

  assert {
    condition     = output.tokens_client_id == "client1" && length(module.user_pool.client_ids) == 2
    error_message = "The client with a secret is not told, or its tokens are for nobody."
  }
}

run "cognito_is_asked" {
  variables {
    revocation = "cognito"
    issuers    = [{ issuer = "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Other", audience = ["app"], tokenUse = ["access"], scopes = [] }]
  }

  assert {
    condition     = output.revocations_table == null && !contains(keys(local.tokens_function.tokens.environment), "REVOCATION_TABLE") && local.tokens_function.tokens.statements == []
    error_message = "There is a table that nobody reads, or the function may do something that it need not."
  }
}

run "nobody_is_asked" {
  variables {
    revocation = "none"
  }

  assert {
    condition     = output.revocations_table == null && local.tokens_function.tokens.statements == []
    error_message = "There is a table that nobody reads."
  }
}

run "modes_without_a_function_to_ask" {
  variables {
    modes           = ["rest-iam", "http-jwt"]
    machine_clients = { reports = ["users/read"] }
    domain_prefix   = "demo"
  }

  assert {
    condition     = output.revocations_table == null && contains(keys(output.functions), "tokens") && length(local.open) == 4
    error_message = "There is a table that nobody reads, or no function tokens."
  }
}

run "a_contract_without_tokens" {
  variables {
    artifacts    = "tests/fixtures/other"
    functions    = { orders = { zip = "tests/fixtures/artifacts/users.zip" } }
    group_scopes = { clerks = ["orders/read", "orders/audit"] }
  }

  assert {
    condition     = !contains(keys(output.functions), "tokens") && output.revocations_table == "demo-revocations"
    error_message = "There is a function tokens that nobody calls, or no table for the command portcullis revoke."
  }
}

run "refused_secret_without_the_function" {
  command = plan
  variables {
    artifacts     = "tests/fixtures/other"
    functions     = { orders = { zip = "tests/fixtures/artifacts/users.zip" } }
    group_scopes  = { clerks = ["orders/read", "orders/audit"] }
    client_secret = true
  }
  expect_failures = [var.client_secret]
}

run "refused_revocation_unknown_and_a_function_of_the_stacks_name" {
  command = plan
  variables {
    revocation = "redis"
    functions  = { tokens = { zip = "tests/fixtures/artifacts/users.zip" } }
  }
  expect_failures = [var.revocation, var.functions]
}

run "refused_cognito_for_machines" {
  command = plan
  variables {
    revocation      = "cognito"
    machine_clients = { reports = ["users/read"] }
    domain_prefix   = "demo-users"
  }
  expect_failures = [var.revocation]
}

run "refused_cognito_for_id_tokens" {
  command = plan
  variables {
    revocation = "cognito"
    issuers    = [{ issuer = "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Other", audience = ["app"], tokenUse = ["access", "id"], scopes = [] }]
  }
  expect_failures = [var.revocation]
}

run "refused_cognito_for_others" {
  command = plan
  variables {
    revocation = "cognito"
    issuers    = [{ issuer = "https://login.example.com", audience = ["app"], tokenUse = ["access"], scopes = [] }]
  }
  expect_failures = [var.revocation]
}
