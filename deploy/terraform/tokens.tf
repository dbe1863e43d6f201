# The function through which users get, renew and give up the pool's tokens, and the table in which authorizers see which were
# revoked.

locals {
  exchanges_tokens = contains(local.contract_serves, "tokens")

  # The modes whose authorizer is a function. Nobody else would read the table.
  asking_modes = [for mode, plan in local.plans : mode if contains(["TOKEN", "REQUEST"], plan.authorization)]

  revocations_table = one([for table in module.revocations_table : { name = table.name, arn = table.arn }])

  # Signing in is open to everybody. A flood of it is not to take the invocations of all the other functions, nor of all the account: so the
  # function has some of its own, and no more. 30 are good for 50 sign-ins a second that take 0.6 s each. Lambda leaves 100 of the account's
  # unreserved, and a new account may have 10 in all, of which none can be kept.
  tokens_concurrency   = 30
  reserved_concurrency = merge({ for quota in data.aws_servicequotas_service_quota.invocations[*] : "tokens" => local.tokens_concurrency if quota.value >= 500 }, var.reserved_concurrency)

  tokens_function = { for name in local.exchanges_tokens ? ["tokens"] : [] : name => {
    zip = "${local.artifacts}/tokens.zip"

    # Its secret, and one to four calls of Cognito (most with a device): well below a second each, and 5 s at most. What is not done a second before
    # the end is a 503. What Cognito does is not undone when nobody waits any more.
    timeout = 15

    environment = merge(
      {
        USER_POOL_CLIENT_ID = coalesce(module.user_pool.confidential_client_id, module.user_pool.client_id)
        ALLOWED_ORIGINS     = join(",", var.allowed_origins)
      },
      # Tokens of the client without a secret can be given up here, too.
      var.client_secret ? {
        USER_POOL_CLIENT_SECRET_ARN = module.user_pool.confidential_client_secret_arn
        USER_POOL_PUBLIC_CLIENT_IDS = module.user_pool.client_id
      } : {},
      { for table in local.revocations_table[*] : "REVOCATION_TABLE" => table.name },
    )

    # The operations of Cognito that it calls ask for no permission.
    statements = concat(
      var.client_secret ? [{
        actions   = ["secretsmanager:GetSecretValue"]
        resources = [module.user_pool.confidential_client_secret_arn]
      }] : [],
      # It revokes what comes from one sign-in, and all of one user, and never all of an issuer. Neither may it write over an
      # entry of that kind.
      [for table in local.revocations_table[*] : {
        actions   = ["dynamodb:PutItem"]
        resources = [table.arn]
        conditions = {
          "ForAllValues:StringLike" = { "dynamodb:LeadingKeys" = ["origin_jti-*", "sub-*"] }
          "Null"                    = { "dynamodb:LeadingKeys" = ["false"] }
          "StringEqualsIfExists"    = { "dynamodb:ReturnValues" = ["NONE"] }
        }
      }],
    )
  } }
}

# How many invocations at once Lambda lets the account have in the region, where nobody has said how many the function has.
# https://docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html
data "aws_servicequotas_service_quota" "invocations" {
  count = local.exchanges_tokens && !contains(keys(var.reserved_concurrency), "tokens") ? 1 : 0

  service_code = "lambda"
  quota_code   = "L-B99A9384"
}

module "revocations_table" {
  source = "./modules/table"
  count  = var.revocation == "table" && length(local.asking_modes) > 0 ? 1 : 0

  name                = "${var.name}-revocations"
  stream_view         = local.feeds ? "NEW_IMAGE" : null
  ttl_attribute       = "expiresAt"
  deletion_protection = var.deletion_protection
  kms_key_arn         = var.kms_key_arn
}
