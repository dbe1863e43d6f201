# The authorizer alone, for a REST API that is there already.

module "authorizer" {
  source = "../../modules/authorizer"

  name              = var.name
  gateway           = "REST"
  api_id            = var.rest_api_id
  api_execution_arn = var.rest_api_execution_arn

  # Only what looks like a token reaches the function, and an answer is kept by the token.
  type                           = "TOKEN"
  identity_sources               = ["method.request.header.Authorization"]
  identity_validation_expression = "^(?i:bearer) [-_A-Za-z0-9]+\\.[-_A-Za-z0-9]+\\.[-_A-Za-z0-9]+$"
  result_ttl_in_seconds          = 300

  issuers      = var.issuers
  group_scopes = var.group_scopes

  zip                = var.zip
  rules              = "${dirname(var.zip)}/rules.json"
  architecture       = var.architecture
  log_retention_days = var.log_retention_days
}
