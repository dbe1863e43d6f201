# Other code gets another authorizer, since the gateway keeps the answers of the old one. The mocks make an id for each.

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
