# The HTTP APIs of this project's own contract and modes.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  name  = "demo-http"
  stage = "v1"
  functions = {
    users  = { name = "demo-users", invoke_arn = "uri:users/invocations", alias = "live" }
    tokens = { name = "demo-tokens", invoke_arn = "uri:tokens/invocations", alias = "live" }
  }
  allowed_origins    = ["https://app.example.com", "https://admin.example.com"]
  log_retention_days = 7
}

run "http_jwt" {
  module {
    source = "./modules/http-api"
  }
  variables {
    plan     = "tests/fixtures/artifacts/plans/http-jwt.json"
    issuer   = "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Pool1"
    audience = ["client1", "machine1"]
  }

  assert {
    condition = { for key, route in aws_apigatewayv2_route.operation : key => "${route.authorization_type} ${join(" ", route.authorization_scopes)}" if route.authorizer_id == one(aws_apigatewayv2_authorizer.jwt).id } == {
      "GET /users"         = "JWT users/read"
      "POST /users"        = "JWT users/write"
      "GET /users/{id}"    = "JWT users/read"
      "PUT /users/{id}"    = "JWT users/write"
      "DELETE /users/{id}" = "JWT users/write"
    }
    error_message = "A route is open to more or to fewer than the contract's scopes, without those of owners."
  }

  assert {
    condition = { for key, route in aws_apigatewayv2_route.operation : key => route.authorization_type if route.authorizer_id == null && route.authorization_scopes == null } == {
      "POST /tokens"          = "NONE"
      "POST /tokens/refresh"  = "NONE"
      "POST /tokens/revoke"   = "NONE"
      "POST /tokens/sign-out" = "NONE"
    }
    error_message = "Another route is open than those that take credentials."
  }

  assert {
    condition = (one(one(aws_apigatewayv2_authorizer.jwt).jwt_configuration).issuer == "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Pool1" &&
      one(one(aws_apigatewayv2_authorizer.jwt).jwt_configuration).audience == toset(["client1", "machine1"]) &&
    one(aws_apigatewayv2_authorizer.jwt).identity_sources == toset(["$request.header.Authorization"]))
    error_message = "The authorizer takes other tokens than the pool's."
  }

  assert {
    condition = (one(aws_apigatewayv2_api.this.cors_configuration).allow_origins == toset(["https://app.example.com", "https://admin.example.com"]) &&
      one(aws_apigatewayv2_api.this.cors_configuration).allow_methods == toset(["GET", "POST", "PUT", "DELETE", "OPTIONS"]) &&
      one(aws_apigatewayv2_api.this.cors_configuration).allow_headers == toset(["authorization", "content-type", "if-match"]) &&
      one(aws_apigatewayv2_api.this.cors_configuration).expose_headers == toset(["etag", "location", "retry-after", "www-authenticate", "x-amzn-remapped-www-authenticate"]) &&
    one(aws_apigatewayv2_api.this.cors_configuration).max_age == 86400 && !one(aws_apigatewayv2_api.this.cors_configuration).allow_credentials)
    error_message = "CORS is not configured as the mode says, with the stack's origins."
  }

  assert {
    condition = (one(aws_apigatewayv2_stage.this.default_route_settings).throttling_rate_limit == 1000 && one(aws_apigatewayv2_stage.this.default_route_settings).throttling_burst_limit == 500 &&
      one(aws_apigatewayv2_stage.this.default_route_settings).detailed_metrics_enabled &&
      { for settings in aws_apigatewayv2_stage.this.route_settings : settings.route_key => "${settings.throttling_rate_limit} ${settings.throttling_burst_limit}" } == {
        "POST /tokens"          = "50 50"
        "POST /tokens/refresh"  = "50 50"
        "POST /tokens/revoke"   = "50 50"
        "POST /tokens/sign-out" = "50 50"
    })
    error_message = "The stage has other limits than the mode's."
  }
}

run "http_lambda" {
  module {
    source = "./modules/http-api"
  }
  variables {
    plan          = "tests/fixtures/artifacts/plans/http-lambda.json"
    authorizer_id = "lambda1"
    issuer        = "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Pool1"
    audience      = ["client1"]
  }

  assert {
    condition = { for key, route in aws_apigatewayv2_route.operation : key => join(" ", compact([route.authorization_type, route.authorizer_id])) if route.authorization_scopes == null } == {
      "GET /users"            = "CUSTOM lambda1"
      "POST /users"           = "CUSTOM lambda1"
      "GET /users/{id}"       = "CUSTOM lambda1"
      "PUT /users/{id}"       = "CUSTOM lambda1"
      "DELETE /users/{id}"    = "CUSTOM lambda1"
      "POST /tokens"          = "NONE"
      "POST /tokens/refresh"  = "NONE"
      "POST /tokens/revoke"   = "NONE"
      "POST /tokens/sign-out" = "NONE"
    } && length(aws_apigatewayv2_authorizer.jwt) == 0
    error_message = "A route that is not public does not ask the Lambda authorizer, and it alone."
  }
}

run "http_iam" {
  module {
    source = "./modules/http-api"
  }
  variables {
    plan = "tests/fixtures/artifacts/plans/http-iam.json"
  }

  assert {
    condition = { for key, route in aws_apigatewayv2_route.operation : key => route.authorization_type if route.authorizer_id == null && route.authorization_scopes == null } == {
      "GET /users"            = "AWS_IAM"
      "POST /users"           = "AWS_IAM"
      "GET /users/{id}"       = "AWS_IAM"
      "PUT /users/{id}"       = "AWS_IAM"
      "DELETE /users/{id}"    = "AWS_IAM"
      "POST /tokens"          = "NONE"
      "POST /tokens/refresh"  = "NONE"
      "POST /tokens/revoke"   = "NONE"
      "POST /tokens/sign-out" = "NONE"
    }
    error_message = "A route that is not public takes requests that are not signed."
  }

  assert {
    condition     = !strcontains(jsonencode([aws_apigatewayv2_api.this, aws_apigatewayv2_stage.this]), "secret-not-secret")
    error_message = "What is for desks only has come into the API."
  }

  assert {
    condition = { for key, permission in aws_lambda_permission.operation : key => "${permission.function_name}:${permission.qualifier} ${permission.source_arn}" } == {
      "GET /users"            = "demo-users:live arn:aws:execute-api:eu-west-1:111122223333:http1/v1/GET/users"
      "POST /users"           = "demo-users:live arn:aws:execute-api:eu-west-1:111122223333:http1/v1/POST/users"
      "GET /users/{id}"       = "demo-users:live arn:aws:execute-api:eu-west-1:111122223333:http1/v1/GET/users/*"
      "PUT /users/{id}"       = "demo-users:live arn:aws:execute-api:eu-west-1:111122223333:http1/v1/PUT/users/*"
      "DELETE /users/{id}"    = "demo-users:live arn:aws:execute-api:eu-west-1:111122223333:http1/v1/DELETE/users/*"
      "POST /tokens"          = "demo-tokens:live arn:aws:execute-api:eu-west-1:111122223333:http1/v1/POST/tokens"
      "POST /tokens/refresh"  = "demo-tokens:live arn:aws:execute-api:eu-west-1:111122223333:http1/v1/POST/tokens/refresh"
      "POST /tokens/revoke"   = "demo-tokens:live arn:aws:execute-api:eu-west-1:111122223333:http1/v1/POST/tokens/revoke"
      "POST /tokens/sign-out" = "demo-tokens:live arn:aws:execute-api:eu-west-1:111122223333:http1/v1/POST/tokens/sign-out"
    }
    error_message = "The gateway may call a function for something else than the contract's operations."
  }
}
