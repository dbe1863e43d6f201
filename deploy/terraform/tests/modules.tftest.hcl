# The smaller modules, each by itself.

mock_provider "aws" {
  source = "./tests/mocks"
}

run "function" {
  module {
    source = "./modules/function"
  }
  variables {
    name         = "demo-fixture"
    zip          = "tests/fixtures/artifacts/token.zip"
    architecture = "arm64"
    environment  = { COLOR = "blue" }
    statements = [{
      actions   = ["dynamodb:GetItem"]
      resources = ["arn:aws:dynamodb:eu-west-1:111122223333:table/table1"]
    }]
    log_retention_days = 7
  }

  assert {
    condition = jsondecode(aws_iam_role_policy.this.policy) == {
      Version = "2012-10-17"
      Statement = [
        {
          Effect   = "Allow"
          Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
          Resource = ["arn:aws:logs:eu-west-1:111122223333:log-group:group1:*"]
        },
        {
          Effect   = "Allow"
          Action   = ["xray:PutTraceSegments", "xray:PutTelemetryRecords"]
          Resource = ["*"]
        },
        {
          Effect   = "Allow"
          Action   = ["dynamodb:GetItem"]
          Resource = ["arn:aws:dynamodb:eu-west-1:111122223333:table/table1"]
        },
      ]
    }
    error_message = "The function may do something else than log, trace, and what it was given."
  }

  assert {
    condition = jsondecode(aws_iam_role.this.assume_role_policy).Statement == [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "lambda.amazonaws.com" }
    }]
    error_message = "Something else than Lambda may take the function's role."
  }

  assert {
    condition     = aws_cloudwatch_log_group.this.name == "/aws/lambda/demo-fixture" && aws_cloudwatch_log_group.this.retention_in_days == 7
    error_message = "The function's logs are kept elsewhere, or for ever."
  }

  assert {
    condition = (aws_lambda_function.this.publish && aws_lambda_alias.live.name == "live" && aws_lambda_alias.live.function_version == "3" &&
    aws_lambda_function.this.tracing_config[0].mode == "Active" && aws_lambda_function.this.environment[0].variables == tomap({ COLOR = "blue" }))
    error_message = "The alias live does not stand for a published version, or the function does not trace or lacks its variables."
  }
}

run "function_without_a_zip" {
  command = plan
  module {
    source = "./modules/function"
  }
  variables {
    name               = "demo-fixture"
    zip                = "tests/fixtures/artifacts/no-such-file.zip"
    architecture       = "arm64"
    log_retention_days = 7
  }
  expect_failures = [var.zip]
}

run "table" {
  module {
    source = "./modules/table"
  }
  variables {
    name                = "demo-fixture"
    deletion_protection = true
  }

  assert {
    condition = (aws_dynamodb_table.this.hash_key == "id" && aws_dynamodb_table.this.billing_mode == "PAY_PER_REQUEST" &&
      aws_dynamodb_table.this.point_in_time_recovery[0].enabled && aws_dynamodb_table.this.server_side_encryption[0].enabled &&
    aws_dynamodb_table.this.deletion_protection_enabled)
    error_message = "The table is not found by id, not on demand, not recoverable, not encrypted or not protected."
  }
}

run "user_pool" {
  module {
    source = "./modules/user-pool"
  }
  variables {
    name                = "demo-fixture"
    deletion_protection = true
    group_scopes = {
      keepers = ["things/read", "things/write", "https://parts.example.com/v1/read"]
      viewers = ["things/read"]
    }
  }

  assert {
    condition = { for identifier, server in aws_cognito_resource_server.this : identifier => join(" ", sort(server.scope[*].scope_name)) } == {
      "things"                       = "read write"
      "https://parts.example.com/v1" = "read"
    }
    error_message = "The resource servers are not those of the scopes."
  }

  assert {
    condition     = keys(aws_cognito_user_group.this) == ["keepers", "viewers"]
    error_message = "The groups are not those of the scopes."
  }

  assert {
    condition = (sort(aws_cognito_user_pool_client.this.explicit_auth_flows) == tolist(["ALLOW_REFRESH_TOKEN_AUTH", "ALLOW_USER_PASSWORD_AUTH", "ALLOW_USER_SRP_AUTH"]) &&
      aws_cognito_user_pool_client.this.generate_secret == false && aws_cognito_user_pool_client.this.enable_token_revocation &&
    aws_cognito_user_pool_client.this.prevent_user_existence_errors == "ENABLED")
    error_message = "The app client allows other flows, has a secret, cannot revoke, or tells which users exist."
  }

  assert {
    condition = (aws_cognito_user_pool.this.admin_create_user_config[0].allow_admin_create_user_only &&
    aws_cognito_user_pool.this.deletion_protection == "ACTIVE")
    error_message = "Anybody may sign up, or the pool is not protected."
  }

  assert {
    condition     = output.issuer == "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Pool1"
    error_message = "The issuer is not that of the pool's tokens."
  }
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
}
