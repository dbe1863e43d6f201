# The module user-pool: groups, machines, and how long tokens are good.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  name                = "demo-fixture"
  deletion_protection = true
  group_scopes = {
    keepers = ["things/read", "things/write", "https://parts.example.com/v1/read"]
    viewers = ["things/read"]
  }
}

run "user_pool" {
  module {
    source = "./modules/user-pool"
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

  assert {
    condition = (aws_cognito_user_pool.this.mfa_configuration == "OFF" && length(aws_cognito_user_pool.this.software_token_mfa_configuration) == 0 &&
    aws_cognito_user_pool_client.this.access_token_validity == 60 && aws_cognito_user_pool_client.this.refresh_token_validity == 30)
    error_message = "The defaults are not those that the README names."
  }

  assert {
    condition     = output.confidential_client_id == null && output.confidential_client_secret_arn == null
    error_message = "There is a client with a secret that nobody asked for."
  }

  assert {
    condition = (length(aws_iam_role.sms) == 0 && length(aws_iam_role_policy.sms) == 0 && length(aws_cognito_user_pool.this.sms_configuration) == 0 &&
    aws_cognito_user_pool.this.auto_verified_attributes == toset(["email"]))
    error_message = "The pool can send SMS, and nobody asked for it."
  }

  assert {
    condition     = output.client_ids == ["client1"] && output.domain == null && length(output.machine_client_ids) == 0 && join(" ", output.scopes) == "https://parts.example.com/v1/read things/read things/write"
    error_message = "An output tells of machines, or not of every scope."
  }
}

run "machines" {
  module {
    source = "./modules/user-pool"
  }
  variables {
    domain_prefix = "demo-fixture"
    machine_clients = {
      billing  = ["things/read", "invoices/write"]
      shipping = ["things/read"]
    }
    mfa                  = "ON"
    access_token_minutes = 15
    refresh_token_days   = 7
  }

  assert {
    condition = alltrue([for client in values(aws_cognito_user_pool_client.machine) : (client.generate_secret &&
      client.allowed_oauth_flows_user_pool_client && client.allowed_oauth_flows == toset(["client_credentials"]) &&
      client.explicit_auth_flows == toset(["ALLOW_REFRESH_TOKEN_AUTH"]) && client.enable_token_revocation &&
    client.prevent_user_existence_errors == "ENABLED" && client.access_token_validity == 15)])
    error_message = "A machine has no secret, or its client is good for something else than client credentials."
  }

  assert {
    condition = { for machine, client in aws_cognito_user_pool_client.machine : machine => client.allowed_oauth_scopes } == {
      billing  = toset(["things/read", "invoices/write"])
      shipping = toset(["things/read"])
    }
    error_message = "A machine may ask for other scopes than its own."
  }

  assert {
    condition = { for identifier, server in aws_cognito_resource_server.this : identifier => join(" ", sort(server.scope[*].scope_name)) } == {
      "things"                       = "read write"
      "invoices"                     = "write"
      "https://parts.example.com/v1" = "read"
    }
    error_message = "The resource servers are not those of the groups' and the machines' scopes."
  }

  assert {
    condition = (aws_cognito_user_pool_domain.this[0].domain == "demo-fixture" && output.domain == "https://demo-fixture.auth.eu-west-1.amazoncognito.com" &&
      keys(output.machine_client_ids) == ["billing", "shipping"] && keys(nonsensitive(output.machine_client_secrets)) == ["billing", "shipping"] &&
    length(output.client_ids) == 3 && contains(output.scopes, "invoices/write"))
    error_message = "The domain is not the pool's, or an output does not tell of the machines."
  }

  assert {
    condition     = issensitive(output.machine_client_secrets)
    error_message = "The machines' secrets are shown."
  }

  assert {
    condition = (aws_cognito_user_pool.this.mfa_configuration == "ON" && aws_cognito_user_pool.this.software_token_mfa_configuration[0].enabled &&
      aws_cognito_user_pool_client.this.access_token_validity == 15 && aws_cognito_user_pool_client.this.id_token_validity == 15 &&
      aws_cognito_user_pool_client.this.refresh_token_validity == 7 && aws_cognito_user_pool_client.this.token_validity_units[0].access_token == "minutes" &&
    aws_cognito_user_pool_client.this.token_validity_units[0].refresh_token == "days")
    error_message = "Users do without a one-time password, or tokens are good for another time."
  }
}

run "confidential_client" {
  module {
    source = "./modules/user-pool"
  }
  variables {
    confidential_client  = true
    kms_key_arn          = "arn:aws:kms:eu-west-1:111122223333:key/key1"
    access_token_minutes = 15
    refresh_token_days   = 7
  }

  assert {
    condition = alltrue([for client in aws_cognito_user_pool_client.confidential : (client.generate_secret && client.enable_token_revocation &&
      client.explicit_auth_flows == toset(["ALLOW_REFRESH_TOKEN_AUTH", "ALLOW_USER_PASSWORD_AUTH"]) && client.prevent_user_existence_errors == "ENABLED" &&
      client.access_token_validity == 15 && client.id_token_validity == 15 && client.refresh_token_validity == 7 &&
    client.token_validity_units[0].access_token == "minutes" && client.token_validity_units[0].refresh_token == "days")])
    error_message = "The client has no secret, cannot revoke, allows other flows, tells which users exist, or its tokens are good for another time."
  }

  assert {
    condition     = !aws_cognito_user_pool_client.this.generate_secret && length(output.client_ids) == 2 && output.confidential_client_id == "client1"
    error_message = "Browsers have no client any more, or the tokens of one of the two are for nobody."
  }

  assert {
    condition = (aws_secretsmanager_secret.confidential[0].kms_key_id == "arn:aws:kms:eu-west-1:111122223333:key/key1" &&
      nonsensitive(aws_secretsmanager_secret_version.confidential[0].secret_string == aws_cognito_user_pool_client.confidential[0].client_secret) &&
    output.confidential_client_secret_arn == aws_secretsmanager_secret.confidential[0].arn)
    error_message = "The secret is not the client's, is not encrypted with the key, or is another one than the output tells."
  }
}

run "a_choice_of_ways_to_sign_in" {
  module {
    source = "./modules/user-pool"
  }
  variables {
    first_factors       = ["WEB_AUTHN", "EMAIL_OTP"]
    confidential_client = true
  }

  assert {
    condition = (toset(aws_cognito_user_pool.this.sign_in_policy[0].allowed_first_auth_factors) == toset(["PASSWORD", "EMAIL_OTP", "WEB_AUTHN"]) &&
      contains(aws_cognito_user_pool_client.this.explicit_auth_flows, "ALLOW_USER_AUTH") &&
    contains(aws_cognito_user_pool_client.confidential[0].explicit_auth_flows, "ALLOW_USER_AUTH"))
    error_message = "Users cannot choose, or not among these ways."
  }
}

run "a_code_by_sms" {
  module {
    source = "./modules/user-pool"
  }
  variables {
    first_factors = ["SMS_OTP"]
  }

  assert {
    condition = (toset(aws_cognito_user_pool.this.sign_in_policy[0].allowed_first_auth_factors) == toset(["PASSWORD", "SMS_OTP"]) &&
    contains(aws_cognito_user_pool_client.this.explicit_auth_flows, "ALLOW_USER_AUTH"))
    error_message = "Users cannot choose a code by SMS."
  }

  assert {
    condition = (aws_cognito_user_pool.this.sms_configuration[0].sns_caller_arn == aws_iam_role.sms[0].arn &&
      aws_cognito_user_pool.this.sms_configuration[0].external_id == "demo-fixture" &&
    aws_cognito_user_pool.this.auto_verified_attributes == toset(["email", "phone_number"]))
    error_message = "The pool sends with another role, does not say for which pool, or verifies no number."
  }

  assert {
    condition = jsondecode(aws_iam_role.sms[0].assume_role_policy) == {
      Version = "2012-10-17"
      Statement = [{
        Effect    = "Allow"
        Action    = "sts:AssumeRole"
        Principal = { Service = "cognito-idp.amazonaws.com" }
        Condition = {
          StringEquals = { "sts:ExternalId" = "demo-fixture", "aws:SourceAccount" = "111122223333" }
          ArnLike      = { "aws:SourceArn" = "arn:aws:cognito-idp:eu-west-1:111122223333:userpool/*" }
        }
      }]
    }
    error_message = "Somebody else than this account's pool of this name may have the role."
  }

  assert {
    condition = aws_iam_role_policy.sms[0].role == aws_iam_role.sms[0].id && jsondecode(aws_iam_role_policy.sms[0].policy).Statement == [
      { Effect = "Allow", Action = "sns:Publish", Resource = "*" },
      { Effect = "Deny", Action = "sns:Publish", Resource = "arn:*:sns:*:*:*" },
    ]
    error_message = "The role may do something else than send to phone numbers."
  }

  assert {
    condition     = aws_cognito_user_pool.this.mfa_configuration == "OFF" && length(aws_cognito_user_pool.this.software_token_mfa_configuration) == 0
    error_message = "A first factor has become a second one."
  }
}

run "second_factor_by_sms" {
  module {
    source = "./modules/user-pool"
  }
  variables {
    mfa            = "ON"
    second_factors = ["SMS_MFA"]
  }

  assert {
    condition = (aws_cognito_user_pool.this.mfa_configuration == "ON" && length(aws_cognito_user_pool.this.software_token_mfa_configuration) == 0 &&
      aws_cognito_user_pool.this.sms_configuration[0].sns_caller_arn == aws_iam_role.sms[0].arn && length(aws_cognito_user_pool.this.sign_in_policy) == 0 &&
    aws_cognito_user_pool.this.auto_verified_attributes == toset(["email", "phone_number"]))
    error_message = "The second factor is another than a code by SMS, or the pool cannot send it."
  }
}

run "codes_by_sms_first_and_second" {
  module {
    source = "./modules/user-pool"
  }
  variables {
    mfa            = "OPTIONAL"
    second_factors = ["SOFTWARE_TOKEN_MFA", "SMS_MFA"]
    first_factors  = ["SMS_OTP"]
  }

  assert {
    condition     = aws_cognito_user_pool.this.software_token_mfa_configuration[0].enabled && length(aws_cognito_user_pool.this.sms_configuration) == 1
    error_message = "One of the second factors is missing."
  }
}

run "a_first_code_by_sms_with_apps_alone_as_second_factors" {
  command = plan
  module {
    source = "./modules/user-pool"
  }
  variables {
    mfa           = "OPTIONAL"
    first_factors = ["SMS_OTP"]
  }
  expect_failures = [var.first_factors]
}

run "second_factor_by_sms_that_nobody_is_asked_for" {
  command = plan
  module {
    source = "./modules/user-pool"
  }
  variables {
    second_factors = ["SOFTWARE_TOKEN_MFA", "SMS_MFA"]
  }
  expect_failures = [var.second_factors]
}

run "unknown_second_factor" {
  command = plan
  module {
    source = "./modules/user-pool"
  }
  variables {
    mfa            = "ON"
    second_factors = ["SMS_OTP"]
  }
  expect_failures = [var.second_factors]
}

run "no_second_factor" {
  command = plan
  module {
    source = "./modules/user-pool"
  }
  variables {
    mfa            = "ON"
    second_factors = []
  }
  expect_failures = [var.second_factors]
}

run "unknown_first_factor" {
  command = plan
  module {
    source = "./modules/user-pool"
  }
  variables {
    first_factors = ["SMS_MFA"]
  }
  expect_failures = [var.first_factors]
}

run "no_password_where_everybody_needs_a_second_factor" {
  command = plan
  module {
    source = "./modules/user-pool"
  }
  variables {
    first_factors = ["EMAIL_OTP"]
    mfa           = "ON"
  }
  expect_failures = [var.first_factors]
}

run "confidential_client_with_an_alias_of_a_key" {
  command = plan
  module {
    source = "./modules/user-pool"
  }
  variables {
    confidential_client = true
    kms_key_arn         = "alias/mine"
  }
  expect_failures = [var.kms_key_arn]
}

run "group_with_a_scope_of_no_server" {
  command = plan
  module {
    source = "./modules/user-pool"
  }
  variables {
    group_scopes = { keepers = ["read:pets", "things/read"] }
  }
  assert {
    condition     = keys(aws_cognito_resource_server.this) == ["things"] && join(" ", output.scopes) == "read:pets things/read"
    error_message = "A scope without a slash is a resource server's, or is not told of."
  }
}

run "group_with_half_a_scope" {
  command = plan
  module {
    source = "./modules/user-pool"
  }
  variables {
    group_scopes = { keepers = ["/read"] }
  }
  expect_failures = [var.group_scopes]
}

run "machine_with_a_scope_of_no_server" {
  command = plan
  module {
    source = "./modules/user-pool"
  }
  variables {
    domain_prefix   = "demo-fixture"
    machine_clients = { billing = ["things/read", "aws.cognito.signin.user.admin"] }
  }
  expect_failures = [var.machine_clients]
}

run "machine_without_scopes" {
  command = plan
  module {
    source = "./modules/user-pool"
  }
  variables {
    domain_prefix   = "demo-fixture"
    machine_clients = { billing = [] }
  }
  expect_failures = [var.machine_clients]
}

run "machine_without_a_domain" {
  command = plan
  module {
    source = "./modules/user-pool"
  }
  variables {
    machine_clients = { billing = ["things/read"] }
  }
  expect_failures = [var.machine_clients]
}

run "machine_without_a_name" {
  command = plan
  module {
    source = "./modules/user-pool"
  }
  variables {
    domain_prefix   = "demo-fixture"
    machine_clients = { "" = ["things/read"] }
  }
  expect_failures = [var.machine_clients]
}

run "domain_prefix_of_cognito" {
  command = plan
  module {
    source = "./modules/user-pool"
  }
  variables {
    domain_prefix = "my-cognito"
  }
  expect_failures = [var.domain_prefix]
}

run "domain_prefix_of_two_labels" {
  command = plan
  module {
    source = "./modules/user-pool"
  }
  variables {
    domain_prefix = "demo.fixture"
  }
  expect_failures = [var.domain_prefix]
}

run "unknown_mfa" {
  command = plan
  module {
    source = "./modules/user-pool"
  }
  variables {
    mfa = "SMS"
  }
  expect_failures = [var.mfa]
}

run "access_token_of_a_minute" {
  command = plan
  module {
    source = "./modules/user-pool"
  }
  variables {
    access_token_minutes = 1
  }
  expect_failures = [var.access_token_minutes]
}

run "refresh_token_for_ever" {
  command = plan
  module {
    source = "./modules/user-pool"
  }
  variables {
    refresh_token_days = 4000
  }
  expect_failures = [var.refresh_token_days]
}
