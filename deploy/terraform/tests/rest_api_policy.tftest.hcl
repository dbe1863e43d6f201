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
