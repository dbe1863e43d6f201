# The HTTP API of a contract that has nothing to do with this project's own.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  name  = "demo-fixture"
  stage = "v1"
  plan  = "tests/fixtures/plans/routes/http-fixture-jwt.json"
  functions = {
    things = { name = "demo-things", invoke_arn = "uri:things/invocations", alias = "live" }
    health = { name = "demo-health", invoke_arn = "uri:health/invocations", alias = "live" }
  }
  allowed_origins    = ["https://other.example.com"]
  log_retention_days = 7
}

run "jwt" {
  module {
    source = "./modules/http-api"
  }

  assert {
    condition = { for key, route in aws_apigatewayv2_route.operation : key => "${route.route_key}: ${route.authorization_type} ${join(" ", sort(coalesce(route.authorization_scopes, [])))}" } == {
      "GET /"                   = "GET /: JWT things/read"
      "GET /health"             = "GET /health: NONE "
      "POST /things"            = "POST /things: JWT things/admin things/write"
      "ANY /things"             = "ANY /things: JWT things/admin"
      "GET /things/{id}"        = "GET /things/{id}: JWT things/read"
      "DELETE /things/{id}"     = "DELETE /things/{id}: JWT "
      "GET /files/{proxy+}"     = "GET /files/{proxy+}: JWT things/read"
      "OPTIONS /files/{proxy+}" = "OPTIONS /files/{proxy+}: JWT things/read"
      "PATCH /a/{b}/c.d/{e}"    = "PATCH /a/{b}/c.d/{e}: JWT things/read"
      "$default"                = "$default: JWT things/read"
    }
    error_message = "A route is missing, or has another authorization or other scopes than the contract's."
  }

  assert {
    condition = alltrue([for route in aws_apigatewayv2_route.operation :
      route.api_id == "http1" && route.authorizer_id == (route.authorization_type == "NONE" ? null : one(aws_apigatewayv2_authorizer.jwt).id)
    ])
    error_message = "A guarded route has no authorizer, or an open one has."
  }

  assert {
    condition = output.operations["GET /health"] == { authorization = "NONE", api_key_required = false, public = true } && output.operations["$default"] == { authorization = "JWT", api_key_required = false, public = false } && (
    length(output.operations) == 10 && [for key, operation in output.operations : key if operation.public] == ["GET /health"])
    error_message = "The output operations is not what the routes are."
  }

  assert {
    condition = (one(aws_apigatewayv2_authorizer.jwt).authorizer_type == "JWT" && one(aws_apigatewayv2_authorizer.jwt).api_id == "http1" &&
      one(aws_apigatewayv2_authorizer.jwt).identity_sources == toset(["$request.querystring.token"]) &&
      one(one(aws_apigatewayv2_authorizer.jwt).jwt_configuration).issuer == "https://login.example.com/realm" &&
    one(one(aws_apigatewayv2_authorizer.jwt).jwt_configuration).audience == toset(["things", "machines"]))
    error_message = "The authorizer takes other tokens than the mode's."
  }

  assert {
    condition = { for key, permission in aws_lambda_permission.operation : key => "${permission.function_name}:${permission.qualifier} ${permission.source_arn}" } == {
      "GET /"                   = "demo-things:live arn:aws:execute-api:eu-west-1:111122223333:http1/v1/GET/"
      "GET /health"             = "demo-health:live arn:aws:execute-api:eu-west-1:111122223333:http1/v1/GET/health"
      "POST /things"            = "demo-things:live arn:aws:execute-api:eu-west-1:111122223333:http1/v1/POST/things"
      "ANY /things"             = "demo-things:live arn:aws:execute-api:eu-west-1:111122223333:http1/v1/*/things"
      "GET /things/{id}"        = "demo-things:live arn:aws:execute-api:eu-west-1:111122223333:http1/v1/GET/things/*"
      "DELETE /things/{id}"     = "demo-things:live arn:aws:execute-api:eu-west-1:111122223333:http1/v1/DELETE/things/*"
      "GET /files/{proxy+}"     = "demo-things:live arn:aws:execute-api:eu-west-1:111122223333:http1/v1/GET/files/*"
      "OPTIONS /files/{proxy+}" = "demo-things:live arn:aws:execute-api:eu-west-1:111122223333:http1/v1/OPTIONS/files/*"
      "PATCH /a/{b}/c.d/{e}"    = "demo-things:live arn:aws:execute-api:eu-west-1:111122223333:http1/v1/PATCH/a/*/c.d/*"
      "$default"                = "demo-things:live arn:aws:execute-api:eu-west-1:111122223333:http1/v1/$default"
    }
    error_message = "The gateway may call a function for something else than the contract's routes."
  }

  assert {
    condition = (length(distinct(values(aws_lambda_permission.operation)[*].statement_id)) == 10 &&
    alltrue([for permission in aws_lambda_permission.operation : permission.action == "lambda:InvokeFunction" && permission.principal == "apigateway.amazonaws.com"]))
    error_message = "Permissions share a name, or allow somebody or something else."
  }

  assert {
    condition = { for name, integration in aws_apigatewayv2_integration.function : name => "${integration.integration_type} ${integration.integration_method} ${integration.integration_uri} ${integration.payload_format_version} ${integration.timeout_milliseconds}" } == {
      things = "AWS_PROXY POST uri:things:$${stageVariables.alias}/invocations 1.0 12000"
      health = "AWS_PROXY POST uri:health:$${stageVariables.alias}/invocations 1.0 12000"
    }
    error_message = "An integration does not call its function by the stage variable, or not as the mode says."
  }

  assert {
    condition = (one(aws_apigatewayv2_api.this.cors_configuration).allow_origins == toset(["https://app.example.com", "https://*"]) &&
      one(aws_apigatewayv2_api.this.cors_configuration).allow_methods == toset(["*"]) &&
      one(aws_apigatewayv2_api.this.cors_configuration).allow_headers == toset(["x-one", "x-two"]) &&
      one(aws_apigatewayv2_api.this.cors_configuration).expose_headers == toset(["etag"]) &&
    one(aws_apigatewayv2_api.this.cors_configuration).max_age == 61 && one(aws_apigatewayv2_api.this.cors_configuration).allow_credentials)
    error_message = "CORS is not configured as the mode says."
  }

  assert {
    condition = (aws_apigatewayv2_api.this.protocol_type == "HTTP" && aws_apigatewayv2_api.this.description == "Keep things." &&
    aws_apigatewayv2_api.this.target == null && aws_apigatewayv2_api.this.body == null && !aws_apigatewayv2_api.this.disable_execute_api_endpoint)
    error_message = "The API is another than the contract's, or has routes besides it."
  }

  assert {
    condition = (aws_apigatewayv2_stage.this.name == "v1" && !aws_apigatewayv2_stage.this.auto_deploy && aws_apigatewayv2_stage.this.deployment_id == aws_apigatewayv2_deployment.this.id &&
    aws_apigatewayv2_stage.this.stage_variables == tomap({ alias = "live", color = "blue" }))
    error_message = "The stage does not serve the deployment, or has other variables than the mode's."
  }

  assert {
    condition = (one(aws_apigatewayv2_stage.this.default_route_settings).throttling_rate_limit == 71.5 && one(aws_apigatewayv2_stage.this.default_route_settings).throttling_burst_limit == 31 &&
    one(aws_apigatewayv2_stage.this.default_route_settings).detailed_metrics_enabled)
    error_message = "The stage has other limits than the mode's, or no metrics of each route."
  }

  assert {
    condition = { for settings in aws_apigatewayv2_stage.this.route_settings : settings.route_key => [settings.throttling_rate_limit, settings.throttling_burst_limit, settings.detailed_metrics_enabled] } == {
      "GET /things/{id}" = [7, 3, true]
      "ANY /things"      = [0, 0, true]
    }
    error_message = "Routes have other limits of their own than the mode's."
  }

  assert {
    condition = (one(aws_apigatewayv2_stage.this.access_log_settings).format == "$context.requestId $context.status" && aws_cloudwatch_log_group.access.retention_in_days == 7 &&
    aws_cloudwatch_log_group.access.kms_key_id == null && output.access_log_group == "/aws/vendedlogs/apigateway/demo-fixture")
    error_message = "The access log is not as the mode and the variables say."
  }

  assert {
    condition = (output.id == "http1" && output.stage == "v1" && output.kind == "HTTP" && output.execution_arn == "arn:aws:execute-api:eu-west-1:111122223333:http1" &&
    output.url == "https://http1.execute-api.eu-west-1.amazonaws.com")
    error_message = "An output is wrong."
  }
}

run "same_inputs" {
  module {
    source = "./modules/http-api"
  }
  assert {
    condition     = output.deployment_inputs == run.jwt.deployment_inputs
    error_message = "The same inputs make a new deployment."
  }
}

run "other_settings_of_the_authorizer" {
  module {
    source = "./modules/http-api"
  }
  variables {
    deployment_triggers = { ttl = "0" }
  }
  assert {
    condition     = output.deployment_inputs != run.jwt.deployment_inputs
    error_message = "Other settings beside the module make no new deployment."
  }
}

run "other_origins" {
  module {
    source = "./modules/http-api"
  }
  variables {
    allowed_origins = ["https://third.example.com"]
  }
  assert {
    condition     = output.deployment_inputs != run.jwt.deployment_inputs
    error_message = "Other origins make no new deployment."
  }
}

run "least" {
  module {
    source = "./modules/http-api"
  }
  variables {
    stage                        = "$default"
    plan                         = "tests/fixtures/plans/routes/http-least.json"
    kms_key_arn                  = "arn:aws:kms:eu-west-1:111122223333:key/1"
    disable_execute_api_endpoint = true
  }

  assert {
    condition = alltrue([for key, route in aws_apigatewayv2_route.operation :
      route.authorization_type == (key == "GET /health" ? "NONE" : "AWS_IAM") && route.authorizer_id == null && route.authorization_scopes == null
    ]) && length(aws_apigatewayv2_authorizer.jwt) == 0
    error_message = "A route that is not public takes requests that are not signed, or there is an authorizer that nobody asks."
  }

  assert {
    condition = (aws_lambda_permission.operation["GET /things/{id}"].source_arn == "arn:aws:execute-api:eu-west-1:111122223333:http1/$default/GET/things/*" &&
    aws_lambda_permission.operation["$default"].source_arn == "arn:aws:execute-api:eu-west-1:111122223333:http1/$default/$default" && aws_apigatewayv2_stage.this.name == "$default")
    error_message = "The stage $default, or its permissions, are not made."
  }

  assert {
    condition = (length(aws_apigatewayv2_api.this.cors_configuration) == 0 && aws_apigatewayv2_api.this.disable_execute_api_endpoint &&
    aws_cloudwatch_log_group.access.kms_key_id == "arn:aws:kms:eu-west-1:111122223333:key/1")
    error_message = "There is something that neither the mode nor the variables ask for, or something is not that they do."
  }

  assert {
    condition = { for settings in concat([for all in aws_apigatewayv2_stage.this.default_route_settings : merge(all, { route_key = "" })], tolist(aws_apigatewayv2_stage.this.route_settings)) :
      settings.route_key => "${settings.throttling_rate_limit} ${settings.throttling_burst_limit}" } == {
      ""            = "1000 500"
      "GET /health" = "50 50"
    }
    error_message = "A mode without a throttle uses up the account's limits."
  }

  assert {
    condition = alltrue([for integration in aws_apigatewayv2_integration.function :
      integration.payload_format_version == "2.0" && integration.timeout_milliseconds == 30000
    ])
    error_message = "An integration has other defaults than the local gateway's."
  }

  assert {
    condition = jsondecode(one(aws_apigatewayv2_stage.this.access_log_settings).format) == {
      requestId          = "$context.requestId"
      time               = "$context.requestTime"
      sourceIp           = "$context.identity.sourceIp"
      method             = "$context.httpMethod"
      path               = "$context.path"
      routeKey           = "$context.routeKey"
      status             = "$context.status"
      authorizerError    = "$context.authorizer.error"
      authorizerLatency  = "$context.authorizer.latency"
      userArn            = "$context.identity.userArn"
      errorMessage       = "$context.error.message"
      errorType          = "$context.error.responseType"
      integrationError   = "$context.integration.error"
      integrationStatus  = "$context.integration.status"
      integrationLatency = "$context.integration.latency"
      latency            = "$context.responseLatency"
      responseLength     = "$context.responseLength"
    }
    error_message = "The access log is another than the local gateway's."
  }
}
