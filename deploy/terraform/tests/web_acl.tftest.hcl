# The module web-acl.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  name               = "demo-fixture"
  stage_arns         = { one = "arn:aws:apigateway:eu-west-1::/restapis/rest1/stages/v1", two = "arn:aws:apigateway:eu-west-1::/restapis/rest2/stages/v1" }
  log_retention_days = 7
}

run "web_acl" {
  module {
    source = "./modules/web-acl"
  }

  assert {
    condition = { for rule in aws_wafv2_web_acl.this.rule : rule.name => length(rule.action) == 1 ? length(rule.action[0].block) : length(rule.override_action[0].none) } == {
      rate-per-address                     = 1
      AWSManagedRulesCommonRuleSet         = 1
      AWSManagedRulesKnownBadInputsRuleSet = 1
    }
    error_message = "A rule is missing, or does not block."
  }

  assert {
    condition     = aws_wafv2_web_acl.this.scope == "REGIONAL" && length(aws_wafv2_web_acl.this.default_action[0].allow) == 1
    error_message = "The web ACL is not one of a region, or blocks what no rule names."
  }

  assert {
    condition = [for rule in aws_wafv2_web_acl.this.rule : [rule.statement[0].rate_based_statement[0].limit, rule.statement[0].rate_based_statement[0].aggregate_key_type] if rule.name == "rate-per-address"] == [
      [2000, "IP"]
    ]
    error_message = "The limit is not one for each address."
  }

  assert {
    condition     = !anytrue(concat([for rule in aws_wafv2_web_acl.this.rule : rule.visibility_config[0].sampled_requests_enabled], [aws_wafv2_web_acl.this.visibility_config[0].sampled_requests_enabled]))
    error_message = "Sampled requests show credentials."
  }

  assert {
    condition = { for name, association in aws_wafv2_web_acl_association.this : name => [association.resource_arn, association.web_acl_arn] } == {
      for name, arn in var.stage_arns : name => [arn, "arn:aws:wafv2:eu-west-1:111122223333:regional/webacl/acl1/1"]
    }
    error_message = "The web ACL does not stand before every stage."
  }

  assert {
    condition = (toset(flatten([for field in aws_wafv2_web_acl_logging_configuration.this.redacted_fields : field.single_header[*].name])) == toset(["authorization", "cookie", "x-amz-security-token", "x-api-key"]) &&
      length(flatten([for field in aws_wafv2_web_acl_logging_configuration.this.redacted_fields : field.query_string])) == 1 &&
    length(aws_wafv2_web_acl_logging_configuration.this.logging_filter) == 0)
    error_message = "Credentials are in the log, or requests are not."
  }

  assert {
    condition = (aws_cloudwatch_log_group.this.name == "aws-waf-logs-demo-fixture" && aws_cloudwatch_log_group.this.retention_in_days == 7 &&
    aws_wafv2_web_acl_logging_configuration.this.log_destination_configs == toset([aws_cloudwatch_log_group.this.arn]))
    error_message = "The log is kept elsewhere, or for ever, or where WAF may not write."
  }

  assert {
    condition = jsondecode(aws_cloudwatch_log_resource_policy.this.policy_document).Statement == [{
      Effect    = "Allow"
      Principal = { Service = "delivery.logs.amazonaws.com" }
      Action    = ["logs:CreateLogStream", "logs:PutLogEvents"]
      Resource  = "arn:aws:logs:eu-west-1:111122223333:log-group:group1:*"
      Condition = {
        StringEquals = { "aws:SourceAccount" = "111122223333" }
        ArnLike      = { "aws:SourceArn" = "arn:aws:logs:eu-west-1:111122223333:*" }
      }
    }]
    error_message = "Another account may write into the log, or WAF may not."
  }
}

run "counted_rules_limit_and_key" {
  module {
    source = "./modules/web-acl"
  }
  variables {
    rate_limit    = 500
    counted_rules = ["SizeRestrictions_BODY"]
    kms_key_arn   = "arn:aws:kms:eu-west-1:111122223333:key/key1"
  }

  assert {
    condition = { for rule in aws_wafv2_web_acl.this.rule : rule.name => join(" ", rule.statement[0].managed_rule_group_statement[0].rule_action_override[*].name) if rule.name != "rate-per-address" } == {
      AWSManagedRulesCommonRuleSet         = "SizeRestrictions_BODY"
      AWSManagedRulesKnownBadInputsRuleSet = ""
    }
    error_message = "Other rules than the one that is named count only."
  }

  assert {
    condition     = anytrue([for rule in aws_wafv2_web_acl.this.rule : rule.statement[0].rate_based_statement[0].limit == 500 if rule.name == "rate-per-address"]) && aws_cloudwatch_log_group.this.kms_key_id == var.kms_key_arn
    error_message = "The limit or the key is not the one that is named."
  }
}

run "stage_of_an_http_api" {
  command = plan
  module {
    source = "./modules/web-acl"
  }
  variables {
    stage_arns = { one = "arn:aws:apigateway:eu-west-1::/apis/http1/stages/v1" }
  }
  expect_failures = [var.stage_arns]
}

run "limit_below_what_waf_knows" {
  command = plan
  module {
    source = "./modules/web-acl"
  }
  variables {
    rate_limit = 50
  }
  expect_failures = [var.rate_limit]
}

run "name_with_spaces" {
  command = plan
  module {
    source = "./modules/web-acl"
  }
  variables {
    name = "demo fixture"
  }
  expect_failures = [var.name]
}

run "alias_of_a_key" {
  command = plan
  module {
    source = "./modules/web-acl"
  }
  variables {
    kms_key_arn = "alias/mine"
  }
  expect_failures = [var.kms_key_arn]
}
