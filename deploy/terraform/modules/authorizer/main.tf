# A Lambda authorizer: its function, the gateway's authorizer that asks it, and the permission to be asked by this
# authorizer only.

locals {
  # The module's own variables, each only where it says more than the function's default.
  variables = merge(
    length(var.issuers) > 0 ? { ISSUERS = jsonencode(local.issuers) } : {},
    length(var.group_scopes) > 0 ? { GROUP_SCOPES = jsonencode(var.group_scopes) } : {},
    var.clock_skew != "0s" ? { CLOCK_SKEW = var.clock_skew } : {},
    var.token_sources != null ? { TOKEN_SOURCES = join(",", coalesce(var.token_sources, [])) } : {},
    var.max_token != null ? { MAX_TOKEN = tostring(var.max_token) } : {},
    var.api_keys_table != null ? { API_KEYS_TABLE = try(var.api_keys_table.name, "") } : {},
    var.api_keys_table != null && var.api_key_checks.remembered != "1m" ? { API_KEYS_REMEMBERED = var.api_key_checks.remembered } : {},
    var.api_keys_table != null && var.api_key_checks.unsealed != "accept" ? { API_KEYS_UNSEALED = var.api_key_checks.unsealed } : {},
    var.api_keys_table != null && var.api_key_checks.unknown != 1000 ? { API_KEYS_UNKNOWN = tostring(var.api_key_checks.unknown) } : {},
    var.unauthorized != "fail" ? { UNAUTHORIZED = var.unauthorized } : {},
    var.enable_simple_responses ? { RESPONSE = "simple" } : {},
    var.revocation != "none" ? { REVOCATION = var.revocation } : {},
    var.revocations_table != null ? { REVOCATION_TABLE = try(var.revocations_table.name, "") } : {},
  )

  # What it takes to check keys, and to note the day of their last use: nothing else of a key, such as its scopes, may be written.
  # The key's own attribute counts, and a request that names no attributes would meet "ForAllValues":
  # https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/specifying-conditions.html
  key_statements = flatten([for table in var.api_keys_table[*] : [
    {
      actions    = ["dynamodb:GetItem"]
      resources  = [table.arn]
      conditions = null
    },
    {
      actions   = ["dynamodb:UpdateItem"]
      resources = [table.arn]
      conditions = {
        "ForAllValues:StringEquals" = { "dynamodb:Attributes" = ["id", "lastUsed"] }
        "Null"                      = { "dynamodb:Attributes" = ["false"] }
        "StringEqualsIfExists"      = { "dynamodb:ReturnValues" = ["NONE"] }
      }
    },
  ]])

  # What an answer comes of: the code, with the rules in it, its variables, which of its versions is asked, and what of a request the
  # answer is kept by. Nobody keeps answers where it is "".
  decides = var.result_ttl_in_seconds == 0 ? "" : sha256(jsonencode([
    filesha256(var.zip), merge(var.environment, local.variables), var.live_version, var.canary_weight, var.identity_sources,
  ]))

  # Two authorizers of an API need two names, also where only the apply can tell what has changed.
  authorizer_name = var.result_ttl_in_seconds == 0 ? var.name : "${var.name}-${substr(terraform_data.decides.id, 0, 8)}"

  # What it takes to look a token up. Cognito asks for no permission.
  revocation_statements = [for table in var.revocations_table[*] : {
    actions   = ["dynamodb:BatchGetItem"]
    resources = [table.arn]
  }]

  id = one(concat(aws_api_gateway_authorizer.this[*].id, aws_apigatewayv2_authorizer.this[*].id))
}

module "function" {
  source = "../function"

  name                 = var.name
  description          = var.rules == null ? null : "Portcullis authorizer"
  zip                  = var.zip
  rules                = var.rules
  architecture         = var.architecture
  memory               = var.memory
  timeout              = var.timeout
  environment          = merge(var.environment, local.variables)
  statements           = concat(local.key_statements, local.revocation_statements, var.statements)
  reserved_concurrency = var.reserved_concurrency
  live_version         = var.live_version
  canary_weight        = var.canary_weight
  log_retention_days   = var.log_retention_days
  kms_key_arn          = var.kms_key_arn
  vpc                  = var.vpc
  layers               = var.layers
}

# The gateway keeps an authorizer's answers for their time, whatever is deployed meanwhile, and one by an older contract may
# allow what the newer one closes: a policy for GET/users/* would open GET/users/{id}/notes too. So may one by an issuer or a group's scope
# that was taken away. A new authorizer has none.
resource "terraform_data" "decides" {
  triggers_replace = local.decides
}

# The provider knows no authorizer of a REST API without identity sources: it would set the header Authorization, and every
# request without it would be a 401. A source that every request has asks for nothing, and where there are no sources
# no answer is kept by it. See https://github.com/hashicorp/terraform-provider-aws/issues/39689.
resource "aws_api_gateway_authorizer" "this" {
  count = var.gateway == "REST" ? 1 : 0

  rest_api_id                      = var.api_id
  name                             = local.authorizer_name
  type                             = var.type
  authorizer_uri                   = module.function.alias_invoke_arn
  identity_source                  = length(var.identity_sources) > 0 ? join(",", var.identity_sources) : "context.identity.sourceIp"
  identity_validation_expression   = var.identity_validation_expression
  authorizer_result_ttl_in_seconds = var.result_ttl_in_seconds

  lifecycle {
    create_before_destroy = true
    replace_triggered_by  = [terraform_data.decides]
  }
}

# What is for HTTP APIs only, API Gateway refuses of a WebSocket API, also with the values that say nothing.
resource "aws_apigatewayv2_authorizer" "this" {
  count = var.gateway == "REST" ? 0 : 1

  api_id                            = var.api_id
  name                              = local.authorizer_name
  authorizer_type                   = var.type
  authorizer_uri                    = module.function.alias_invoke_arn
  identity_sources                  = length(var.identity_sources) > 0 ? var.identity_sources : null
  authorizer_payload_format_version = var.gateway == "HTTP" ? var.payload_format_version : null
  enable_simple_responses           = var.gateway == "HTTP" ? var.enable_simple_responses : null
  authorizer_result_ttl_in_seconds  = var.gateway == "HTTP" ? var.result_ttl_in_seconds : null

  lifecycle {
    create_before_destroy = true
    replace_triggered_by  = [terraform_data.decides]
  }
}

resource "aws_lambda_permission" "authorizer" {
  # The authorizer's id too, since the permission for a new one is there before the old one goes.
  statement_id  = "${var.name}-authorizer-${local.id}"
  action        = "lambda:InvokeFunction"
  principal     = "apigateway.amazonaws.com"
  function_name = module.function.name
  qualifier     = module.function.alias
  source_arn    = "${var.api_execution_arn}/authorizers/${local.id}"
}
