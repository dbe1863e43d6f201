# What an answer comes of gets another authorizer when it changes, since the gateway keeps the answers of the old one. The mocks make an id
# for each.

mock_provider "aws" {
  mock_resource "aws_iam_role" {
    defaults = {
      arn = "arn:aws:iam::111122223333:role/role1"
    }
  }
  mock_resource "aws_api_gateway_rest_api" {
    defaults = {
      execution_arn = "arn:aws:execute-api:eu-west-1:111122223333:api1"
    }
  }
  mock_resource "aws_cloudwatch_log_group" {
    defaults = {
      arn = "arn:aws:logs:eu-west-1:111122223333:log-group:group1"
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
  assert {
    condition     = can(regex("^demo-check-[0-9a-f]{8}$", aws_api_gateway_authorizer.this[0].name))
    error_message = "Two authorizers of the API would have one name."
  }
}

run "other_issuer" {
  module {
    source = "./modules/authorizer"
  }
  variables {
    issuers = [{ issuer = "https://id.example.com", audience = ["api"] }]
  }
  assert {
    condition     = output.id != run.other_code.id && endswith(aws_lambda_permission.authorizer.source_arn, output.id)
    error_message = "The answers of before would be used."
  }
}

run "other_audience" {
  module {
    source = "./modules/authorizer"
  }
  variables {
    issuers = [{ issuer = "https://login.example.com", audience = ["app"] }]
  }
  assert {
    condition     = output.id != run.other_issuer.id && endswith(aws_lambda_permission.authorizer.source_arn, output.id)
    error_message = "The answers of before would be used."
  }
}

run "group" {
  module {
    source = "./modules/authorizer"
  }
  variables {
    group_scopes = { admins = ["things/read", "things/write"] }
  }
  assert {
    condition     = output.id != run.other_audience.id && endswith(aws_lambda_permission.authorizer.source_arn, output.id)
    error_message = "The answers of before would be used."
  }
}

run "group_with_less" {
  module {
    source = "./modules/authorizer"
  }
  variables {
    group_scopes = { admins = ["things/read"] }
  }
  assert {
    condition     = output.id != run.group.id && endswith(aws_lambda_permission.authorizer.source_arn, output.id)
    error_message = "The answers of before would be used."
  }
}

run "grants" {
  module {
    source = "./modules/authorizer"
  }
  variables {
    issuers = [{ issuer = "https://login.example.com", audience = ["api"], grants = { roles = { admin = ["things/read"] } } }]
  }
  assert {
    condition     = output.id != run.group_with_less.id && endswith(aws_lambda_permission.authorizer.source_arn, output.id)
    error_message = "The answers of before would be used."
  }
}

run "skew" {
  module {
    source = "./modules/authorizer"
  }
  variables {
    clock_skew = "30s"
  }
  assert {
    condition     = output.id != run.grants.id && endswith(aws_lambda_permission.authorizer.source_arn, output.id)
    error_message = "The answers of before would be used."
  }
}

run "token_sources" {
  module {
    source = "./modules/authorizer"
  }
  variables {
    token_sources = ["bearer", "raw"]
  }
  assert {
    condition     = output.id != run.skew.id && endswith(aws_lambda_permission.authorizer.source_arn, output.id)
    error_message = "The answers of before would be used."
  }
}

run "longest_token" {
  module {
    source = "./modules/authorizer"
  }
  variables {
    max_token = 2048
  }
  assert {
    condition     = output.id != run.token_sources.id && endswith(aws_lambda_permission.authorizer.source_arn, output.id)
    error_message = "The answers of before would be used."
  }
}

run "unauthorized" {
  module {
    source = "./modules/authorizer"
  }
  variables {
    unauthorized = "deny"
  }
  assert {
    condition     = output.id != run.longest_token.id && endswith(aws_lambda_permission.authorizer.source_arn, output.id)
    error_message = "The answers of before would be used."
  }
}

run "revocation" {
  module {
    source = "./modules/authorizer"
  }
  variables {
    revocation        = "table"
    revocations_table = { name = "gone1", arn = "arn:aws:dynamodb:eu-west-1:111122223333:table/gone1" }
  }
  assert {
    condition     = output.id != run.unauthorized.id && endswith(aws_lambda_permission.authorizer.source_arn, output.id)
    error_message = "The answers of before would be used."
  }
}

run "other_revocations" {
  module {
    source = "./modules/authorizer"
  }
  variables {
    revocation        = "table"
    revocations_table = { name = "gone2", arn = "arn:aws:dynamodb:eu-west-1:111122223333:table/gone2" }
  }
  assert {
    condition     = output.id != run.revocation.id && endswith(aws_lambda_permission.authorizer.source_arn, output.id)
    error_message = "The answers of before would be used."
  }
}

run "own_variable" {
  module {
    source = "./modules/authorizer"
  }
  variables {
    environment = { COLOR = "blue" }
  }
  assert {
    condition     = output.id != run.other_revocations.id && endswith(aws_lambda_permission.authorizer.source_arn, output.id)
    error_message = "The answers of before would be used."
  }
}

run "held" {
  module {
    source = "./modules/authorizer"
  }
  variables {
    live_version = "1"
  }
  assert {
    condition     = output.id != run.own_variable.id && endswith(aws_lambda_permission.authorizer.source_arn, output.id)
    error_message = "The answers of before would be used."
  }
}

run "canary" {
  module {
    source = "./modules/authorizer"
  }
  variables {
    live_version  = "1"
    canary_weight = 0.1
  }
  assert {
    condition     = output.id != run.held.id && endswith(aws_lambda_permission.authorizer.source_arn, output.id)
    error_message = "The answers of before would be used."
  }
}

run "other_source" {
  module {
    source = "./modules/authorizer"
  }
  variables {
    identity_sources = ["method.request.header.Y-Token"]
  }
  assert {
    condition     = output.id != run.canary.id && endswith(aws_lambda_permission.authorizer.source_arn, output.id)
    error_message = "The answers of before would be used."
  }
}

# Who has no answers kept has the authorizer that was there, whatever changes.
run "nothing_kept" {
  module {
    source = "./modules/authorizer"
  }
  variables {
    result_ttl_in_seconds = 0
  }
  assert {
    condition     = aws_api_gateway_authorizer.this[0].name == "demo-check"
    error_message = "An authorizer without answers has a name that changes."
  }
}

run "nothing_kept_of_another_issuer" {
  module {
    source = "./modules/authorizer"
  }
  variables {
    result_ttl_in_seconds = 0
    issuers               = [{ issuer = "https://id.example.com", audience = ["api"] }]
  }
  assert {
    condition     = output.id == run.nothing_kept.id
    error_message = "An authorizer without answers to lose was made anew."
  }
}

# The pools by which the gateway itself checks.
run "pools" {
  module {
    source = "./modules/rest-api"
  }
  variables {
    name            = "demo-pools"
    stage           = "v1"
    plan            = "tests/fixtures/artifacts/plans/rest-cognito.json"
    user_pool_arns  = ["arn:aws:cognito-idp:eu-west-1:111122223333:userpool/eu-west-1_Pool1"]
    allowed_origins = ["*"]
    functions = { for name in ["users", "tokens"] : name => {
      name       = name
      alias      = "live"
      invoke_arn = "arn:aws:apigateway:eu-west-1:lambda:path/2015-03-31/functions/arn:aws:lambda:eu-west-1:111122223333:function:${name}/invocations"
    } }
  }
}

run "other_pools" {
  module {
    source = "./modules/rest-api"
  }
  variables {
    name            = "demo-pools"
    stage           = "v1"
    plan            = "tests/fixtures/artifacts/plans/rest-cognito.json"
    user_pool_arns  = ["arn:aws:cognito-idp:eu-west-1:111122223333:userpool/eu-west-1_Pool2"]
    allowed_origins = ["*"]
    functions = { for name in ["users", "tokens"] : name => {
      name       = name
      alias      = "live"
      invoke_arn = "arn:aws:apigateway:eu-west-1:lambda:path/2015-03-31/functions/arn:aws:lambda:eu-west-1:111122223333:function:${name}/invocations"
    } }
  }
  assert {
    condition = (aws_api_gateway_method.operation["GET /users"].authorizer_id == aws_api_gateway_authorizer.user_pools[0].id &&
    aws_api_gateway_method.operation["GET /users"].authorizer_id != run.pools.user_pools_authorizer_id)
    error_message = "What the gateway answered for tokens of other pools would be used."
  }
}
