# The root stack: what it wires.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  name      = "demo"
  artifacts = "tests/fixtures/artifacts"
}

run "defaults" {
  assert {
    condition = output.apis == {
      rest-token = { id = "api1", stage = "v1", kind = "REST", url = "https://api1.execute-api.eu-west-1.amazonaws.com/v1" }
    }
    error_message = "The output apis does not tell the API of the mode rest-token."
  }

  assert {
    condition     = output.user_pool_id == "eu-west-1_Pool1" && output.user_pool_client_id == "client1" && output.users_table == "demo-users"
    error_message = "An output does not tell what it should."
  }

  assert {
    condition = local.issuers == [
      { issuer = "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Pool1", audience = ["client1"], tokenUse = ["access"] },
    ]
    error_message = "The authorizer accepts other issuers than the stack's own pool."
  }

  assert {
    condition = local.functions.users.statements == [{
      actions   = ["dynamodb:DeleteItem", "dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Scan", "dynamodb:UpdateItem"]
      resources = ["arn:aws:dynamodb:eu-west-1:111122223333:table/table1"]
    }]
    error_message = "The users function may do more than read and write its table."
  }

  assert {
    condition     = local.functions.users.environment == { USERS_TABLE = "demo-users", ALLOWED_ORIGINS = "*" }
    error_message = "The users function's variables are not its own."
  }

  assert {
    condition     = length(module.account_logging) == 1
    error_message = "The first stack of a region does not set the role for logs."
  }
}

run "second_stack_of_a_region" {
  variables {
    account_logging = false
    allowed_origins = ["https://app.example.com", "http://localhost:3000"]
    issuers = [
      { issuer = "https://login.example.com", audience = ["api"], algorithms = ["ES256", "EdDSA"], groupsClaim = "roles" },
    ]
  }

  assert {
    condition     = length(module.account_logging) == 0
    error_message = "A second stack takes the region's role for logs from the first."
  }

  assert {
    condition = jsonencode({ for name, value in local.issuers[1] : name => value if value != null }) == jsonencode({
      issuer = "https://login.example.com", audience = ["api"], algorithms = ["ES256", "EdDSA"], groupsClaim = "roles"
    })
    error_message = "A further issuer does not reach the authorizer as it was written."
  }

  assert {
    condition     = local.functions.users.environment.ALLOWED_ORIGINS == "https://app.example.com,http://localhost:3000"
    error_message = "The origins do not reach the function."
  }
}
