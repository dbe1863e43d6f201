# A WebSocket API without its routes, of a contract that has nothing to do with this project's own.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  name  = "demo-fixture"
  stage = "v1"
  plan  = "tests/fixtures/plans/messages/ws-everything.json"
}

run "everything" {
  module {
    source = "./modules/websocket-endpoint"
  }

  assert {
    condition = (aws_apigatewayv2_api.this.protocol_type == "WEBSOCKET" && aws_apigatewayv2_api.this.description == "Talk to each other." &&
      aws_apigatewayv2_api.this.route_selection_expression == "$${request.body.service}/$${request.body.action}" &&
      aws_apigatewayv2_api.this.api_key_selection_expression == "$context.authorizer.usageIdentifierKey" &&
    aws_apigatewayv2_api.this.target == null && aws_apigatewayv2_api.this.body == null && !aws_apigatewayv2_api.this.disable_execute_api_endpoint)
    error_message = "The API is another than the contract's, finds routes or keys elsewhere, or has routes besides it."
  }

  assert {
    condition = (output.id == "http1" && output.execution_arn == "arn:aws:execute-api:eu-west-1:111122223333:http1" &&
      output.connections_arn == "arn:aws:execute-api:eu-west-1:111122223333:http1/v1/*/@connections/*" &&
    output.connections_endpoint == "https://http1.execute-api.eu-west-1.amazonaws.com/v1" && !output.disable_execute_api_endpoint)
    error_message = "An output is wrong."
  }
}

run "least" {
  command = plan
  module {
    source = "./modules/websocket-endpoint"
  }
  variables {
    plan                         = "tests/fixtures/plans/messages/ws-key.json"
    disable_execute_api_endpoint = true
  }
  assert {
    condition = (aws_apigatewayv2_api.this.api_key_selection_expression == "$request.header.x-api-key" && aws_apigatewayv2_api.this.disable_execute_api_endpoint &&
    output.disable_execute_api_endpoint)
    error_message = "Keys are looked for elsewhere, or the API answers elsewhere than at its domain."
  }
}

run "refused_plan_of_another_gateway" {
  command = plan
  module {
    source = "./modules/websocket-endpoint"
  }
  variables {
    plan = "tests/fixtures/plans/routes/http-lambda.json"
  }
  expect_failures = [var.plan]
}
