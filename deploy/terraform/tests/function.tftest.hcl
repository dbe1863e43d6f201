# The module function: what it may do, and which versions its alias stands for.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  name         = "demo-fixture"
  zip          = "tests/fixtures/artifacts/token.zip"
  architecture = "arm64"
  environment  = { COLOR = "blue" }
  statements = [
    {
      actions   = ["dynamodb:GetItem"]
      resources = ["arn:aws:dynamodb:eu-west-1:111122223333:table/table1"]
    },
    {
      actions    = ["dynamodb:PutItem"]
      resources  = ["arn:aws:dynamodb:eu-west-1:111122223333:table/table1"]
      conditions = { "ForAllValues:StringEquals" = { "dynamodb:Attributes" = ["id"] }, "Null" = { "dynamodb:Attributes" = ["false"] } }
    },
  ]
  log_retention_days = 7
}

run "function" {
  module {
    source = "./modules/function"
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
        {
          Effect    = "Allow"
          Action    = ["dynamodb:PutItem"]
          Resource  = ["arn:aws:dynamodb:eu-west-1:111122223333:table/table1"]
          Condition = { "ForAllValues:StringEquals" = { "dynamodb:Attributes" = ["id"] }, "Null" = { "dynamodb:Attributes" = ["false"] } }
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
      Condition = { StringEquals = { "aws:SourceAccount" = "111122223333" } }
    }]
    error_message = "Something else than Lambda may take the function's role, or for another account."
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

  assert {
    condition = (aws_lambda_function.this.kms_key_arn == null && aws_cloudwatch_log_group.this.kms_key_id == null &&
    aws_lambda_function.this.reserved_concurrent_executions == -1 && length(aws_lambda_alias.live.routing_config) == 0)
    error_message = "By default there is a key, a reservation, or a canary."
  }

  assert {
    condition = (output.name == "demo-fixture" && output.alias == "live" && output.version == "3" && output.timeout == 10 &&
      output.log_group == "/aws/lambda/demo-fixture" && output.arn == aws_lambda_function.this.arn &&
    endswith(output.invoke_arn, ":function1/invocations") && endswith(output.alias_invoke_arn, ":function1:live/invocations"))
    error_message = "An output does not tell what it should."
  }
}

run "key_and_reservation" {
  module {
    source = "./modules/function"
  }
  variables {
    kms_key_arn          = "arn:aws:kms:eu-west-1:111122223333:key/key1"
    reserved_concurrency = 0
  }

  assert {
    condition = (aws_lambda_function.this.kms_key_arn == "arn:aws:kms:eu-west-1:111122223333:key/key1" &&
    aws_cloudwatch_log_group.this.kms_key_id == "arn:aws:kms:eu-west-1:111122223333:key/key1")
    error_message = "The key does not encrypt the variables and the logs."
  }

  assert {
    condition = contains(jsondecode(aws_iam_role_policy.this.policy).Statement, {
      Effect   = "Allow"
      Action   = ["kms:Decrypt"]
      Resource = ["arn:aws:kms:eu-west-1:111122223333:key/key1"]
    })
    error_message = "The function may not decrypt its variables."
  }

  assert {
    condition     = aws_lambda_function.this.reserved_concurrent_executions == 0
    error_message = "A reservation of 0, which stops the function, is none."
  }
}

run "key_without_variables" {
  module {
    source = "./modules/function"
  }
  variables {
    kms_key_arn = "arn:aws:kms:eu-west-1:111122223333:key/key1"
    environment = {}
  }

  assert {
    condition     = aws_lambda_function.this.kms_key_arn == null && !strcontains(aws_iam_role_policy.this.policy, "kms:")
    error_message = "A function without variables has a key for them, which Lambda would not keep."
  }
}

run "description" {
  module {
    source = "./modules/function"
  }
  variables {
    description = "What it is."
  }

  assert {
    condition     = aws_lambda_function.this.description == "What it is."
    error_message = "Its versions do not say what the function is."
  }
}

run "refused_description_too_long" {
  command = plan
  module {
    source = "./modules/function"
  }
  variables {
    description = join("", [for n in range(257) : "x"])
  }
  expect_failures = [var.description]
}

run "rollback" {
  module {
    source = "./modules/function"
  }
  variables {
    live_version = "2"
  }

  assert {
    condition     = aws_lambda_alias.live.function_version == "2" && length(aws_lambda_alias.live.routing_config) == 0 && output.version == "3"
    error_message = "The alias does not stay at the version that is named."
  }
}

run "canary" {
  module {
    source = "./modules/function"
  }
  variables {
    live_version  = "2"
    canary_weight = 0.1
  }

  assert {
    condition     = aws_lambda_alias.live.function_version == "2" && aws_lambda_alias.live.routing_config[0].additional_version_weights == tomap({ "3" = 0.1 })
    error_message = "A tenth of the calls does not go to the newest version, or the rest does not stay."
  }
}

run "no_zip" {
  command = plan
  module {
    source = "./modules/function"
  }
  variables {
    zip = "tests/fixtures/artifacts/no-such-file.zip"
  }
  expect_failures = [var.zip]
}

run "unknown_architecture" {
  command = plan
  module {
    source = "./modules/function"
  }
  variables {
    architecture = "riscv64"
  }
  expect_failures = [var.architecture]
}

run "too_little_memory" {
  command = plan
  module {
    source = "./modules/function"
  }
  variables {
    memory = 64
  }
  expect_failures = [var.memory]
}

run "no_timeout" {
  command = plan
  module {
    source = "./modules/function"
  }
  variables {
    timeout = 0
  }
  expect_failures = [var.timeout]
}

run "negative_reservation" {
  command = plan
  module {
    source = "./modules/function"
  }
  variables {
    reserved_concurrency = -1
  }
  expect_failures = [var.reserved_concurrency]
}

run "alias_of_a_key" {
  command = plan
  module {
    source = "./modules/function"
  }
  variables {
    kms_key_arn = "alias/mine"
  }
  expect_failures = [var.kms_key_arn]
}

run "unpublished_version" {
  command = plan
  module {
    source = "./modules/function"
  }
  variables {
    live_version = "$LATEST"
  }
  expect_failures = [var.live_version]
}

run "canary_without_a_live_version" {
  command = plan
  module {
    source = "./modules/function"
  }
  variables {
    canary_weight = 0.1
  }
  expect_failures = [var.canary_weight]
}

run "canary_of_more_than_all" {
  command = plan
  module {
    source = "./modules/function"
  }
  variables {
    live_version  = "2"
    canary_weight = 1.5
  }
  expect_failures = [var.canary_weight]
}

# The newest version is known to a plan since the runs before made it.
run "canary_of_nothing_new" {
  command = plan
  module {
    source = "./modules/function"
  }
  variables {
    live_version  = "3"
    canary_weight = 0.1
  }
  expect_failures = [aws_lambda_alias.live]
}

run "version_to_come" {
  command = plan
  module {
    source = "./modules/function"
  }
  variables {
    live_version = "4"
  }
  expect_failures = [aws_lambda_alias.live]
}

# In a VPC, Lambda connects the function by its role, and the function's own code may not do the same.
run "vpc" {
  module {
    source = "./modules/function"
  }
  variables {
    vpc    = { subnet_ids = ["subnet-1", "subnet-2"], security_group_ids = ["sg-1"] }
    layers = ["arn:aws:lambda:eu-west-1:111122223333:layer:ca:1"]
  }

  assert {
    condition = (one(aws_lambda_function.this.vpc_config).subnet_ids == toset(["subnet-1", "subnet-2"]) && one(aws_lambda_function.this.vpc_config).security_group_ids == toset(["sg-1"]) &&
    aws_lambda_function.this.layers == tolist(["arn:aws:lambda:eu-west-1:111122223333:layer:ca:1"]))
    error_message = "The function is elsewhere, or lacks its layer."
  }
  assert {
    condition = [for statement in jsondecode(aws_iam_role_policy.this.policy).Statement : [statement.Effect, length(statement.Action), jsonencode(try(statement.Condition, null))] if contains(statement.Action, "ec2:CreateNetworkInterface")] == [
      ["Allow", 6, "null"],
      ["Deny", 6, jsonencode({ ArnLike = { "lambda:SourceFunctionArn" = ["arn:*:lambda:*:111122223333:function:demo-fixture", "arn:*:lambda:*:111122223333:function:demo-fixture:*"] } })],
    ]
    error_message = "Lambda cannot connect the function, or its code may make interfaces."
  }
}

run "a_vpc_without_groups" {
  command = plan
  module {
    source = "./modules/function"
  }
  variables {
    vpc = { subnet_ids = ["subnet-1"], security_group_ids = [] }
  }
  expect_failures = [var.vpc]
}
