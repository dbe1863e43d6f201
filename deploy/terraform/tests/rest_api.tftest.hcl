# The REST API of a contract that has nothing to do with this project's own.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  name  = "demo-fixture"
  stage = "v1"
  plan  = "tests/fixtures/plans/things/token.json"
  functions = {
    things = { name = "demo-things", invoke_arn = "uri:things/invocations", alias = "live" }
    health = { name = "demo-health", invoke_arn = "uri:health/invocations", alias = "live" }
  }
  authorizer_id      = "authorizer7"
  allowed_origins    = ["*"]
  log_retention_days = 7
}

run "api" {
  module {
    source = "./modules/rest-api"
  }

  assert {
    condition = { for key, method in aws_api_gateway_method.operation : key => method.authorization } == {
      "GET /"                    = "CUSTOM"
      "GET /health"              = "NONE"
      "POST /things"             = "CUSTOM"
      "GET /things/{id}"         = "CUSTOM"
      "PUT /things/{id}"         = "CUSTOM"
      "DELETE /things/{id}"      = "CUSTOM"
      "GET /files/{proxy+}"      = "CUSTOM"
      "OPTIONS /files/{proxy+}"  = "CUSTOM"
      "PATCH /a/{b}/c/{d}/e/{f}" = "CUSTOM"
    }
    error_message = "An operation is missing, or has another authorization than the contract's."
  }

  assert {
    condition = alltrue([for method in aws_api_gateway_method.operation :
      method.authorizer_id == (method.authorization == "NONE" ? null : "authorizer7")
    ])
    error_message = "A guarded operation has no authorizer, or an open one has."
  }

  assert {
    condition = alltrue([for method in aws_api_gateway_method.preflight : method.http_method == "OPTIONS" && method.authorization == "NONE"]) && (
    alltrue([for integration in aws_api_gateway_integration.preflight : integration.type == "MOCK" && integration.uri == null]))
    error_message = "What the gateway opens besides the contract is more than preflights that it answers itself."
  }

  assert {
    condition     = keys(aws_api_gateway_method.preflight) == ["/", "/a/{b}/c/{d}/e/{f}", "/health", "/things", "/things/{id}"]
    error_message = "A path lacks its preflight, or the contract's own OPTIONS was replaced."
  }

  assert {
    condition = { for key, permission in aws_lambda_permission.operation : key => "${permission.function_name}:${permission.qualifier} ${permission.source_arn}" } == {
      "GET /"                    = "demo-things:live arn:aws:execute-api:eu-west-1:111122223333:api1/v1/GET/"
      "GET /health"              = "demo-health:live arn:aws:execute-api:eu-west-1:111122223333:api1/v1/GET/health"
      "POST /things"             = "demo-things:live arn:aws:execute-api:eu-west-1:111122223333:api1/v1/POST/things"
      "GET /things/{id}"         = "demo-things:live arn:aws:execute-api:eu-west-1:111122223333:api1/v1/GET/things/*"
      "PUT /things/{id}"         = "demo-things:live arn:aws:execute-api:eu-west-1:111122223333:api1/v1/PUT/things/*"
      "DELETE /things/{id}"      = "demo-things:live arn:aws:execute-api:eu-west-1:111122223333:api1/v1/DELETE/things/*"
      "GET /files/{proxy+}"      = "demo-things:live arn:aws:execute-api:eu-west-1:111122223333:api1/v1/GET/files/*"
      "OPTIONS /files/{proxy+}"  = "demo-things:live arn:aws:execute-api:eu-west-1:111122223333:api1/v1/OPTIONS/files/*"
      "PATCH /a/{b}/c/{d}/e/{f}" = "demo-things:live arn:aws:execute-api:eu-west-1:111122223333:api1/v1/PATCH/a/*/c/*/e/*"
    }
    error_message = "The gateway may call a function for something else than the contract's operations."
  }

  assert {
    condition = alltrue(concat([for permission in aws_lambda_permission.operation : permission.principal == "apigateway.amazonaws.com" && permission.action == "lambda:InvokeFunction"], [
      length(distinct([for permission in aws_lambda_permission.operation : permission.statement_id])) == 9,
    aws_lambda_permission.operation["GET /"].statement_id == "api1-GET-${substr(sha256("v1 /"), 0, 12)}"]))
    error_message = "A permission is for another service, or two have one id, or one for another API or stage would have the same."
  }

  assert {
    condition = { for key, integration in aws_api_gateway_integration.operation : key => "${integration.type} ${integration.uri}" if contains(["GET /", "GET /health"], key) } == {
      "GET /"       = "AWS_PROXY uri:things:$${stageVariables.alias}/invocations"
      "GET /health" = "AWS_PROXY uri:health:$${stageVariables.alias}/invocations"
    }
    error_message = "An operation is not served by its x-function through the stage variable alias."
  }

  assert {
    condition     = length(aws_api_gateway_authorizer.user_pools) == 0 && alltrue([for method in aws_api_gateway_method.operation : !method.api_key_required && method.authorization_scopes == null])
    error_message = "An operation is guarded by something else than the authorizer that the mode names."
  }

  assert {
    condition     = aws_api_gateway_request_validator.this.validate_request_body && !aws_api_gateway_request_validator.this.validate_request_parameters
    error_message = "Request validation is not the mode file's."
  }

  assert {
    condition     = alltrue([for method in aws_api_gateway_method.operation : method.request_validator_id == "validator1"])
    error_message = "An operation has no validator."
  }

  assert {
    condition = { for key, method in aws_api_gateway_method.operation : key => join(" ", keys(coalesce(method.request_parameters, {}))) if contains(["GET /things/{id}", "PUT /things/{id}", "GET /files/{proxy+}", "GET /"], key) } == {
      "GET /"               = ""
      "GET /things/{id}"    = "method.request.header.X-Request method.request.path.id method.request.querystring.fields"
      "PUT /things/{id}"    = "method.request.header.X-Request method.request.path.id method.request.querystring.verbose"
      "GET /files/{proxy+}" = "method.request.path.proxy"
    }
    error_message = "The required parameters are not the contract's."
  }

  assert {
    condition = { for key, method in aws_api_gateway_method.operation : key => method.request_models if method.request_models != null } == {
      "POST /things"     = tomap({ "application/json" = "BodyPOSTthings" })
      "PUT /things/{id}" = tomap({ "application/json" = "ThingRank2", "$default" = "ThingRank2" })
    }
    error_message = "The bodies' models are not the contract's; or a body of another media type passes unchecked where JSON is the only one."
  }

  assert {
    condition = { for name, model in merge(aws_api_gateway_model.rank0, aws_api_gateway_model.rank1, aws_api_gateway_model.rank2, aws_api_gateway_model.rank3) : name => jsondecode(model.schema) } == {
      BodyPOSTthings = {
        "$schema"  = "http://json-schema.org/draft-04/schema#"
        title      = "BodyPOSTthings"
        type       = "object"
        required   = ["kind"]
        properties = { kind = { enum = ["new"] }, size = { type = "number", minimum = 0, exclusiveMinimum = true } }
      }
      Label = {
        "$schema"   = "http://json-schema.org/draft-04/schema#"
        title       = "Label"
        type        = "string"
        description = "Not \"$ref\":\"#/components/schemas/Unused\"."
      }
      Part = {
        "$schema"  = "http://json-schema.org/draft-04/schema#"
        title      = "Part"
        type       = "object"
        properties = { labels = { type = "array", items = { "$ref" = "https://apigateway.amazonaws.com/restapis/api1/models/Label" } } }
      }
      Thing = {
        "$schema" = "http://json-schema.org/draft-04/schema#"
        title     = "Thing"
        type      = "object"
        properties = {
          part  = { "$ref" = "https://apigateway.amazonaws.com/restapis/api1/models/PartRank1" }
          label = { "$ref" = "https://apigateway.amazonaws.com/restapis/api1/models/Label" }
        }
      }
    }
    error_message = "The models are not the contract's schemas in draft 4."
  }

  # Where a schema begins to refer to another, its new model is made while the old one is there.
  assert {
    condition = ({ for rank, models in { rank0 = aws_api_gateway_model.rank0, rank1 = aws_api_gateway_model.rank1, rank2 = aws_api_gateway_model.rank2 } : rank => join(" ", sort(values(models)[*].name)) } ==
    { rank0 = "BodyPOSTthings Label", rank1 = "PartRank1", rank2 = "ThingRank2" })
    error_message = "A schema of another rank would have a model of the same name."
  }

  assert {
    condition     = keys(aws_api_gateway_model.rank1) == ["Part"] && keys(aws_api_gateway_model.rank2) == ["Thing"]
    error_message = "A model is made before one that it refers to."
  }

  assert {
    condition = (aws_api_gateway_method_settings.all.method_path == "*/*" &&
      aws_api_gateway_method_settings.all.settings[0].throttling_rate_limit == 71 &&
    aws_api_gateway_method_settings.all.settings[0].throttling_burst_limit == 31)
    error_message = "Throttling is not the mode file's."
  }

  assert {
    condition = (aws_api_gateway_method_settings.all.settings[0].data_trace_enabled == false &&
      aws_api_gateway_method_settings.all.settings[0].logging_level == "ERROR" &&
    !strcontains(aws_api_gateway_stage.this.access_log_settings[0].format, "error.message") && !strcontains(lower(aws_api_gateway_stage.this.access_log_settings[0].format), "header"))
    error_message = "Logs may hold bodies or credentials."
  }

  assert {
    condition     = aws_api_gateway_stage.this.variables == tomap({ alias = "live", color = "blue" }) && aws_api_gateway_stage.this.xray_tracing_enabled
    error_message = "The stage has not the mode file's variables, or does not trace."
  }

  assert {
    condition = (aws_cloudwatch_log_group.execution.name == "API-Gateway-Execution-Logs_api1/v1" && aws_cloudwatch_log_group.execution.retention_in_days == 7 &&
    aws_cloudwatch_log_group.access.retention_in_days == 7)
    error_message = "A log group keeps logs for ever."
  }

  assert {
    condition = aws_api_gateway_integration_response.preflight["/things/{id}"].response_parameters == tomap({
      "method.response.header.Access-Control-Allow-Origin"  = "'*'"
      "method.response.header.Access-Control-Allow-Methods" = "'DELETE,GET,OPTIONS,PUT'"
      "method.response.header.Access-Control-Allow-Headers" = "'Content-Type,Authorization,X-Amz-Date,X-Amz-Security-Token,X-Api-Key,X-Request'"
      "method.response.header.Access-Control-Max-Age"       = "'86400'"
    }) && aws_api_gateway_integration_response.preflight["/things/{id}"].status_code == "204"
    error_message = "A preflight does not tell the path's methods and headers."
  }

  assert {
    condition = alltrue([for kind in ["DEFAULT_4XX", "DEFAULT_5XX"] :
      aws_api_gateway_gateway_response.error[kind].response_parameters["gatewayresponse.header.Access-Control-Allow-Origin"] == "'*'"
    ])
    error_message = "A browser would hide the gateway's errors."
  }
}

run "one_origin" {
  module {
    source = "./modules/rest-api"
  }
  variables {
    allowed_origins = ["https://app.example.com"]
  }

  assert {
    condition = (aws_api_gateway_integration_response.preflight["/"].response_parameters["method.response.header.Access-Control-Allow-Origin"] == "'https://app.example.com'" &&
      aws_api_gateway_integration_response.preflight["/"].response_templates == null &&
    aws_api_gateway_gateway_response.error["DEFAULT_4XX"].response_parameters["gatewayresponse.header.Access-Control-Allow-Origin"] == "'https://app.example.com'")
    error_message = "One origin is not named as it is."
  }
}

run "several_origins" {
  module {
    source = "./modules/rest-api"
  }
  variables {
    allowed_origins = ["https://app.example.com", "http://localhost:3000"]
  }

  assert {
    condition = (strcontains(aws_api_gateway_integration_response.preflight["/"].response_templates["application/json"],
      "#if($origin == \"https://app.example.com\" || $origin == \"http://localhost:3000\")") &&
      aws_api_gateway_integration_response.preflight["/"].response_parameters["method.response.header.Vary"] == "'Origin'" &&
    aws_api_gateway_gateway_response.error["DEFAULT_5XX"].response_parameters["gatewayresponse.header.Access-Control-Allow-Origin"] == "'*'")
    error_message = "Of several origins the caller's is not chosen."
  }
}

# What a mode leaves out has API Gateway's own default.
run "least_mode" {
  module {
    source = "./modules/rest-api"
  }
  command = plan
  variables {
    plan = "tests/fixtures/plans/things/least.json"
  }

  assert {
    condition = (aws_api_gateway_rest_api.this.api_key_source == "HEADER" && length(aws_api_gateway_rest_api.this.binary_media_types) == 0 &&
    aws_api_gateway_rest_api.this.disable_execute_api_endpoint == false && aws_api_gateway_stage.this.cache_cluster_enabled == false)
    error_message = "Without settings keys are in a header, no type is binary, the API has AWS's address, and nothing is cached."
  }
  assert {
    condition = (!anytrue([for method in concat(values(aws_api_gateway_method_settings.method), [aws_api_gateway_method_settings.all]) : method.settings[0].caching_enabled]) &&
    keys(aws_api_gateway_gateway_response.error) == ["ACCESS_DENIED", "DEFAULT_4XX", "DEFAULT_5XX", "UNAUTHORIZED"])
    error_message = "Without settings no answer is kept or changed but for a challenge."
  }
  assert {
    condition = { for type, response in aws_api_gateway_gateway_response.error : type => [for name in ["WWW-Authenticate", "Access-Control-Expose-Headers"] :
      lookup(response.response_parameters, "gatewayresponse.header.${name}", "none")] } == {
      ACCESS_DENIED = ["'Bearer realm=\"Things\", error=\"insufficient_scope\"'", "'WWW-Authenticate'"]
      DEFAULT_4XX   = ["none", "none"]
      DEFAULT_5XX   = ["none", "none"]
      UNAUTHORIZED  = ["'Bearer realm=\"Things\"'", "'WWW-Authenticate'"]
    }
    error_message = "Refusals do not ask for a token, or others do."
  }
  assert {
    condition     = alltrue([for integration in aws_api_gateway_integration.operation : integration.timeout_milliseconds == 29000 && integration.cache_key_parameters == null && integration.request_parameters == null])
    error_message = "Without settings a function has 29 seconds, and a key of a cache."
  }
  assert {
    condition = alltrue([
      aws_api_gateway_method_settings.all.settings[0].throttling_rate_limit == 1000,
      aws_api_gateway_method_settings.all.settings[0].throttling_burst_limit == 500,
      { for key, method in aws_api_gateway_method_settings.method : key => "${method.settings[0].throttling_rate_limit} ${method.settings[0].throttling_burst_limit}" } == {
        "GET /health" = "50 50"
      },
    ])
    error_message = "A mode without a throttle uses up the account's limits."
  }
  assert {
    condition = alltrue([
      !aws_api_gateway_request_validator.this.validate_request_body,
      !aws_api_gateway_request_validator.this.validate_request_parameters,
    ])
    error_message = "Without requestValidation nothing is validated."
  }
}
