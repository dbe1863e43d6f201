# A Lambda authorizer with its function, for REST and for HTTP APIs.

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
    issuer   = "https://login.example.com"
    audience = ["api"]
  }]
  zip                = "tests/fixtures/artifacts/token.zip"
  architecture       = "arm64"
  log_retention_days = 7
}

run "token" {
  module {
    source = "./modules/authorizer"
  }
  variables {
    identity_validation_expression = "^t-[a-z]+$"
    result_ttl_in_seconds          = 61
    clock_skew                     = "1m30s"
    max_token                      = 1048576
    unauthorized                   = "deny"
    environment                    = { COLOR = "blue" }
    issuers = [
      { issuer = "https://login.example.com", audience = ["api"], scopes = [], grants = {} },
      {
        issuer  = "https://id.example.com/{tenant}", tenants = ["a1", "b2"], audience = ["a", "b"], jwksUri = "https://id.example.com/keys?v=2", kid = "optional", algorithms = ["ES256"],
        profile = "rfc9068", boundTokens = "accept", require = { tid = ["a1"] }, id = ["oid", "sub"], owners = false, groupsClaim = "groups", scopes = ["things/read"]
        grants  = { roles = { "Domain Admins" = ["things/read"] } }
      },
      { issuer = "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Pool1", audience = ["app"], tokenUse = ["access"], resource = ["https://api.example.com"], requireResource = true, scopes = ["*"], owners = true },
    ]
  }

  assert {
    condition = (length(aws_apigatewayv2_authorizer.this) == 0 &&
      aws_api_gateway_authorizer.this[0].rest_api_id == "api1" &&
      aws_api_gateway_authorizer.this[0].type == "TOKEN" &&
      aws_api_gateway_authorizer.this[0].authorizer_uri == module.function.alias_invoke_arn &&
      aws_api_gateway_authorizer.this[0].identity_source == "method.request.header.X-Token" &&
      aws_api_gateway_authorizer.this[0].identity_validation_expression == "^t-[a-z]+$" &&
    aws_api_gateway_authorizer.this[0].authorizer_result_ttl_in_seconds == 61)
    error_message = "The authorizer is not what was asked for."
  }

  # Two of an API cannot have one name, and the new one is made before the old one goes.
  assert {
    condition     = aws_api_gateway_authorizer.this[0].name == "demo-check-${substr(terraform_data.decides.id, 0, 8)}"
    error_message = "Other code would get the authorizer with the answers of this one."
  }

  assert {
    condition = (aws_lambda_permission.authorizer.function_name == "demo-check" && aws_lambda_permission.authorizer.qualifier == "live" &&
      aws_lambda_permission.authorizer.statement_id == "demo-check-authorizer-authorizer1" &&
      aws_lambda_permission.authorizer.principal == "apigateway.amazonaws.com" && aws_lambda_permission.authorizer.action == "lambda:InvokeFunction" &&
    aws_lambda_permission.authorizer.source_arn == "arn:aws:execute-api:eu-west-1:111122223333:api1/authorizers/authorizer1")
    error_message = "The function can be asked by something else than this authorizer."
  }

  assert {
    condition = jsondecode(local.variables.ISSUERS) == [
      { issuer = "https://login.example.com", audience = ["api"], scopes = [], grants = {} },
      {
        issuer  = "https://id.example.com/{tenant}", tenants = ["a1", "b2"], audience = ["a", "b"], jwksUri = "https://id.example.com/keys?v=2", kid = "optional", algorithms = ["ES256"],
        profile = "rfc9068", boundTokens = "accept", require = { tid = ["a1"] }, id = ["oid", "sub"], owners = false, groupsClaim = "groups", scopes = ["things/read"]
        grants  = { roles = { "Domain Admins" = ["things/read"] } }
      },
      { issuer = "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Pool1", audience = ["app"], tokenUse = ["access"], resource = ["https://api.example.com"], requireResource = true, scopes = ["*"], owners = true },
    ]
    error_message = "The issuers do not reach the function as they were written."
  }

  assert {
    condition = { for name, value in local.variables : name => value if name != "ISSUERS" } == {
      CLOCK_SKEW   = "1m30s"
      MAX_TOKEN    = "1048576"
      UNAUTHORIZED = "deny"
    }
    error_message = "The function's variables are not those of the inputs."
  }

  assert {
    condition     = length(local.key_statements) == 0
    error_message = "A function without keys may read a table."
  }

  assert {
    condition     = output.id == "authorizer1" && output.function.name == "demo-check" && output.function.alias == "live" && output.function.log_group == "/aws/lambda/demo-check" && output.function.timeout == 10
    error_message = "The outputs do not tell the authorizer and its function."
  }
}

run "least" {
  module {
    source = "./modules/authorizer"
  }

  assert {
    condition     = aws_api_gateway_authorizer.this[0].authorizer_result_ttl_in_seconds == 300 && aws_api_gateway_authorizer.this[0].identity_validation_expression == null
    error_message = "The defaults are not those of mode files: answers kept for 300 seconds, any value."
  }

  assert {
    condition     = keys(local.variables) == tolist(["ISSUERS"])
    error_message = "The function has variables that nobody set."
  }
}

run "raw_tokens" {
  module {
    source = "./modules/authorizer"
  }
  variables {
    token_sources                  = ["raw", "bearer"]
    identity_validation_expression = "^((?i:bearer) )?[-_A-Za-z0-9]+\\.[-_A-Za-z0-9]+\\.[-_A-Za-z0-9]+$"
  }

  assert {
    condition     = local.variables.TOKEN_SOURCES == "raw,bearer"
    error_message = "The places of tokens do not reach the function."
  }
}

run "raw_tokens_alone" {
  command = plan
  module {
    source = "./modules/authorizer"
  }
  variables {
    gateway          = "HTTP"
    type             = "REQUEST"
    identity_sources = ["$request.header.Authorization"]
    token_sources    = ["raw"]
  }

  assert {
    condition     = local.variables.TOKEN_SOURCES == "raw"
    error_message = "The place of tokens does not reach the function."
  }
}

run "groups_of_one_issuer" {
  module {
    source = "./modules/authorizer"
  }
  variables {
    group_scopes = { "Domain Admins" = ["Users.Read.All"] }
  }

  assert {
    condition     = keys(local.variables) == tolist(["GROUP_SCOPES", "ISSUERS"]) && local.variables.GROUP_SCOPES == "{\"Domain Admins\":[\"Users.Read.All\"]}"
    error_message = "The groups of the one issuer have no scopes."
  }
}

run "request_with_keys_and_tokens" {
  module {
    source = "./modules/authorizer"
  }
  variables {
    type                  = "REQUEST"
    identity_sources      = []
    result_ttl_in_seconds = 0
    api_keys_table        = { name = "keys1", arn = "arn:aws:dynamodb:eu-west-1:111122223333:table/keys1" }
  }

  assert {
    condition = (aws_api_gateway_authorizer.this[0].type == "REQUEST" && aws_api_gateway_authorizer.this[0].authorizer_result_ttl_in_seconds == 0 &&
    aws_api_gateway_authorizer.this[0].identity_source == "context.identity.sourceIp")
    error_message = "Without identity sources the gateway asks for a header that callers may leave out, or keeps answers."
  }

  assert {
    condition     = keys(local.variables) == tolist(["API_KEYS_TABLE", "ISSUERS"]) && local.variables.API_KEYS_TABLE == "keys1"
    error_message = "The function does not know its table."
  }

  assert {
    condition = local.key_statements == [
      { actions = ["dynamodb:GetItem"], resources = ["arn:aws:dynamodb:eu-west-1:111122223333:table/keys1"], conditions = null },
      { actions = ["dynamodb:UpdateItem"], resources = ["arn:aws:dynamodb:eu-west-1:111122223333:table/keys1"], conditions = {
        "ForAllValues:StringEquals" = { "dynamodb:Attributes" = ["id", "lastUsed"] }
        "Null"                      = { "dynamodb:Attributes" = ["false"] }
        "StringEqualsIfExists"      = { "dynamodb:ReturnValues" = ["NONE"] }
      } },
    ]
    error_message = "The function may do more with the table than check keys and note their use, or with another one."
  }
}

run "request_that_keeps_answers" {
  module {
    source = "./modules/authorizer"
  }
  variables {
    type             = "REQUEST"
    identity_sources = ["method.request.header.authorization", "method.request.header.X-Api-Key"]
    api_keys_table   = { name = "keys1", arn = "arn:aws:dynamodb:eu-west-1:111122223333:table/keys1" }
  }

  assert {
    condition     = aws_api_gateway_authorizer.this[0].identity_source == "method.request.header.authorization,method.request.header.X-Api-Key"
    error_message = "Answers are not kept by both credentials."
  }
}

run "keys_only" {
  module {
    source = "./modules/authorizer"
  }
  variables {
    type             = "REQUEST"
    issuers          = []
    identity_sources = ["method.request.header.X-Api-Key"]
    api_keys_table   = { name = "keys1", arn = "arn:aws:dynamodb:eu-west-1:111122223333:table/keys1" }
    api_key_checks   = { remembered = "60m", unsealed = "refuse", unknown = 50 }
  }

  assert {
    condition     = local.variables.API_KEYS_REMEMBERED == "60m" && local.variables.API_KEYS_UNSEALED == "refuse" && local.variables.API_KEYS_UNKNOWN == "50"
    error_message = "The function does not know how it is to check keys."
  }

  assert {
    condition     = keys(local.variables) == tolist(["API_KEYS_REMEMBERED", "API_KEYS_TABLE", "API_KEYS_UNKNOWN", "API_KEYS_UNSEALED"])
    error_message = "A function without issuers has a list of them, which it would refuse."
  }
}

run "http" {
  module {
    source = "./modules/authorizer"
  }
  variables {
    gateway          = "HTTP"
    type             = "REQUEST"
    identity_sources = ["$request.header.Authorization"]
  }

  assert {
    condition = (length(aws_api_gateway_authorizer.this) == 0 &&
      aws_apigatewayv2_authorizer.this[0].api_id == "api1" &&
      aws_apigatewayv2_authorizer.this[0].authorizer_type == "REQUEST" &&
      aws_apigatewayv2_authorizer.this[0].authorizer_uri == module.function.alias_invoke_arn &&
      aws_apigatewayv2_authorizer.this[0].identity_sources == toset(["$request.header.Authorization"]) &&
      aws_apigatewayv2_authorizer.this[0].authorizer_payload_format_version == "2.0" &&
      aws_apigatewayv2_authorizer.this[0].enable_simple_responses == false &&
    aws_apigatewayv2_authorizer.this[0].authorizer_result_ttl_in_seconds == 300)
    error_message = "The authorizer is not what was asked for."
  }

  assert {
    condition = (output.id == "authorizer2" && aws_lambda_permission.authorizer.qualifier == "live" &&
    aws_lambda_permission.authorizer.source_arn == "arn:aws:execute-api:eu-west-1:111122223333:api1/authorizers/authorizer2")
    error_message = "The function can be asked by something else than this authorizer."
  }
}

run "http_simple" {
  module {
    source = "./modules/authorizer"
  }
  variables {
    gateway                 = "HTTP"
    type                    = "REQUEST"
    identity_sources        = ["$request.header.Authorization", "$context.routeKey"]
    enable_simple_responses = true
  }

  assert {
    condition     = aws_apigatewayv2_authorizer.this[0].enable_simple_responses && local.variables.RESPONSE == "simple"
    error_message = "The gateway and the function do not agree on simple answers."
  }
}

run "http_simple_not_kept" {
  module {
    source = "./modules/authorizer"
  }
  variables {
    gateway                 = "HTTP"
    type                    = "REQUEST"
    identity_sources        = []
    result_ttl_in_seconds   = 0
    enable_simple_responses = true
  }

  assert {
    condition     = aws_apigatewayv2_authorizer.this[0].identity_sources == null && aws_apigatewayv2_authorizer.this[0].authorizer_result_ttl_in_seconds == 0
    error_message = "Without identity sources the gateway asks for something, or keeps answers."
  }
}

run "websocket" {
  module {
    source = "./modules/authorizer"
  }
  variables {
    gateway               = "WEBSOCKET"
    type                  = "REQUEST"
    identity_sources      = ["route.request.header.Origin", "route.request.querystring.token"]
    result_ttl_in_seconds = 0
    token_sources         = ["bearer", "query:token", "protocol:jwt"]
    timeout               = 29
  }

  assert {
    condition = (length(aws_api_gateway_authorizer.this) == 0 && aws_apigatewayv2_authorizer.this[0].authorizer_type == "REQUEST" &&
      aws_apigatewayv2_authorizer.this[0].authorizer_uri == module.function.alias_invoke_arn &&
    aws_apigatewayv2_authorizer.this[0].identity_sources == toset(["route.request.header.Origin", "route.request.querystring.token"]))
    error_message = "The authorizer is not what was asked for."
  }

  # Those are of HTTP APIs, and refused with any value. The mock makes up a time that was not set.
  assert {
    condition = (aws_apigatewayv2_authorizer.this[0].authorizer_payload_format_version == null &&
    aws_apigatewayv2_authorizer.this[0].enable_simple_responses == null && keys(local.variables) == tolist(["ISSUERS", "TOKEN_SOURCES"]) && local.variables.TOKEN_SOURCES == "bearer,query:token,protocol:jwt")
    error_message = "API Gateway would refuse the authorizer, or its function looks for tokens elsewhere."
  }

  assert {
    condition     = aws_lambda_permission.authorizer.source_arn == "arn:aws:execute-api:eu-west-1:111122223333:api1/authorizers/authorizer2"
    error_message = "The function can be asked by something else than this authorizer."
  }
}
