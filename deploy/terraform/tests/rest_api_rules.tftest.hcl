# How each kind of access rule is guarded by each authorization.

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

run "pools" {
  module {
    source = "./modules/rest-api"
  }
  variables {
    plan = "tests/fixtures/plans/rules/pools.json"
  }

  assert {
    condition = { for key, method in aws_api_gateway_method.operation : key => "${method.authorization} ${method.api_key_required}" } == {
      "GET /"              = "COGNITO_USER_POOLS false"
      "GET /open"          = "NONE false"
      "GET /token"         = "COGNITO_USER_POOLS false"
      "POST /token"        = "COGNITO_USER_POOLS false"
      "GET /one"           = "COGNITO_USER_POOLS false"
      "GET /either"        = "COGNITO_USER_POOLS false"
      "GET /owned/{id}"    = "COGNITO_USER_POOLS false"
      "ANY /rest/{proxy+}" = "COGNITO_USER_POOLS false"
      "GET /mixed"         = "NONE false"
      "ANY /mixed"         = "COGNITO_USER_POOLS false"
    }
    error_message = "An operation is open that the contract guards, or guarded in another way."
  }

  assert {
    condition = { for key, method in aws_api_gateway_method.operation : key => join(" ", sort(coalesce(method.authorization_scopes, []))) } == {
      "GET /"              = "things/list"
      "GET /open"          = ""
      "GET /token"         = ""
      "POST /token"        = ""
      "GET /one"           = "things/read"
      "GET /either"        = "things/read things/write"
      "GET /owned/{id}"    = "things/read"
      "ANY /rest/{proxy+}" = "things/any"
      "GET /mixed"         = ""
      "ANY /mixed"         = "things/list"
    }
    error_message = "A method's scopes are not those that a token needs one of: an owner's scope, a key's, or another operation's."
  }
  assert {
    condition     = alltrue([for key, method in aws_api_gateway_method.operation : method.authorizer_id == (contains(["GET /open", "GET /mixed"], key) ? null : "authorizer1")])
    error_message = "A guarded operation has no authorizer, or an open one has."
  }
  assert {
    condition     = aws_api_gateway_authorizer.user_pools[0].provider_arns == toset(["arn:aws:cognito-idp:eu-west-1:111122223333:userpool/eu-west-1_Other"]) && aws_api_gateway_authorizer.user_pools[0].identity_source == "method.request.header.X-Token"
    error_message = "The mode's own pools and header do not count."
  }
}

run "own_pool" {
  module {
    source = "./modules/rest-api"
  }
  variables {
    plan           = "tests/fixtures/plans/rules/own-pool.json"
    user_pool_arns = ["arn:aws:cognito-idp:eu-west-1:111122223333:userpool/eu-west-1_Pool1"]
  }

  assert {
    condition     = aws_api_gateway_authorizer.user_pools[0].provider_arns == toset(["arn:aws:cognito-idp:eu-west-1:111122223333:userpool/eu-west-1_Pool1"]) && aws_api_gateway_authorizer.user_pools[0].identity_source == "method.request.header.Authorization"
    error_message = "Without pools and header of its own, a mode has not those of the stack."
  }
}

run "iam" {
  module {
    source = "./modules/rest-api"
  }
  variables {
    plan = "tests/fixtures/plans/rules/iam.json"
  }

  assert {
    condition = { for key, method in aws_api_gateway_method.operation : key => "${method.authorization} ${method.api_key_required}" } == {
      "GET /"              = "AWS_IAM false"
      "GET /open"          = "NONE false"
      "GET /token"         = "AWS_IAM false"
      "POST /token"        = "AWS_IAM false"
      "GET /one"           = "AWS_IAM false"
      "GET /either"        = "AWS_IAM false"
      "GET /owned/{id}"    = "AWS_IAM false"
      "ANY /rest/{proxy+}" = "AWS_IAM false"
      "GET /mixed"         = "NONE false"
      "ANY /mixed"         = "AWS_IAM false"
    }
    error_message = "An operation is open that the contract guards, or guarded in another way."
  }

  assert {
    condition     = !strcontains(aws_api_gateway_stage.this.access_log_settings[0].format, "error.message") && strcontains(aws_api_gateway_stage.this.access_log_settings[0].format, "error.responseType")
    error_message = "The log may hold the headers that a wrong signature is of, and with them a session token."
  }
}

run "key" {
  module {
    source = "./modules/rest-api"
  }
  variables {
    plan = "tests/fixtures/plans/rules/key.json"
  }

  assert {
    condition = { for key, method in aws_api_gateway_method.operation : key => "${method.authorization} ${method.api_key_required}" } == {
      "GET /"              = "NONE true"
      "GET /open"          = "NONE false"
      "GET /token"         = "NONE true"
      "POST /token"        = "NONE true"
      "GET /one"           = "NONE true"
      "GET /either"        = "NONE true"
      "GET /owned/{id}"    = "NONE true"
      "ANY /rest/{proxy+}" = "NONE true"
      "GET /mixed"         = "NONE false"
      "ANY /mixed"         = "NONE true"
    }
    error_message = "An operation is open that the contract guards, or guarded in another way."
  }

  assert {
    condition     = { for key, method in aws_api_gateway_method.preflight : key => method.authorization } == { for path in ["/", "/either", "/one", "/open", "/owned/{id}", "/token"] : path => "NONE" }
    error_message = "A path lacks its preflight, or one that answers any method has another."
  }
  assert {
    condition     = aws_api_gateway_gateway_response.error["DEFAULT_4XX"].response_parameters["gatewayresponse.header.Access-Control-Allow-Methods"] == "'DELETE,GET,HEAD,OPTIONS,PATCH,POST,PUT'"
    error_message = "Where a path takes any method, errors do not name all."
  }
  assert {
    condition = { for key in ["ANY /rest/{proxy+}", "GET /mixed", "ANY /mixed"] : key => "${aws_api_gateway_method.operation[key].http_method} ${aws_lambda_permission.operation[key].source_arn}" } == {
      "ANY /rest/{proxy+}" = "ANY arn:aws:execute-api:eu-west-1:111122223333:api1/v1/*/rest/*"
      "GET /mixed"         = "GET arn:aws:execute-api:eu-west-1:111122223333:api1/v1/GET/mixed"
      "ANY /mixed"         = "ANY arn:aws:execute-api:eu-west-1:111122223333:api1/v1/*/mixed"
    }
    error_message = "An operation of any method is not called, or called for other paths."
  }
}

run "token_and_key" {
  module {
    source = "./modules/rest-api"
  }
  variables {
    plan          = "tests/fixtures/plans/rules/token-and-key.json"
    authorizer_id = "authorizer7"
  }

  assert {
    condition = { for key, method in aws_api_gateway_method.operation : key => "${method.authorization} ${method.api_key_required}" } == {
      "GET /"              = "CUSTOM true"
      "GET /open"          = "NONE false"
      "GET /token"         = "CUSTOM true"
      "POST /token"        = "CUSTOM true"
      "GET /one"           = "CUSTOM true"
      "GET /either"        = "CUSTOM true"
      "GET /owned/{id}"    = "CUSTOM true"
      "ANY /rest/{proxy+}" = "CUSTOM true"
      "GET /mixed"         = "NONE false"
      "ANY /mixed"         = "CUSTOM true"
    }
    error_message = "An operation is open that the contract guards, or guarded in another way."
  }

  assert {
    condition     = aws_api_gateway_rest_api.this.api_key_source == "AUTHORIZER"
    error_message = "The key is not the one that the authorizer answers with."
  }
}

