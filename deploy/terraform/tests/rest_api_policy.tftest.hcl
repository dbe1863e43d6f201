# The resource policy of a REST API, and of one whose contract has none.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  name  = "demo-fixture"
  stage = "v1"
  functions = {
    things = { name = "demo-things", invoke_arn = "uri:things/invocations", alias = "live" }
  }
  allowed_origins    = ["*"]
  log_retention_days = 7
}

run "policy" {
  module {
    source = "./modules/rest-api"
  }
  variables {
    plan = "tests/fixtures/plans/policy/iam.json"
  }

  assert {
    condition = jsondecode(aws_api_gateway_rest_api_policy.this[0].policy) == {
      Version = "2012-10-17"
      Id      = "guard"
      Statement = [
        {
          Sid       = "everybody"
          Effect    = "Allow"
          Principal = "*"
          Action    = ["execute-api:Invoke"]
          Resource  = ["arn:aws:execute-api:eu-west-1:111122223333:api1/*", "*"]
        },
        {
          Sid          = "elsewhere"
          Effect       = "Deny"
          NotPrincipal = { AWS = ["111122223333", "arn:aws:iam::111122223333:user/a"] }
          Action       = ["execute-api:Invoke"]
          NotResource  = ["arn:aws:execute-api:eu-west-1:111122223333:api1/*/GET/open"]
          Condition = {
            NotIpAddress    = { "aws:SourceIp" = ["192.0.2.0/24"] }
            StringNotEquals = { "aws:Referer" = ["execute-api:/x"] }
          }
        },
      ]
    }
    error_message = "The policy is not the contract's, its short resources those of this API and nothing else changed."
  }
  assert {
    condition     = aws_api_gateway_rest_api_policy.this[0].rest_api_id == "api1"
    error_message = "The policy is another API's."
  }
}

run "another_policy" {
  module {
    source = "./modules/rest-api"
  }
  variables {
    plan          = "tests/fixtures/plans/policy/token.json"
    authorizer_id = "authorizer7"
  }

  assert {
    condition     = length(aws_api_gateway_rest_api_policy.this) == 1
    error_message = "With an authorizer there is no policy."
  }
}

run "none" {
  module {
    source = "./modules/rest-api"
  }
  variables {
    plan = "tests/fixtures/plans/rules/iam.json"
  }

  assert {
    condition     = length(aws_api_gateway_rest_api_policy.this) == 0
    error_message = "There is a policy of which the contract says nothing."
  }
}

run "private" {
  module {
    source = "./modules/rest-api"
  }
  variables {
    plan             = "tests/fixtures/plans/rules/key.json"
    vpc_endpoint_ids = ["vpce-0123456789abcdef0", "vpce-01234567"]
  }

  assert {
    condition     = one(aws_api_gateway_rest_api.this.endpoint_configuration).types == tolist(["PRIVATE"]) && one(aws_api_gateway_rest_api.this.endpoint_configuration).vpc_endpoint_ids == toset(["vpce-0123456789abcdef0", "vpce-01234567"])
    error_message = "The API is reached from elsewhere."
  }
  assert {
    condition = jsondecode(aws_api_gateway_rest_api_policy.this[0].policy) == {
      Version = "2012-10-17"
      Statement = [
        {
          Effect    = "Deny"
          Principal = "*"
          Action    = "execute-api:Invoke"
          Resource  = ["arn:aws:execute-api:eu-west-1:111122223333:api1/*"]
          Condition = { StringNotEquals = { "aws:SourceVpce" = ["vpce-0123456789abcdef0", "vpce-01234567"] } }
        },
        {
          Effect    = "Allow"
          Principal = "*"
          Action    = "execute-api:Invoke"
          Resource  = ["arn:aws:execute-api:eu-west-1:111122223333:api1/*"]
        },
      ]
    }
    error_message = "Other endpoints reach the API, or none does."
  }
}

run "private_with_the_contracts_policy" {
  module {
    source = "./modules/rest-api"
  }
  variables {
    plan             = "tests/fixtures/plans/policy/iam.json"
    vpc_endpoint_ids = ["vpce-01234567"]
  }

  assert {
    condition = [for statement in jsondecode(aws_api_gateway_rest_api_policy.this[0].policy).Statement : "${try(statement.Sid, "-")} ${statement.Effect} ${try(jsonencode(statement.Condition.StringNotEquals["aws:SourceVpce"]), "-")}"] == [
      "everybody Allow -", "elsewhere Deny -", "- Deny [\"vpce-01234567\"]",
    ]
    error_message = "The contract's statements are gone, other endpoints reach the API, or more is allowed than the contract allows."
  }
}

# 8,192 bytes and no more, counted in the longest region.
run "private_with_as_many_endpoints_as_the_policy_holds" {
  command = plan
  module {
    source = "./modules/rest-api"
  }
  variables {
    plan             = "tests/fixtures/plans/rules/key.json"
    vpc_endpoint_ids = concat(["vpce-aaaaaaaa", "vpce-bbbbbbbb", "vpce-cccccccccccccccc"], [for n in range(310) : format("vpce-%017x", n)])
  }

  assert {
    condition     = length(aws_api_gateway_rest_api_policy.this) == 1
    error_message = "There is no policy."
  }
}

run "private_with_a_byte_more" {
  command = plan
  module {
    source = "./modules/rest-api"
  }
  variables {
    plan             = "tests/fixtures/plans/rules/key.json"
    vpc_endpoint_ids = concat(["vpce-aaaaaaaa", "vpce-bbbbbbbb", "vpce-ccccccccccccccccc"], [for n in range(310) : format("vpce-%017x", n)])
  }
  expect_failures = [aws_api_gateway_rest_api_policy.this]
}

run "private_with_too_many_endpoints_beside_the_contracts_policy" {
  command = plan
  module {
    source = "./modules/rest-api"
  }
  variables {
    plan             = "tests/fixtures/plans/policy/iam.json"
    vpc_endpoint_ids = [for n in range(300) : format("vpce-%017x", n)]
  }
  expect_failures = [aws_api_gateway_rest_api_policy.this]
}

run "private_and_signed_without_a_policy" {
  command = plan
  module {
    source = "./modules/rest-api"
  }
  variables {
    plan             = "tests/fixtures/plans/rules/iam.json"
    vpc_endpoint_ids = ["vpce-01234567"]
  }
  expect_failures = [aws_api_gateway_rest_api.this]
}

run "private_behind_nothing" {
  command = plan
  module {
    source = "./modules/rest-api"
  }
  variables {
    plan             = "tests/fixtures/plans/rules/key.json"
    vpc_endpoint_ids = []
  }
  expect_failures = [var.vpc_endpoint_ids]
}
