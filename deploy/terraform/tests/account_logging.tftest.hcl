# The module account-logging.

mock_provider "aws" {
  source = "./tests/mocks"
}

run "account_logging" {
  module {
    source = "./modules/account-logging"
  }
  variables {
    name = "demo-fixture"
  }

  assert {
    condition     = aws_iam_role_policy_attachment.this.policy_arn == "arn:aws:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs"
    error_message = "API Gateway's role may do something else than write logs."
  }

  assert {
    condition = jsondecode(aws_iam_role.this.assume_role_policy).Statement == [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "apigateway.amazonaws.com" }
      Condition = { StringEqualsIfExists = { "aws:SourceAccount" = "111122223333" } }
    }]
    error_message = "Something else than API Gateway may take the role, or for another account."
  }

  assert {
    condition     = output.role_arn == aws_iam_role.this.arn && aws_api_gateway_account.this.cloudwatch_role_arn == aws_iam_role.this.arn
    error_message = "The region's role is not the one that was made."
  }
}
