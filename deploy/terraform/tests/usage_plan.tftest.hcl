# A usage plan and its keys.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  name   = "demo-gold"
  api_id = "api1"
  stage  = "v1"
}

run "tier" {
  module {
    source = "./modules/usage-plan"
  }
  variables {
    throttle = { rateLimit = 50.5, burstLimit = 20 }
    quota    = { limit = 1000, offset = 3, period = "MONTH" }
    methods = {
      "GET /things/{id}" = { rateLimit = 5, burstLimit = 2 }
      "ANY /"            = { rateLimit = 7, burstLimit = 3 }
    }
    keys = {
      acme   = {}
      globex = { enabled = false, value = "globex-key-not-a-secret" }
    }
  }

  assert {
    condition = (one(aws_api_gateway_usage_plan.this.throttle_settings).rate_limit == 50.5 && one(aws_api_gateway_usage_plan.this.throttle_settings).burst_limit == 20 &&
      one(aws_api_gateway_usage_plan.this.quota_settings).limit == 1000 && one(aws_api_gateway_usage_plan.this.quota_settings).offset == 3 &&
    one(aws_api_gateway_usage_plan.this.quota_settings).period == "MONTH")
    error_message = "The plan's limits are not what was asked for."
  }

  assert {
    condition     = one(aws_api_gateway_usage_plan.this.api_stages).api_id == "api1" && one(aws_api_gateway_usage_plan.this.api_stages).stage == "v1"
    error_message = "The plan is for another stage."
  }

  assert {
    condition = { for throttle in one(aws_api_gateway_usage_plan.this.api_stages).throttle : throttle.path => "${throttle.rate_limit} ${throttle.burst_limit}" } == {
      "/things/{id}/GET" = "5 2"
      "//ANY"            = "7 3"
    }
    error_message = "A method's limit is another, or of another method."
  }

  assert {
    condition     = { for name, key in aws_api_gateway_api_key.this : name => key.name } == { acme = "demo-gold-acme", globex = "demo-gold-globex" }
    error_message = "The keys are not those of the holders."
  }

  assert {
    condition     = aws_api_gateway_api_key.this["acme"].enabled && !aws_api_gateway_api_key.this["globex"].enabled
    error_message = "A key is open that was to be disabled, or the other way round."
  }

  assert {
    condition     = aws_api_gateway_api_key.this["globex"].value == "globex-key-not-a-secret"
    error_message = "A key has another value than it was given."
  }

  assert {
    condition = alltrue([for name, member in aws_api_gateway_usage_plan_key.this :
      member.usage_plan_id == "plan1" && member.key_id == aws_api_gateway_api_key.this[name].id && member.key_type == "API_KEY"
    ]) && keys(aws_api_gateway_usage_plan_key.this) == ["acme", "globex"]
    error_message = "A key is not of the plan."
  }

  assert {
    condition     = output.id == "plan1" && output.name == "demo-gold"
    error_message = "The outputs do not tell the plan and its keys."
  }

  assert {
    condition     = issensitive(output.key_values) && nonsensitive(output.key_values["globex"] == "globex-key-not-a-secret")
    error_message = "The keys' values are shown, or are others."
  }
}

run "least" {
  module {
    source = "./modules/usage-plan"
  }

  assert {
    condition = (length(aws_api_gateway_usage_plan.this.throttle_settings) == 0 && length(aws_api_gateway_usage_plan.this.quota_settings) == 0 &&
    length(one(aws_api_gateway_usage_plan.this.api_stages).throttle) == 0 && length(aws_api_gateway_api_key.this) == 0)
    error_message = "A plan limits what nobody asked to be limited, or has keys."
  }
}

run "refused_throttle_negative" {
  command = plan
  module {
    source = "./modules/usage-plan"
  }
  variables {
    throttle = { rateLimit = -1, burstLimit = 1 }
  }
  expect_failures = [var.throttle]
}

run "refused_throttle_burst_broken" {
  command = plan
  module {
    source = "./modules/usage-plan"
  }
  variables {
    throttle = { rateLimit = 1, burstLimit = 1.5 }
  }
  expect_failures = [var.throttle]
}

run "refused_throttle_null" {
  command = plan
  module {
    source = "./modules/usage-plan"
  }
  variables {
    throttle = { rateLimit = 1, burstLimit = null }
  }
  expect_failures = [var.throttle]
}

run "refused_quota_nothing" {
  command = plan
  module {
    source = "./modules/usage-plan"
  }
  variables {
    quota = { limit = 0, period = "DAY" }
  }
  expect_failures = [var.quota]
}

run "refused_quota_year" {
  command = plan
  module {
    source = "./modules/usage-plan"
  }
  variables {
    quota = { limit = 1, period = "YEAR" }
  }
  expect_failures = [var.quota]
}

run "refused_quota_offset_of_a_day" {
  command = plan
  module {
    source = "./modules/usage-plan"
  }
  variables {
    quota = { limit = 9, offset = 1, period = "DAY" }
  }
  expect_failures = [var.quota]
}

run "refused_quota_offset_beyond" {
  command = plan
  module {
    source = "./modules/usage-plan"
  }
  variables {
    quota = { limit = 2, offset = 3, period = "MONTH" }
  }
  expect_failures = [var.quota]
}

run "refused_methods_without_path" {
  command = plan
  module {
    source = "./modules/usage-plan"
  }
  variables {
    methods = { GET = { rateLimit = 1, burstLimit = 1 } }
  }
  expect_failures = [var.methods]
}

run "refused_methods_lower" {
  command = plan
  module {
    source = "./modules/usage-plan"
  }
  variables {
    methods = { "get /things" = { rateLimit = 1, burstLimit = 1 } }
  }
  expect_failures = [var.methods]
}

run "refused_methods_negative" {
  command = plan
  module {
    source = "./modules/usage-plan"
  }
  variables {
    methods = { "GET /things" = { rateLimit = 1, burstLimit = -1 } }
  }
  expect_failures = [var.methods]
}

run "refused_key_short" {
  command = plan
  module {
    source = "./modules/usage-plan"
  }
  variables {
    keys = { acme = { value = "nineteen-characters" } }
  }
  expect_failures = [var.keys]
}

run "refused_key_space" {
  command = plan
  module {
    source = "./modules/usage-plan"
  }
  variables {
    keys = { acme = { value = "twenty characters or more" } }
  }
  expect_failures = [var.keys]
}

run "refused_key_twice" {
  command = plan
  module {
    source = "./modules/usage-plan"
  }
  variables {
    keys = { a = { value = "twenty-characters-or-more" }, b = { value = "twenty-characters-or-more" } }
  }
  expect_failures = [var.keys]
}

run "refused_key_name" {
  command = plan
  module {
    source = "./modules/usage-plan"
  }
  variables {
    keys = { "two words" = {} }
  }
  expect_failures = [var.keys]
}
