# The root stack: clients of a WebSocket API are told of changes, and disconnected when their credential has ended.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  name      = "demo"
  artifacts = "tests/fixtures/artifacts"
}

run "a_stack_whose_clients_may_subscribe" {
  variables {
    modes = ["rest-token", "websocket"]
  }

  assert {
    condition = output.feed == {
      mode                 = "websocket"
      connections_endpoint = "https://http1.execute-api.eu-west-1.amazonaws.com/v1"
      connections_table    = "demo-connections"
      queue_url            = "https://sqs.eu-west-1.amazonaws.com/111122223333/queue1"
    }
    error_message = "The output feed does not tell whose clients may subscribe, or where what is left undone is told."
  }

  assert {
    condition = local.functions["live"].environment == {
      ALLOWED_ORIGINS      = "*"
      CONNECTIONS_TABLE    = "demo-connections"
      CONNECTIONS_ENDPOINT = "https://http1.execute-api.eu-west-1.amazonaws.com/v1"
      USERS_TABLE          = "demo-users"
      REVOCATION_TABLE     = "demo-revocations"
    } && local.functions["live"].timeout == 60 && local.functions["live"].memory == 1024
    error_message = "The function does not know the tables and the connections, or has the time and the processor of a single message."
  }

  # All tables have the ARN of the mock.
  assert {
    condition = local.functions["live"].statements == [
      { actions = ["dynamodb:DeleteItem", "dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Query", "dynamodb:UpdateItem"], resources = ["arn:aws:dynamodb:eu-west-1:111122223333:table/table1"] },
      { actions = ["dynamodb:Query"], resources = ["arn:aws:dynamodb:eu-west-1:111122223333:table/table1/index/ends"] },
      { actions = ["dynamodb:BatchGetItem"], resources = ["arn:aws:dynamodb:eu-west-1:111122223333:table/table1"] },
      { actions = ["execute-api:ManageConnections"], resources = [
        "arn:aws:execute-api:eu-west-1:111122223333:http1/v1/POST/@connections/*",
        "arn:aws:execute-api:eu-west-1:111122223333:http1/v1/DELETE/@connections/*",
      ] },
      { actions = ["dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator"], resources = [
        "arn:aws:dynamodb:eu-west-1:111122223333:table/table1/stream/2026-11-29T06:44:24.123",
        "arn:aws:dynamodb:eu-west-1:111122223333:table/table1/stream/2026-11-29T06:44:24.123",
      ] },
      { actions = ["dynamodb:ListStreams"], resources = [
        "arn:aws:dynamodb:eu-west-1:111122223333:table/table1/stream/*",
        "arn:aws:dynamodb:eu-west-1:111122223333:table/table1/stream/*",
      ] },
      { actions = ["sqs:SendMessage"], resources = ["arn:aws:sqs:eu-west-1:111122223333:queue1"] },
    ]
    error_message = "The function may do more than it needs to, or less."
  }

  assert {
    condition     = alltrue([for name, function in local.functions : name == "live" || !strcontains(jsonencode(function.statements), "execute-api:")])
    error_message = "Another function may do something with connections."
  }

  assert {
    condition     = output.users_stream_arn == "arn:aws:dynamodb:eu-west-1:111122223333:table/table1/stream/2026-11-29T06:44:24.123" && module.revocations_table[0].stream_arn != null
    error_message = "A table whose changes are told has no stream."
  }

  assert {
    condition     = keys(local.streams) == ["revocations", "users"] && jsonencode(local.streams.revocations.events) == jsonencode(["INSERT", "MODIFY"]) && local.streams.users.events == null
    error_message = "The function is told of changes that end nothing, or not of all that clients may see."
  }

  assert {
    condition     = alltrue([for alarm in ["age", "errors", "passed-over", "schedule", "undone", "untold"] : contains(output.alarms, "demo-live-${alarm}")])
    error_message = "Something of it is not watched."
  }
}

run "nobody_is_asked_for_revocations" {
  variables {
    modes      = ["rest-token", "websocket"]
    revocation = "none"
  }

  assert {
    condition = (keys(local.streams) == ["users"] && !contains(keys(local.functions["live"].environment), "REVOCATION_TABLE") &&
    !strcontains(jsonencode(local.functions["live"].statements), "BatchGetItem"))
    error_message = "The function reads a table of revocations that there is none of."
  }
}

# Its contract has the messages, and none of its modes can be connected to.
run "a_stack_without_a_websocket_api" {
  assert {
    condition = (output.feed == null && output.users_stream_arn == null && length(module.connections_table) == 0 && length(module.feed) == 0 && module.revocations_table[0].stream_arn == null &&
    !anytrue([for alarm in output.alarms : strcontains(alarm, "-live-")]))
    error_message = "There is something of a feed that nobody can have."
  }
}

# A contract without the message subscribe: its clients' messages are still refused when their credential is revoked.
run "a_contract_without_subscribe" {
  command = plan
  variables {
    modes = ["rest-token", "websocket"]
  }
  override_module {
    target = module.plan["websocket"]
    outputs = {
      plan = {
        gateway       = "WEBSOCKET"
        authorization = "REQUEST"
        authorizer    = { function = "request" }
        scopes        = []
        webSocket     = { usagePlan = null }
        operations = {
          "$connect" = { function = "live", permission = "$connect", public = false, authorizationScopes = [] }
          ping       = { function = "live", permission = "ping", public = false, authorizationScopes = [] }
        }
      }
    }
  }

  assert {
    condition = (output.feed == null && length(module.connections_table) == 0 && length(module.feed) == 0 && module.users_table.stream_arn == null && module.revocations_table[0].stream_arn == null &&
    keys(local.functions["live"].environment) == ["ALLOWED_ORIGINS", "REVOCATION_TABLE"] && local.functions["live"].timeout == null && local.functions["live"].memory == null)
    error_message = "There is something of a feed that the contract does not have."
  }

  assert {
    condition = (local.functions["live"].environment.REVOCATION_TABLE == "demo-revocations" &&
    local.functions["live"].statements[*].actions == [["dynamodb:BatchGetItem"]] && local.functions["live"].statements[0].resources == [module.revocations_table[0].arn])
    error_message = "The function does not ask about each message whether the credential was revoked, or may do more than that."
  }
}

run "a_stack_whose_users_another_one_tells_of" {
  variables {
    users_stream = true
  }

  assert {
    condition     = output.users_stream_arn != null && output.feed == null && module.revocations_table[0].stream_arn == null
    error_message = "The table of users has no stream, or there is more of a feed than that."
  }
}

run "refused_users_that_nobody_changes" {
  command = plan
  variables {
    modes = ["websocket"]
  }
  expect_failures = [terraform_data.feed]
}

# Who connects, another function is told.
run "refused_connections_that_another_function_is_told_of" {
  command = plan
  variables {
    modes     = ["rest-token", "websocket"]
    functions = { doorman = { zip = "tests/fixtures/artifacts/users.zip" } }
  }
  override_module {
    target = module.plan["websocket"]
    outputs = {
      plan = {
        gateway       = "WEBSOCKET"
        authorization = "REQUEST"
        authorizer    = { function = "request" }
        scopes        = []
        webSocket     = { usagePlan = null }
        operations = {
          "$connect" = { function = "doorman", permission = "$connect", public = false, authorizationScopes = [] }
          subscribe  = { function = "live", permission = "subscribe", public = false, authorizationScopes = [] }
        }
      }
    }
  }
  expect_failures = [terraform_data.feed]
}

# Who connects, nobody is told.
run "refused_connections_that_nobody_is_told_of" {
  command = plan
  variables {
    modes = ["rest-token", "websocket"]
  }
  override_module {
    target = module.plan["websocket"]
    outputs = {
      plan = {
        gateway       = "WEBSOCKET"
        authorization = "REQUEST"
        authorizer    = { function = "request" }
        scopes        = []
        webSocket     = { usagePlan = null }
        operations = {
          "$connect" = { function = "", permission = "", public = false, authorizationScopes = [] }
          subscribe  = { function = "live", permission = "subscribe", public = false, authorizationScopes = [] }
        }
      }
    }
  }
  expect_failures = [terraform_data.feed]
}

run "users_that_another_stack_changes" {
  command = plan
  variables {
    modes            = ["websocket"]
    users_stream_arn = "arn:aws:dynamodb:eu-west-1:111122223333:table/shop-users/stream/2026-11-29T06:44:24.123"
  }
}

run "refused_stream_of_nothing_that_is_told" {
  command = plan
  variables {
    users_stream_arn = "arn:aws:dynamodb:eu-west-1:111122223333:table/shop-users/stream/2026-11-29T06:44:24.123"
  }
  expect_failures = [var.users_stream_arn]
}

run "refused_table_in_place_of_a_stream" {
  command = plan
  variables {
    modes            = ["websocket"]
    users_stream_arn = "arn:aws:dynamodb:eu-west-1:111122223333:table/shop-users"
  }
  expect_failures = [var.users_stream_arn]
}
