# The root stack: what it makes of its variables.

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
      rest-token = {
        id              = "api1"
        stage           = "v1"
        kind            = "REST"
        url             = "https://api1.execute-api.eu-west-1.amazonaws.com/v1"
        execution_arn   = "arn:aws:execute-api:eu-west-1:111122223333:api1"
        connections_arn = null
      }
    }
    error_message = "The output apis does not tell the API of the mode rest-token."
  }

  assert {
    condition     = output.user_pool_id == "eu-west-1_Pool1" && output.user_pool_client_id == "client1" && output.users_table == "demo-users"
    error_message = "An output does not tell what it should."
  }

  assert {
    condition     = (output.user_pool_domain == null && output.api_keys_table == null && output.domain == null && output.web_acl_arn == null && output.tokens_client_id == null && output.usage_plans == {} && output.machine_client_ids == {})
    error_message = "The least stack has more than it was asked for."
  }

  assert {
    condition = { for name, function in output.functions : name => "${function.name}:${function.alias} ${function.log_group}" } == {
      users      = "demo-users:live /aws/lambda/demo-users"
      tokens     = "demo-tokens:live /aws/lambda/demo-tokens"
      rest-token = "demo-rest-token:live /aws/lambda/demo-rest-token"
    }
    error_message = "The functions are not those of the contract and the mode's authorizer."
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

run "every_mode" {
  variables {
    modes           = ["rest-api-key", "rest-iam", "rest-cognito", "rest-token", "rest-request", "http-jwt", "http-lambda", "http-iam", "websocket"]
    machine_clients = { reports = ["users/read"] }
    domain_prefix   = "demo-users"
  }

  assert {
    condition = { for mode, made in module.mode : mode => "${made.kind} ${one([for key, guard in made.operations : "${guard.authorization}${guard.api_key_required ? " with a key" : ""}" if contains(["GET /users", "$connect"], key)])}" } == {
      rest-api-key = "REST NONE with a key"
      rest-iam     = "REST AWS_IAM"
      rest-cognito = "REST COGNITO_USER_POOLS"
      rest-token   = "REST CUSTOM"
      rest-request = "REST CUSTOM with a key"
      http-jwt     = "HTTP JWT"
      http-lambda  = "HTTP CUSTOM"
      http-iam     = "HTTP AWS_IAM"
      websocket    = "WEBSOCKET CUSTOM"
    }
    error_message = "A mode is missing, or does not guard as its file says."
  }

  assert {
    condition     = local.open == tolist(["POST /tokens", "POST /tokens/refresh", "POST /tokens/revoke", "POST /tokens/sign-out"])
    error_message = "Other operations are open than those that take credentials."
  }

  assert {
    condition     = sort(keys(output.functions)) == tolist(["http-lambda", "live", "rest-request", "rest-token", "tokens", "users", "websocket"]) && output.api_keys_table == "demo-api-keys" && sort(keys(output.usage_plans)) == tolist(["rest-api-key", "rest-request"])
    error_message = "There is another function than those of the contract and the four authorizers, no table of API keys, or another plan than those of the modes with keys."
  }

  assert {
    condition     = alltrue([for mode in ["rest-token", "rest-request", "http-lambda", "websocket"] : anytrue([for alarm in output.alarms : strcontains(alarm, mode)])])
    error_message = "An authorizer is not watched."
  }
}

run "websocket_alone_at_a_domain" {
  variables {
    modes           = ["websocket"]
    allowed_origins = ["https://app.example.com"]
    token_sources   = ["query:token", "protocol:jwt"]

    users_stream_arn = "arn:aws:dynamodb:eu-west-1:111122223333:table/shop-users/stream/2026-11-29T06:44:24.123"
    domain = {
      name            = "live.example.com"
      certificate_arn = "arn:aws:acm:eu-west-1:111122223333:certificate/1"
      base_paths      = { "" = "websocket" }
    }
  }

  assert {
    condition = output.apis["websocket"] == {
      id              = "http1"
      stage           = "v1"
      kind            = "WEBSOCKET"
      url             = "wss://live.example.com"
      execution_arn   = "arn:aws:execute-api:eu-west-1:111122223333:http1"
      connections_arn = "arn:aws:execute-api:eu-west-1:111122223333:http1/v1/*/@connections/*"
    }
    error_message = "The output apis does not tell where clients connect, or what may be done with connections."
  }

  # Subprotocols behind which the authorizer finds a token are those that the function takes. The API answers at the domain only, to
  # programs as well; users are changed in another stack.
  assert {
    condition = (local.functions["live"].environment == {
      ALLOWED_ORIGINS      = "https://app.example.com"
      TOKEN_SOURCES        = "query:token,protocol:jwt"
      CONNECTIONS_TABLE    = "demo-connections"
      CONNECTIONS_ENDPOINT = "https://live.example.com"
      USERS_TABLE          = "shop-users"
      REVOCATION_TABLE     = "demo-revocations"
    } && local.streams.users.arn == var.users_stream_arn && output.users_stream_arn != var.users_stream_arn && endswith(local.functions["live"].rules, "/rules.json") && sort(keys(output.functions)) == tolist(["live", "users", "websocket"]))
    error_message = "The function of messages has other variables or another stream, may be held with other rules, or there is one that nobody calls."
  }
}

run "second_stack_of_a_region" {
  variables {
    account_logging = false
    allowed_origins = ["https://app.example.com", "http://localhost:3000"]
    issuers = [
      { issuer = "https://login.example.com", audience = ["api"], algorithms = ["ES256", "EdDSA"], groupsClaim = "roles", scopes = [] },
    ]
  }

  assert {
    condition     = length(module.account_logging) == 0
    error_message = "A second stack takes the region's role for logs from the first."
  }

  assert {
    condition     = local.functions.users.environment.ALLOWED_ORIGINS == "https://app.example.com,http://localhost:3000"
    error_message = "The origins do not reach the function."
  }
}

run "issuers_of_others" {
  variables {
    max_token    = 20480
    group_scopes = { members = ["users/self"] }
    issuers = [
      { issuer = "https://sts.example.com/{tenant}", tenants = ["a1"], jwksUri = "https://sts.example.com/keys", audience = ["api"], grants = { roles = { "Domain Admins" = ["users/write"] } } },
      { issuer = "https://login.example.com", audience = ["api"], scopes = ["users/read"] },
    ]
  }

  # Nothing but the pool's own groups is made there, and its entry says what they have.
  assert {
    condition     = module.user_pool.scopes == tolist(["users/self"]) && length(local.ungranted) == 0
    error_message = "The pool has others' scopes, or what others' tokens have counts as had by nobody."
  }
}

run "everything" {
  variables {
    modes                = ["rest-api-key", "rest-token", "http-jwt"]
    kms_key_arn          = "arn:aws:kms:eu-west-1:111122223333:key/key1"
    machine_clients      = { reports = ["users/read"] }
    domain_prefix        = "demo-users"
    mfa                  = "OPTIONAL"
    second_factors       = ["SMS_MFA"]
    first_factors        = ["SMS_OTP"]
    clock_skew           = "30s"
    token_sources        = ["bearer", "raw"]
    unauthorized         = { rest-token = "deny" }
    reserved_concurrency = { users = 20, rest-token = 10 }
    rollout              = { users = { live_version = "2", canary_weight = 0.1 } }
    api_keys             = { rest-api-key = { ann = {} }, rest-api-key-gold = { bob = { enabled = false } } }
    usage_tiers          = { rest-api-key = { gold = { throttle = { rateLimit = 500, burstLimit = 100 }, quota = { limit = 10, period = "DAY" } } } }
    alarm_actions        = ["arn:aws:sns:eu-west-1:111122223333:alarms"]
    thresholds           = { throttles = 7 }
    waf                  = { rate_limit = 500 }
    domain = {
      name            = "api.example.com"
      certificate_arn = "arn:aws:acm:eu-west-1:111122223333:certificate/1"
      base_paths      = { "" = "rest-token", keyed = "rest-api-key", http = "http-jwt" }
    }
  }

  assert {
    condition = { for mode, api in output.apis : mode => api.url } == {
      rest-token   = "https://api.example.com"
      rest-api-key = "https://api.example.com/keyed"
      http-jwt     = "https://api.example.com/http"
    }
    error_message = "The APIs are not told at their domain."
  }

  assert {
    condition     = sort(keys(output.usage_plans)) == tolist(["rest-api-key", "rest-api-key-gold"])
    error_message = "A tier has no plan."
  }

  assert {
    condition     = { for plan, keys in nonsensitive(output.api_keys) : plan => join(" ", keys(keys)) } == { rest-api-key = "ann", rest-api-key-gold = "bob" }
    error_message = "A key is in no plan, or in the wrong one."
  }

  assert {
    condition     = keys(output.machine_client_ids) == ["reports"] && output.user_pool_domain == "https://demo-users.auth.eu-west-1.amazoncognito.com"
    error_message = "The machine cannot get its tokens."
  }

  assert {
    condition     = module.user_pool.sms_role_name == "demo-user-pool-sms"
    error_message = "Codes by SMS are asked for, and the pool cannot send them."
  }

  assert {
    condition     = output.web_acl_arn != null && output.domain.url == "https://api.example.com"
    error_message = "The firewall or the domain is missing."
  }
}

run "another_contract_with_a_function_of_its_own" {
  variables {
    artifacts    = "tests/fixtures/other"
    functions    = { orders = { zip = "tests/fixtures/artifacts/users.zip", environment = { COLOR = "blue" } } }
    other_scopes = ["orders/audit"]
    group_scopes = { clerks = ["orders/read"] }
    rollout      = { rest-token = { live_version = "3" } }
  }
  override_data {
    target = module.mode["rest-token"].module.authorizer[0].module.function.data.aws_lambda_function.live
    values = {
      description = "Portcullis authorizer, contract 184c7a5e658c9763"
    }
  }

  assert {
    condition     = local.open == tolist(["GET /health"]) && module.mode["rest-token"].operations["GET /orders"].authorization == "CUSTOM" && contains(keys(output.functions), "orders")
    error_message = "The contract's public operation is not open, another one is, or its function is missing."
  }
}
