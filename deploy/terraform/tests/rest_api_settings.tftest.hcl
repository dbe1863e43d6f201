# What a mode says of limits, the cache, the gateway's own answers and logs.

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

run "settings" {
  module {
    source = "./modules/rest-api"
  }
  variables {
    plan                         = "tests/fixtures/plans/rules/settings.json"
    authorizer_id                = "authorizer7"
    kms_key_arn                  = "arn:aws:kms:eu-west-1:111122223333:key/key1"
    cache_cluster_size           = "1.6"
    disable_execute_api_endpoint = true
  }

  assert {
    condition = { for key, method in aws_api_gateway_method_settings.method : key => "${method.method_path} ${method.settings[0].throttling_rate_limit} ${method.settings[0].throttling_burst_limit}" } == {
      "GET /"              = "~1/GET 71 31"
      "GET /open"          = "~1open/GET 71 31"
      "GET /owned/{id}"    = "~1owned~1{id}/GET 71 31"
      "GET /one"           = "~1one/GET 2.5 4"
      "ANY /rest/{proxy+}" = "~1rest~1{proxy+}/ANY 3 1"
    }
    error_message = "A method has another limit than its own or, where it has none, the stage's."
  }
  assert {
    condition = { for key, method in aws_api_gateway_method_settings.method : key => "${method.settings[0].cache_ttl_in_seconds} ${method.settings[0].cache_data_encrypted} ${method.settings[0].require_authorization_for_cache_control} ${method.settings[0].unauthorized_cache_control_header_strategy}" if method.settings[0].caching_enabled } == {
      "GET /"           = "300 true true FAIL_WITH_403"
      "GET /open"       = "60 true true FAIL_WITH_403"
      "GET /owned/{id}" = "61 true true FAIL_WITH_403"
    }
    error_message = "Answers are kept for another time, as they are, or for anyone to have fetched anew."
  }
  assert {
    condition     = !aws_api_gateway_method_settings.all.settings[0].caching_enabled && aws_api_gateway_stage.this.cache_cluster_enabled && aws_api_gateway_stage.this.cache_cluster_size == "1.6"
    error_message = "There is no cache, or it keeps answers that the mode does not name."
  }
  assert {
    condition     = alltrue([for method in concat([aws_api_gateway_method_settings.all], values(aws_api_gateway_method_settings.method)) : method.settings[0].data_trace_enabled == false && method.settings[0].logging_level == "ERROR" && method.settings[0].metrics_enabled])
    error_message = "The log of a method holds bodies and credentials, or nothing."
  }
  assert {
    condition = { for key, integration in aws_api_gateway_integration.operation : key => join(" ", sort(integration.cache_key_parameters)) if try(length(integration.cache_key_parameters) > 0, false) } == {
      "GET /"           = "integration.request.header.X-Cache-Principal"
      "GET /owned/{id}" = "method.request.header.x-token method.request.path.id method.request.querystring.page"
    }
    error_message = "Answers are kept by something else than the mode's key parameters."
  }
  assert {
    condition     = { for key, integration in aws_api_gateway_integration.operation : key => integration.request_parameters if integration.request_parameters != null } == { "GET /" = tomap({ "integration.request.header.X-Cache-Principal" = "context.authorizer.principalId" }) }
    error_message = "The principal does not reach the cache's key."
  }
  assert {
    condition     = aws_api_gateway_method.operation["GET /owned/{id}"].request_parameters == tomap({ "method.request.path.id" = true, "method.request.header.x-token" = false, "method.request.querystring.page" = false })
    error_message = "A method does not declare its key parameters, or asks for one that callers may leave out."
  }
  assert {
    condition     = aws_api_gateway_rest_api.this.binary_media_types == tolist(["image/png", "*/*"]) && alltrue([for integration in aws_api_gateway_integration.preflight : integration.content_handling == "CONVERT_TO_TEXT"])
    error_message = "The binary types are not the mode's, or make preflights fail."
  }
  assert {
    condition     = alltrue([for integration in aws_api_gateway_integration.operation : integration.timeout_milliseconds == 1500]) && aws_api_gateway_rest_api.this.disable_execute_api_endpoint
    error_message = "Functions have another time than the mode gives them, or AWS's own address is still open."
  }
  assert {
    condition     = aws_api_gateway_stage.this.access_log_settings[0].format == "$context.requestId $context.status $context.identity.apiKeyId"
    error_message = "The access log has not the mode's format."
  }
  assert {
    condition     = aws_cloudwatch_log_group.access.kms_key_id == "arn:aws:kms:eu-west-1:111122223333:key/key1" && aws_cloudwatch_log_group.execution.kms_key_id == "arn:aws:kms:eu-west-1:111122223333:key/key1"
    error_message = "A log is encrypted with another key."
  }
  assert {
    condition = { for type, response in aws_api_gateway_gateway_response.error : type => coalesce(response.status_code, "its own") } == {
      ACCESS_DENIED = "404"
      DEFAULT_4XX   = "its own"
      DEFAULT_5XX   = "its own"
    }
    error_message = "The gateway's own answers have other statuses."
  }
  assert {
    condition = aws_api_gateway_gateway_response.error["ACCESS_DENIED"].response_parameters == tomap({
      "gatewayresponse.header.access-control-allow-origin"  = "'https://app.example.com'"
      "gatewayresponse.header.Access-Control-Allow-Methods" = "'DELETE,GET,HEAD,OPTIONS,PATCH,POST,PUT'"
      "gatewayresponse.header.Access-Control-Allow-Headers" = "'Content-Type,Authorization,X-Amz-Date,X-Amz-Security-Token,X-Api-Key'"
      "gatewayresponse.header.Access-Control-Max-Age"       = "'86400'"
      "gatewayresponse.header.X-Request"                    = "context.requestId"
    }) && aws_api_gateway_gateway_response.error["DEFAULT_5XX"].response_parameters["gatewayresponse.header.Retry-After"] == "'5'"
    error_message = "The gateway's own answers have other headers."
  }
  assert {
    condition     = aws_api_gateway_gateway_response.error["ACCESS_DENIED"].response_templates["application/json"] == "{\"error\":\"no $context.requestId\"}" && aws_api_gateway_gateway_response.error["DEFAULT_4XX"].response_templates == null
    error_message = "The gateway's own answers have other bodies."
  }
}

run "cache_iam" {
  module {
    source = "./modules/rest-api"
  }
  variables {
    plan = "tests/fixtures/plans/rules/cache-iam.json"
  }

  assert {
    condition     = { for key, integration in aws_api_gateway_integration.operation : key => join(" ", sort(integration.cache_key_parameters)) if try(length(integration.cache_key_parameters) > 0, false) } == { "GET /one" = "integration.request.header.X-Cache-User" }
    error_message = "Answers are not kept by who calls."
  }
  assert {
    condition     = aws_api_gateway_integration.operation["GET /one"].request_parameters == tomap({ "integration.request.header.X-Cache-User" = "context.identity.userArn" }) && aws_api_gateway_stage.this.cache_cluster_size == "0.5"
    error_message = "The signer does not reach the cache's key."
  }
}

run "cache_key" {
  module {
    source = "./modules/rest-api"
  }
  variables {
    plan = "tests/fixtures/plans/rules/cache-key.json"
  }

  assert {
    condition     = { for key, integration in aws_api_gateway_integration.operation : key => join(" ", sort(integration.cache_key_parameters)) if try(length(integration.cache_key_parameters) > 0, false) } == { "GET /one" = "method.request.header.X-API-KEY" }
    error_message = "Answers are not kept by who calls."
  }
}

run "cache_pools" {
  module {
    source = "./modules/rest-api"
  }
  variables {
    plan           = "tests/fixtures/plans/rules/cache-pools.json"
    user_pool_arns = ["arn:aws:cognito-idp:eu-west-1:111122223333:userpool/eu-west-1_Pool1"]
  }

  assert {
    condition     = { for key, integration in aws_api_gateway_integration.operation : key => join(" ", sort(integration.cache_key_parameters)) if try(length(integration.cache_key_parameters) > 0, false) } == { "GET /one" = "method.request.header.x-token" }
    error_message = "Answers are not kept by who calls."
  }
}

run "cache_request" {
  module {
    source = "./modules/rest-api"
  }
  variables {
    plan          = "tests/fixtures/plans/rules/cache-request.json"
    authorizer_id = "authorizer7"
  }

  assert {
    condition     = { for key, integration in aws_api_gateway_integration.operation : key => join(" ", sort(integration.cache_key_parameters)) if try(length(integration.cache_key_parameters) > 0, false) } == { "GET /one" = "method.request.header.X-Api-Key method.request.header.authorization" }
    error_message = "Answers are not kept by who calls."
  }
  assert {
    condition     = aws_api_gateway_method_settings.method["GET /one"].settings[0].require_authorization_for_cache_control == false && aws_api_gateway_method_settings.method["GET /one"].settings[0].unauthorized_cache_control_header_strategy == "SUCCEED_WITH_RESPONSE_HEADER"
    error_message = "Callers may not have answers fetched anew, against what the mode says."
  }
}

run "deployment" {
  module {
    source = "./modules/rest-api"
  }
  variables {
    plan            = "tests/fixtures/plans/rules/token-and-key.json"
    authorizer_id   = "authorizer7"
    allowed_origins = ["https://app.example.com"]
  }

  assert {
    condition     = aws_api_gateway_deployment.this.triggers.inputs == sha256(jsonencode(local.deployed)) && aws_api_gateway_stage.this.deployment_id == aws_api_gateway_deployment.this.id
    error_message = "The stage serves another deployment, or a change makes no new one."
  }
  assert {
    condition = { for name, value in local.deployed : name => jsonencode(value) if !contains(["functions", "module"], name) } == {
      plan            = jsonencode(local.plan)
      authorizer      = jsonencode("authorizer7")
      user_pools      = "[]"
      allowed_origins = jsonencode(["https://app.example.com"])
      no_own_endpoint = "false"
      endpoints       = "null"
    } && contains(keys(local.deployed.module), "methods.tf") && local.deployed.functions["things"].invoke_arn == "uri:things/invocations"
    error_message = "Something that the API is made from makes no new deployment."
  }
}

run "logs" {
  module {
    source = "./modules/rest-api"
  }
  variables {
    plan          = "tests/fixtures/plans/rules/token-and-key.json"
    authorizer_id = "authorizer7"
  }

  # As the local gateway writes them.
  assert {
    condition     = join(" ", keys(jsondecode(aws_api_gateway_stage.this.access_log_settings[0].format))) == "apiKeyId authorizerError authorizerLatency authorizerStatus errorType extendedRequestId integrationError integrationLatency integrationStatus latency method path principalId requestId resourcePath responseLength sourceIp status time traceId userArn"
    error_message = "The access log has other fields."
  }
  assert {
    condition     = aws_api_gateway_stage.this.xray_tracing_enabled && aws_cloudwatch_log_group.access.retention_in_days == 7 && aws_cloudwatch_log_group.execution.retention_in_days == 7 && aws_api_gateway_stage.this.access_log_settings[0].destination_arn == aws_cloudwatch_log_group.access.arn
    error_message = "The stage does not trace, or keeps its logs elsewhere or for ever."
  }
}
