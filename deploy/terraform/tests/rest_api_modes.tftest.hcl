# Each REST mode of deploy/modes, with the project's own contract: how each operation is guarded.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  name  = "demo"
  stage = "v1"
  functions = {
    users  = { name = "demo-users", invoke_arn = "uri:users/invocations", alias = "live" }
    tokens = { name = "demo-tokens", invoke_arn = "uri:tokens/invocations", alias = "live" }
  }
  allowed_origins    = ["*"]
  log_retention_days = 7
}

run "rest_token" {
  module {
    source = "./modules/rest-api"
  }
  variables {
    plan          = "tests/fixtures/artifacts/plans/rest-token.json"
    authorizer_id = "authorizer7"
  }

  assert {
    condition = jsonencode(output.operations) == jsonencode({
      "GET /users"            = { authorization = "CUSTOM", scopes = [], api_key_required = false, public = false }
      "POST /users"           = { authorization = "CUSTOM", scopes = [], api_key_required = false, public = false }
      "GET /users/{id}"       = { authorization = "CUSTOM", scopes = [], api_key_required = false, public = false }
      "PUT /users/{id}"       = { authorization = "CUSTOM", scopes = [], api_key_required = false, public = false }
      "DELETE /users/{id}"    = { authorization = "CUSTOM", scopes = [], api_key_required = false, public = false }
      "POST /tokens"          = { authorization = "NONE", scopes = [], api_key_required = false, public = true }
      "POST /tokens/refresh"  = { authorization = "NONE", scopes = [], api_key_required = false, public = true }
      "POST /tokens/revoke"   = { authorization = "NONE", scopes = [], api_key_required = false, public = true }
      "POST /tokens/sign-out" = { authorization = "NONE", scopes = [], api_key_required = false, public = true }
    })
    error_message = "An operation is missing, or is guarded in another way than on the local gateway."
  }

  assert {
    condition     = length(aws_api_gateway_authorizer.user_pools) == 0 && alltrue([for key, method in aws_api_gateway_method.operation : method.authorizer_id == (output.operations[key].public ? null : "authorizer7") && method.authorization_scopes == null])
    error_message = "An operation does not ask the authorizer, or one that is public does."
  }

  assert {
    condition     = aws_api_gateway_rest_api.this.api_key_source == "HEADER" && output.kind == "REST" && output.execution_arn == "arn:aws:execute-api:eu-west-1:111122223333:api1" && output.access_log_group == "/aws/apigateway/demo"
    error_message = "An output, or the place of keys, is another."
  }
}

run "rest_request" {
  module {
    source = "./modules/rest-api"
  }
  variables {
    plan          = "tests/fixtures/artifacts/plans/rest-request.json"
    authorizer_id = "authorizer7"
  }

  assert {
    condition = jsonencode(output.operations) == jsonencode({
      "GET /users"            = { authorization = "CUSTOM", scopes = [], api_key_required = true, public = false }
      "POST /users"           = { authorization = "CUSTOM", scopes = [], api_key_required = true, public = false }
      "GET /users/{id}"       = { authorization = "CUSTOM", scopes = [], api_key_required = true, public = false }
      "PUT /users/{id}"       = { authorization = "CUSTOM", scopes = [], api_key_required = true, public = false }
      "DELETE /users/{id}"    = { authorization = "CUSTOM", scopes = [], api_key_required = true, public = false }
      "POST /tokens"          = { authorization = "NONE", scopes = [], api_key_required = false, public = true }
      "POST /tokens/refresh"  = { authorization = "NONE", scopes = [], api_key_required = false, public = true }
      "POST /tokens/revoke"   = { authorization = "NONE", scopes = [], api_key_required = false, public = true }
      "POST /tokens/sign-out" = { authorization = "NONE", scopes = [], api_key_required = false, public = true }
    })
    error_message = "An operation is missing, or is guarded in another way than on the local gateway."
  }

  assert {
    condition     = length(aws_api_gateway_authorizer.user_pools) == 0 && alltrue([for key, method in aws_api_gateway_method.operation : method.authorizer_id == (output.operations[key].public ? null : "authorizer7") && method.authorization_scopes == null])
    error_message = "An operation does not ask the authorizer, or one that is public does."
  }

  assert {
    condition     = aws_api_gateway_rest_api.this.api_key_source == "AUTHORIZER"
    error_message = "The key is not the one that the authorizer answers with."
  }
  assert {
    condition = (aws_api_gateway_method_settings.all.settings[0].throttling_rate_limit == 1000 && aws_api_gateway_method_settings.all.settings[0].throttling_burst_limit == 500 &&
      { for key, method in aws_api_gateway_method_settings.method : method.method_path => "${method.settings[0].throttling_rate_limit} ${method.settings[0].throttling_burst_limit} ${method.settings[0].caching_enabled}" } == {
        "~1tokens/POST"           = "50 50 false"
        "~1tokens~1refresh/POST"  = "50 50 false"
        "~1tokens~1revoke/POST"   = "50 50 false"
        "~1tokens~1sign-out/POST" = "50 50 false"
    })
    error_message = "The stage's limit is not the mode's."
  }
}

run "rest_cognito" {
  module {
    source = "./modules/rest-api"
  }
  variables {
    plan           = "tests/fixtures/artifacts/plans/rest-cognito.json"
    user_pool_arns = ["arn:aws:cognito-idp:eu-west-1:111122223333:userpool/eu-west-1_Pool1"]
  }

  assert {
    condition = jsonencode(output.operations) == jsonencode({
      "GET /users"            = { authorization = "COGNITO_USER_POOLS", scopes = ["users/read"], api_key_required = false, public = false }
      "POST /users"           = { authorization = "COGNITO_USER_POOLS", scopes = ["users/write"], api_key_required = false, public = false }
      "GET /users/{id}"       = { authorization = "COGNITO_USER_POOLS", scopes = ["users/read"], api_key_required = false, public = false }
      "PUT /users/{id}"       = { authorization = "COGNITO_USER_POOLS", scopes = ["users/write"], api_key_required = false, public = false }
      "DELETE /users/{id}"    = { authorization = "COGNITO_USER_POOLS", scopes = ["users/write"], api_key_required = false, public = false }
      "POST /tokens"          = { authorization = "NONE", scopes = [], api_key_required = false, public = true }
      "POST /tokens/refresh"  = { authorization = "NONE", scopes = [], api_key_required = false, public = true }
      "POST /tokens/revoke"   = { authorization = "NONE", scopes = [], api_key_required = false, public = true }
      "POST /tokens/sign-out" = { authorization = "NONE", scopes = [], api_key_required = false, public = true }
    })
    error_message = "An operation is missing, or is guarded in another way than on the local gateway."
  }

  assert {
    condition = (aws_api_gateway_authorizer.user_pools[0].type == "COGNITO_USER_POOLS" && aws_api_gateway_authorizer.user_pools[0].identity_source == "method.request.header.Authorization" &&
    aws_api_gateway_authorizer.user_pools[0].provider_arns == toset(["arn:aws:cognito-idp:eu-west-1:111122223333:userpool/eu-west-1_Pool1"]))
    error_message = "Tokens of other pools are taken, or from another place."
  }
  assert {
    condition = alltrue([for key, method in aws_api_gateway_method.operation : output.operations[key].public ?
      method.authorization == "NONE" && method.authorizer_id == null && method.authorization_scopes == null && !method.api_key_required :
      method.authorization == "COGNITO_USER_POOLS" && method.authorizer_id == "authorizer1" && method.authorization_scopes == toset(output.operations[key].scopes) && !method.api_key_required
    ])
    error_message = "A method asks for other scopes than the operation, or for ID tokens."
  }
}

run "rest_iam" {
  module {
    source = "./modules/rest-api"
  }
  variables {
    plan = "tests/fixtures/artifacts/plans/rest-iam.json"
  }

  assert {
    condition = jsonencode(output.operations) == jsonencode({
      "GET /users"            = { authorization = "AWS_IAM", scopes = [], api_key_required = false, public = false }
      "POST /users"           = { authorization = "AWS_IAM", scopes = [], api_key_required = false, public = false }
      "GET /users/{id}"       = { authorization = "AWS_IAM", scopes = [], api_key_required = false, public = false }
      "PUT /users/{id}"       = { authorization = "AWS_IAM", scopes = [], api_key_required = false, public = false }
      "DELETE /users/{id}"    = { authorization = "AWS_IAM", scopes = [], api_key_required = false, public = false }
      "POST /tokens"          = { authorization = "NONE", scopes = [], api_key_required = false, public = true }
      "POST /tokens/refresh"  = { authorization = "NONE", scopes = [], api_key_required = false, public = true }
      "POST /tokens/revoke"   = { authorization = "NONE", scopes = [], api_key_required = false, public = true }
      "POST /tokens/sign-out" = { authorization = "NONE", scopes = [], api_key_required = false, public = true }
    })
    error_message = "An operation is missing, or is guarded in another way than on the local gateway."
  }

  assert {
    condition     = length(aws_api_gateway_authorizer.user_pools) == 0 && alltrue([for method in aws_api_gateway_method.operation : method.authorizer_id == null && method.authorization_scopes == null])
    error_message = "A signed request is asked for something else."
  }
}

run "rest_api_key" {
  module {
    source = "./modules/rest-api"
  }
  variables {
    plan = "tests/fixtures/artifacts/plans/rest-api-key.json"
  }

  assert {
    condition = jsonencode(output.operations) == jsonencode({
      "GET /users"            = { authorization = "NONE", scopes = [], api_key_required = true, public = false }
      "POST /users"           = { authorization = "NONE", scopes = [], api_key_required = true, public = false }
      "GET /users/{id}"       = { authorization = "NONE", scopes = [], api_key_required = true, public = false }
      "PUT /users/{id}"       = { authorization = "NONE", scopes = [], api_key_required = true, public = false }
      "DELETE /users/{id}"    = { authorization = "NONE", scopes = [], api_key_required = true, public = false }
      "POST /tokens"          = { authorization = "NONE", scopes = [], api_key_required = false, public = true }
      "POST /tokens/refresh"  = { authorization = "NONE", scopes = [], api_key_required = false, public = true }
      "POST /tokens/revoke"   = { authorization = "NONE", scopes = [], api_key_required = false, public = true }
      "POST /tokens/sign-out" = { authorization = "NONE", scopes = [], api_key_required = false, public = true }
    })
    error_message = "An operation is missing, or is guarded in another way than on the local gateway."
  }

  assert {
    condition     = length(aws_api_gateway_authorizer.user_pools) == 0 && alltrue([for method in aws_api_gateway_method.operation : method.authorizer_id == null && method.authorization_scopes == null])
    error_message = "An operation asks for something else than a key."
  }

  assert {
    condition     = alltrue([for key, method in aws_api_gateway_method.operation : method.authorization == "NONE" && method.api_key_required != output.operations[key].public])
    error_message = "An operation is open, or one that is public is not."
  }
}
