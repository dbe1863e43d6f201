# The routes of a WebSocket API, of a contract that has nothing to do with this project's own.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  api           = { id = "http1", execution_arn = "arn:aws:execute-api:eu-west-1:111122223333:http1" }
  name          = "demo-fixture"
  stage         = "v1"
  plan          = "tests/fixtures/plans/messages/ws-everything.json"
  authorizer_id = "lambda1"
  functions = {
    lobby = { name = "demo-lobby", invoke_arn = "uri:lobby/invocations", alias = "live" }
    chat  = { name = "demo-chat", invoke_arn = "uri:chat/invocations", alias = "live" }
    clock = { name = "demo-clock", invoke_arn = "uri:clock/invocations", alias = "live" }
  }
  log_retention_days = 7
}

run "everything" {
  module {
    source = "./modules/websocket-api"
  }

  assert {
    condition = { for key, route in aws_apigatewayv2_route.operation : key => "${route.route_key}: ${route.authorization_type} ${coalesce(route.authorizer_id, "none")}${route.api_key_required ? " with a key" : ""} ${route.target == "integrations/${aws_apigatewayv2_integration.function[local.plan.operations[key].function].id}"}" } == {
      "$connect"    = "$connect: CUSTOM lambda1 with a key true"
      "$disconnect" = "$disconnect: NONE none true"
      "chat/send"   = "chat/send: NONE none true"
      "chat/time"   = "chat/time: NONE none true"
      "chat/one"    = "chat/one: NONE none true"
      "$default"    = "$default: NONE none true"
    }
    error_message = "A route is missing, or somebody else is asked than the authorizer at $connect."
  }

  assert {
    condition = { for key, route in aws_apigatewayv2_route.operation : key => "${route.model_selection_expression} ${jsonencode(route.request_models)}" if route.model_selection_expression != null } == {
      "chat/send" = "\\$default {\"$default\":\"Messagechatsend\"}"
      "chat/one"  = "\\$default {\"$default\":\"Messagechatone\"}"
    }
    error_message = "A message is not validated by its route's model, or one is that has none."
  }

  assert {
    condition = { for name, model in aws_apigatewayv2_model.message : name => "${model.name} ${model.content_type} ${model.schema}" } == {
      Messagechatsend = "Messagechatsend application/json {\"$schema\":\"http://json-schema.org/draft-04/schema#\",\"properties\":{\"user\":{\"type\":\"string\"}},\"required\":[\"user\"],\"title\":\"Messagechatsend\",\"type\":\"object\"}"
      Messagechatone  = "Messagechatone application/json {\"$schema\":\"http://json-schema.org/draft-04/schema#\",\"enum\":[1],\"title\":\"Messagechatone\"}"
    }
    error_message = "A model is another than the contract's."
  }

  # Both are needed for what the function answers to reach the client.
  assert {
    condition = ({ for key, response in aws_apigatewayv2_route_response.answer : key => "${response.route_response_key} ${response.route_id == aws_apigatewayv2_route.operation[key].id}" } == {
      "chat/time" = "$default true"
      "chat/one"  = "$default true"
    } && [for key, route in aws_apigatewayv2_route.operation : key if route.route_response_selection_expression == "$default"] == ["chat/one", "chat/time"])
    error_message = "A function's answer is dropped, or sent though nobody waits for it."
  }

  assert {
    condition = { for name, integration in aws_apigatewayv2_integration.function : name => "${integration.integration_type} ${integration.integration_method} ${integration.integration_uri} ${integration.timeout_milliseconds}" } == {
      lobby = "AWS_PROXY POST uri:lobby:$${stageVariables.alias}/invocations 12000"
      chat  = "AWS_PROXY POST uri:chat:$${stageVariables.alias}/invocations 12000"
      clock = "AWS_PROXY POST uri:clock:$${stageVariables.alias}/invocations 12000"
    }
    error_message = "An integration does not call its function by the stage variable, or not as the mode says."
  }

  assert {
    condition = { for key, permission in aws_lambda_permission.operation : key => "${permission.function_name}:${permission.qualifier} ${permission.source_arn}" } == {
      "$connect"    = "demo-lobby:live arn:aws:execute-api:eu-west-1:111122223333:http1/v1/$connect"
      "$disconnect" = "demo-lobby:live arn:aws:execute-api:eu-west-1:111122223333:http1/v1/$disconnect"
      "chat/send"   = "demo-chat:live arn:aws:execute-api:eu-west-1:111122223333:http1/v1/chat/send"
      "chat/time"   = "demo-clock:live arn:aws:execute-api:eu-west-1:111122223333:http1/v1/chat/time"
      "chat/one"    = "demo-chat:live arn:aws:execute-api:eu-west-1:111122223333:http1/v1/chat/one"
      "$default"    = "demo-chat:live arn:aws:execute-api:eu-west-1:111122223333:http1/v1/$default"
    }
    error_message = "The gateway may call a function for something else than the contract's routes."
  }

  assert {
    condition = (length(distinct(values(aws_lambda_permission.operation)[*].statement_id)) == 6 &&
      alltrue([for permission in aws_lambda_permission.operation : permission.action == "lambda:InvokeFunction" && permission.principal == "apigateway.amazonaws.com" &&
    can(regex("^[A-Za-z0-9_-]{1,100}$", permission.statement_id))]))
    error_message = "Permissions share a name, have one that Lambda refuses, or allow somebody or something else."
  }

  assert {
    condition = (aws_apigatewayv2_stage.this.name == "v1" && !aws_apigatewayv2_stage.this.auto_deploy && aws_apigatewayv2_stage.this.deployment_id == aws_apigatewayv2_deployment.this.id &&
    aws_apigatewayv2_stage.this.stage_variables == tomap({ alias = "live", color = "blue" }))
    error_message = "The stage does not serve the deployment, or has other variables than the mode's."
  }

  assert {
    condition = { for settings in concat([for all in aws_apigatewayv2_stage.this.default_route_settings : merge(all, { route_key = "" })], tolist(aws_apigatewayv2_stage.this.route_settings)) :
      settings.route_key => [settings.throttling_rate_limit, settings.throttling_burst_limit, settings.detailed_metrics_enabled, settings.logging_level, settings.data_trace_enabled] } == {
      ""          = [71.5, 31, true, "ERROR", false]
      "chat/send" = [7, 3, true, "ERROR", false]
      "$connect"  = [0, 0, true, "ERROR", false]
    }
    error_message = "The stage or a route has other limits than the mode's, no metrics, no log of errors, or logs messages."
  }

  assert {
    condition = (one(aws_apigatewayv2_stage.this.access_log_settings).format == "$context.requestId $context.status" && output.access_log_group == "/aws/apigateway/demo-fixture" &&
      aws_cloudwatch_log_group.execution.name == "/aws/apigateway/http1/v1" && alltrue([for group in [aws_cloudwatch_log_group.access, aws_cloudwatch_log_group.execution] :
    group.retention_in_days == 7 && group.kms_key_id == null]))
    error_message = "The logs are not as the mode and the variables say, or never end."
  }

  assert {
    condition = (output.id == "http1" && output.stage == "v1" && output.kind == "WEBSOCKET" && output.url == aws_apigatewayv2_stage.this.invoke_url &&
      output.execution_arn == "arn:aws:execute-api:eu-west-1:111122223333:http1" &&
    output.operations == { "$connect" = { authorization = "CUSTOM", api_key_required = true, public = false } })
    error_message = "An output is wrong."
  }
}

run "other_settings_of_the_authorizer" {
  command = plan
  module {
    source = "./modules/websocket-api"
  }
  variables {
    deployment_triggers = { function = "newer" }
  }
  assert {
    condition     = output.deployment_inputs != run.everything.deployment_inputs
    error_message = "Other settings beside the module make no new deployment."
  }
}

run "an_api_at_its_domain_only" {
  command = plan
  module {
    source = "./modules/websocket-api"
  }
  variables {
    api = { id = "http1", execution_arn = "arn:aws:execute-api:eu-west-1:111122223333:http1", disable_execute_api_endpoint = true }
  }
  assert {
    condition     = output.deployment_inputs != run.everything.deployment_inputs
    error_message = "An API that is to answer elsewhere is not deployed anew, and goes on as before."
  }
}

run "a_key_alone" {
  command = plan
  module {
    source = "./modules/websocket-api"
  }
  variables {
    plan          = "tests/fixtures/plans/messages/ws-key.json"
    authorizer_id = null
  }
  assert {
    condition = (aws_apigatewayv2_route.operation["$connect"].authorization_type == "NONE" && aws_apigatewayv2_route.operation["$connect"].api_key_required &&
    [for key, route in aws_apigatewayv2_route.operation : key if route.api_key_required] == ["$connect"])
    error_message = "A client may connect without a key, or is asked for one again."
  }
}

run "least" {
  module {
    source = "./modules/websocket-api"
  }
  variables {
    plan          = "tests/fixtures/plans/silent/ws-least.json"
    authorizer_id = null
    kms_key_arn   = "arn:aws:kms:eu-west-1:111122223333:key/1"
  }

  assert {
    condition = (aws_apigatewayv2_route.operation["$connect"].authorization_type == "AWS_IAM" && aws_apigatewayv2_route.operation["$connect"].target == null &&
      keys(aws_apigatewayv2_route.operation) == ["$connect", "send"] && keys(aws_apigatewayv2_integration.function) == ["chat"] && keys(aws_lambda_permission.operation) == ["send"] &&
    length(aws_apigatewayv2_route_response.answer) == 0 && length(aws_apigatewayv2_model.message) == 0)
    error_message = "A client that has not signed may connect, or a function is told that the contract does not name."
  }

  assert {
    condition = (one(aws_apigatewayv2_stage.this.default_route_settings).throttling_rate_limit == 1000 && length(aws_apigatewayv2_stage.this.route_settings) == 0 &&
      aws_apigatewayv2_integration.function["chat"].timeout_milliseconds == 29000 &&
    alltrue([for group in [aws_cloudwatch_log_group.access, aws_cloudwatch_log_group.execution] : group.kms_key_id == "arn:aws:kms:eu-west-1:111122223333:key/1"]))
    error_message = "There is something that neither the mode nor the variables ask for, or something is not that they do."
  }

  assert {
    condition = jsondecode(one(aws_apigatewayv2_stage.this.access_log_settings).format) == {
      apiKeyId           = "$context.identity.apiKeyId"
      authorizerError    = "$context.authorizer.error"
      connectedAt        = "$context.connectedAt"
      connectionId       = "$context.connectionId"
      errorType          = "$context.error.responseType"
      eventType          = "$context.eventType"
      integrationError   = "$context.integration.error"
      integrationLatency = "$context.integration.latency"
      integrationStatus  = "$context.integration.status"
      messageId          = "$context.messageId"
      principalId        = "$context.authorizer.principalId"
      requestId          = "$context.requestId"
      routeKey           = "$context.routeKey"
      sourceIp           = "$context.identity.sourceIp"
      status             = "$context.status"
      time               = "$context.requestTime"
      userArn            = "$context.identity.userArn"
    }
    error_message = "The access log is another than the local gateway's."
  }
}

run "refused_plan_of_another_gateway" {
  command = plan
  module {
    source = "./modules/websocket-api"
  }
  variables {
    plan = "tests/fixtures/plans/routes/http-lambda.json"
  }
  expect_failures = [var.plan]
}

run "refused_stage_of_http_apis" {
  command = plan
  module {
    source = "./modules/websocket-api"
  }
  variables {
    stage = "$default"
  }
  expect_failures = [var.stage]
}

run "refused_without_an_authorizer" {
  command = plan
  module {
    source = "./modules/websocket-api"
  }
  variables {
    authorizer_id = null
  }
  expect_failures = [aws_apigatewayv2_route.operation]
}

run "refused_authorizer_that_is_never_asked" {
  command = plan
  module {
    source = "./modules/websocket-api"
  }
  variables {
    plan = "tests/fixtures/plans/silent/ws-least.json"
  }
  expect_failures = [aws_apigatewayv2_route.operation]
}

run "refused_function_that_is_not_there" {
  command = plan
  module {
    source = "./modules/websocket-api"
  }
  variables {
    plan          = "tests/fixtures/plans/silent/ws-least.json"
    authorizer_id = null
    functions     = { lobby = { name = "demo-lobby", invoke_arn = "uri:lobby/invocations", alias = "live" } }
  }
  expect_failures = [terraform_data.functions]
}

run "refused_alias_of_no_stage_variable" {
  command = plan
  module {
    source = "./modules/websocket-api"
  }
  variables {
    plan          = "tests/fixtures/plans/silent/ws-least.json"
    authorizer_id = null
    functions     = { chat = { name = "demo-chat", invoke_arn = "uri:chat/invocations", alias = "blue" } }
  }
  expect_failures = [terraform_data.functions]
}
