# An authorizer alone, of an API without methods.

variable "zip" {
  type = string
}

variable "live_version" {
  type    = string
  default = null
}

variable "audience" {
  type    = string
  default = "api"
}

provider "aws" {}

resource "aws_api_gateway_rest_api" "this" {
  name = "demo"
}

module "authorizer" {
  source = "../../modules/authorizer"

  name               = "demo-check"
  gateway            = "REST"
  api_id             = aws_api_gateway_rest_api.this.id
  api_execution_arn  = aws_api_gateway_rest_api.this.execution_arn
  type               = "TOKEN"
  identity_sources   = ["method.request.header.X-Token"]
  issuers            = [{ issuer = "https://login.example.com", audience = [var.audience] }]
  zip                = var.zip
  rules              = "${dirname(var.zip)}/rules.json"
  live_version       = var.live_version
  architecture       = "arm64"
  log_retention_days = 7
}
