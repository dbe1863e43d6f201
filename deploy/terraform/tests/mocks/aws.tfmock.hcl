# What the provider checks, or what the tests compare, of values that AWS makes.

mock_resource "aws_api_gateway_rest_api" {
  defaults = {
    id               = "api1"
    root_resource_id = "root1"
    execution_arn    = "arn:aws:execute-api:eu-west-1:111122223333:api1"
  }
}

mock_resource "aws_api_gateway_authorizer" {
  defaults = {
    id = "authorizer1"
  }
}

mock_resource "aws_api_gateway_request_validator" {
  defaults = {
    id = "validator1"
  }
}

mock_resource "aws_api_gateway_stage" {
  defaults = {
    arn        = "arn:aws:apigateway:eu-west-1::/restapis/api1/stages/v1"
    invoke_url = "https://api1.execute-api.eu-west-1.amazonaws.com/v1"
  }
}

mock_resource "aws_cloudwatch_log_group" {
  defaults = {
    arn = "arn:aws:logs:eu-west-1:111122223333:log-group:group1"
  }
}

mock_resource "aws_iam_role" {
  defaults = {
    arn = "arn:aws:iam::111122223333:role/role1"
  }
}

mock_resource "aws_lambda_function" {
  defaults = {
    invoke_arn = "arn:aws:apigateway:eu-west-1:lambda:path/2015-03-31/functions/arn:aws:lambda:eu-west-1:111122223333:function:function1/invocations"
    version    = "3"
  }
}

mock_resource "aws_lambda_alias" {
  defaults = {
    arn        = "arn:aws:lambda:eu-west-1:111122223333:function:function1:live"
    invoke_arn = "arn:aws:apigateway:eu-west-1:lambda:path/2015-03-31/functions/arn:aws:lambda:eu-west-1:111122223333:function:function1:live/invocations"
  }
}

mock_resource "aws_dynamodb_table" {
  defaults = {
    arn        = "arn:aws:dynamodb:eu-west-1:111122223333:table/table1"
    stream_arn = "arn:aws:dynamodb:eu-west-1:111122223333:table/table1/stream/2026-11-29T06:44:24.123"
  }
}

mock_resource "aws_sqs_queue" {
  defaults = {
    arn = "arn:aws:sqs:eu-west-1:111122223333:queue1"
    url = "https://sqs.eu-west-1.amazonaws.com/111122223333/queue1"
  }
}

mock_resource "aws_cloudwatch_event_rule" {
  defaults = {
    arn = "arn:aws:events:eu-west-1:111122223333:rule/rule1"
  }
}

mock_resource "aws_cognito_user_pool" {
  defaults = {
    id       = "eu-west-1_Pool1"
    arn      = "arn:aws:cognito-idp:eu-west-1:111122223333:userpool/eu-west-1_Pool1"
    endpoint = "cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Pool1"
  }
}

mock_resource "aws_cognito_user_pool_client" {
  defaults = {
    id = "client1"
  }
}

mock_data "aws_caller_identity" {
  defaults = {
    account_id = "111122223333"
  }
}

mock_data "aws_partition" {
  defaults = {
    partition = "aws"
  }
}

mock_data "aws_region" {
  defaults = {
    id = "eu-west-1"
  }
}

mock_resource "aws_apigatewayv2_domain_name" {
  defaults = {
    id = "api.example.com"
    domain_name_configuration = {
      target_domain_name = "d-1.execute-api.eu-west-1.amazonaws.com"
      hosted_zone_id     = "Z1"
    }
  }
}

mock_resource "aws_wafv2_web_acl" {
  defaults = {
    arn = "arn:aws:wafv2:eu-west-1:111122223333:regional/webacl/acl1/1"
  }
}

mock_resource "aws_apigatewayv2_api" {
  defaults = {
    id            = "http1"
    execution_arn = "arn:aws:execute-api:eu-west-1:111122223333:http1"
    api_endpoint  = "wss://http1.execute-api.eu-west-1.amazonaws.com"
  }
}

mock_resource "aws_apigatewayv2_authorizer" {
  defaults = {
    id = "authorizer2"
  }
}

mock_resource "aws_apigatewayv2_integration" {
  defaults = {
    id = "integration1"
  }
}

mock_resource "aws_apigatewayv2_stage" {
  defaults = {
    invoke_url = "https://http1.execute-api.eu-west-1.amazonaws.com/"
  }
}

mock_resource "aws_api_gateway_usage_plan" {
  defaults = {
    id = "plan1"
  }
}

mock_resource "aws_api_gateway_api_key" {
  defaults = {
    id    = "key1"
    value = "made-by-the-service-0001"
  }
}

mock_resource "aws_secretsmanager_secret" {
  defaults = {
    id  = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:secret1-AbCdEf"
    arn = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:secret1-AbCdEf"
  }
}
