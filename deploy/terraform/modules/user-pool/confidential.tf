# An app client with a secret for a function that exchanges users' passwords for tokens. Browsers and programs that sign in at
# the pool itself keep the one without: they could keep no secret.

resource "aws_cognito_user_pool_client" "confidential" {
  count = var.confidential_client ? 1 : 0

  name                          = "${var.name}-confidential"
  user_pool_id                  = aws_cognito_user_pool.this.id
  generate_secret               = true
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
  ], local.choice)
}

# Nothing is lost with it: Cognito tells who may ask the client's secret again. So it is deleted at once, and its name is free.
resource "aws_secretsmanager_secret" "confidential" {
  count = var.confidential_client ? 1 : 0

  name                    = "${var.name}-client-secret"
  description             = "The secret of the app client ${var.name}-confidential."
  kms_key_id              = var.kms_key_arn
  recovery_window_in_days = 0
}

resource "aws_secretsmanager_secret_version" "confidential" {
  count = var.confidential_client ? 1 : 0

  secret_id     = aws_secretsmanager_secret.confidential[0].id
  secret_string = aws_cognito_user_pool_client.confidential[0].client_secret
}
