# What the stack makes of modes that are not shipped: their files lie beside this one.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  name      = "demo"
  artifacts = "tests/fixtures/artifacts"
}

run "refused_mode_called_users" {
  command = plan
  variables {
    modes = ["users"]
  }
  expect_failures = [var.modes]
}

run "refused_mode_called_tokens" {
  command = plan
  variables {
    modes = ["tokens"]
  }
  expect_failures = [var.modes]
}

run "refused_mode_called_live" {
  command = plan
  variables {
    modes = ["live"]
  }
  expect_failures = [var.modes]
}

run "refused_mode_called_as_the_logs_role" {
  command = plan
  variables {
    modes = ["api-gateway-logs"]
  }
  expect_failures = [var.modes]
}

run "the_logs_role_is_another_stacks" {
  command = plan
  variables {
    account_logging = false
    modes           = ["api-gateway-logs"]
  }
}

run "refused_tier_called_as_a_mode" {
  command = plan
  variables {
    modes       = ["metered", "metered-gold"]
    usage_tiers = { metered = { gold = {} } }
  }
  expect_failures = [var.usage_tiers]
}

run "refused_tiers_of_two_modes_called_alike" {
  command = plan
  variables {
    modes       = ["metered", "metered-gold"]
    usage_tiers = { metered = { gold-large = {} }, metered-gold = { large = {} } }
  }
  expect_failures = [var.usage_tiers]
}

run "tiers_of_two_modes" {
  command = plan
  variables {
    modes       = ["metered", "metered-gold"]
    usage_tiers = { metered = { large = {} }, metered-gold = { large = {} } }
  }
  assert {
    condition     = keys(local.usage_plans) == ["metered", "metered-gold", "metered-gold-large", "metered-large"]
    error_message = "A plan is missing."
  }
}

run "modes_with_issuers_of_their_own_need_no_machines" {
  command = plan
  variables {
    modes = ["own-pool", "own-issuer"]
  }
}

run "keys_and_tiers_of_a_websocket_api" {
  variables {
    modes       = ["ws-metered", "rest-token"]
    usage_tiers = { ws-metered = { gold = { quota = { limit = 10, period = "DAY" } } } }
    api_keys    = { ws-metered = { ann = {} }, ws-metered-gold = { bob = {} } }
  }
  assert {
    condition = (keys(output.usage_plans) == ["ws-metered", "ws-metered-gold"] && { for plan, keys in nonsensitive(output.api_keys) : plan => keys(keys) } == { ws-metered = ["ann"], ws-metered-gold = ["bob"] } &&
    module.mode["ws-metered"].operations == { "$connect" = { authorization = "NONE", api_key_required = true } })
    error_message = "The plans of a WebSocket API are not its own, or nobody asks for their keys."
  }
}

run "refused_feeds_of_two_websocket_apis" {
  command = plan
  variables {
    modes = ["websocket", "ws-metered", "rest-token"]
  }
  expect_failures = [terraform_data.feed]
}
