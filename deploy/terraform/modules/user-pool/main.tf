# A Cognito user pool: its users are in groups, and a group stands for scopes; a machine has an app client with scopes.

locals {
  scopes = distinct(sort(concat(flatten(values(var.group_scopes)), flatten(values(var.machine_clients)))))

  # A scope's name holds no slash; a resource server's identifier may. What has none is of no resource server: groups alone have it.
  parts = [for scope in local.scopes : {
    server = regex("^(.+)/([^/]+)$", scope)[0]
    name   = regex("^(.+)/([^/]+)$", scope)[1]
  } if strcontains(scope, "/")]
  servers = { for part in local.parts : part.server => part.name... }

  # The flow in which users choose how to sign in.
  choice = length(var.first_factors) > 0 ? ["ALLOW_USER_AUTH"] : []
}

# A pool's attributes cannot be changed after it is made, so it has only Cognito's own.
resource "aws_cognito_user_pool" "this" {
  name                     = var.name
  deletion_protection      = var.deletion_protection ? "ACTIVE" : "INACTIVE"
  auto_verified_attributes = concat(["email"], local.sms ? ["phone_number"] : [])
  mfa_configuration        = var.mfa

  dynamic "software_token_mfa_configuration" {
    for_each = var.mfa != "OFF" && contains(var.second_factors, "SOFTWARE_TOKEN_MFA") ? [true] : []
    content {
      enabled = software_token_mfa_configuration.value
    }
  }

  dynamic "sms_configuration" {
    for_each = aws_iam_role.sms
    content {
      external_id    = local.sms_external_id
      sns_caller_arn = sms_configuration.value.arn
    }
  }

  admin_create_user_config {
    allow_admin_create_user_only = true
  }

  dynamic "sign_in_policy" {
    for_each = length(var.first_factors) > 0 ? [true] : []
    content {
      allowed_first_auth_factors = concat(["PASSWORD"], sort(var.first_factors))
    }
  }

  password_policy {
    minimum_length                   = 12
    require_lowercase                = true
    require_numbers                  = true
    require_symbols                  = false
    require_uppercase                = true
    temporary_password_validity_days = 7
  }

  username_configuration {
    case_sensitive = false
  }

  account_recovery_setting {
    recovery_mechanism {
      name     = "verified_email"
      priority = 1
    }
  }

  # Cognito tries whether the role lets it send before it takes it.
  depends_on = [aws_iam_role_policy.sms]
}

resource "aws_cognito_user_pool_client" "this" {
  name                          = var.name
  user_pool_id                  = aws_cognito_user_pool.this.id
  generate_secret               = false
  prevent_user_existence_errors = "ENABLED"
  enable_token_revocation       = true
  access_token_validity         = var.access_token_minutes
  id_token_validity             = var.access_token_minutes
  refresh_token_validity        = var.refresh_token_days

  token_validity_units {
    access_token  = "minutes"
    id_token      = "minutes"
    refresh_token = "days"
  }

  explicit_auth_flows = concat([
    "ALLOW_REFRESH_TOKEN_AUTH",
    "ALLOW_USER_PASSWORD_AUTH",
    "ALLOW_USER_SRP_AUTH",
  ], local.choice)
}

resource "aws_cognito_user_group" "this" {
  for_each = var.group_scopes

  name         = each.key
  description  = join(" ", each.value)
  user_pool_id = aws_cognito_user_pool.this.id
}

resource "aws_cognito_resource_server" "this" {
  for_each = local.servers

  identifier   = each.key
  name         = each.key
  user_pool_id = aws_cognito_user_pool.this.id

  dynamic "scope" {
    for_each = toset(each.value)
    content {
      scope_name        = scope.value
      scope_description = "${each.key}/${scope.value}"
    }
  }
}
