# REST APIs, with all that a change of one can name there already.

variable "apis" {
  type = map(object({
    plan             = string
    name             = string
    stage            = optional(string, "v1")
    allowed_origins  = optional(list(string), ["*"])
    vpc_endpoint_ids = optional(list(string))
    authorizer       = optional(string, "one")
    user_pool        = optional(string, "One")
    function         = optional(string, "one")
    alias            = optional(string, "live")
    own_domain_only  = optional(bool, false)
  }))
}

provider "aws" {}

module "api" {
  source   = "./api"
  for_each = var.apis

  api = each.value
  function = {
    name       = aws_lambda_function.this[each.value.function].function_name
    invoke_arn = aws_lambda_function.this[each.value.function].invoke_arn
    alias      = aws_lambda_alias.this["${each.value.function} ${each.value.alias}"].name
  }
}

output "ids" {
  value = { for name, api in module.api : name => api.id }
}

resource "aws_lambda_function" "this" {
  for_each = toset(["one", "two"])

  function_name = "demo-${each.key}"
  filename      = "code.zip"
  handler       = "bootstrap"
  runtime       = "provided.al2023"
  role          = aws_iam_role.this.arn
  publish       = true
}

resource "aws_lambda_alias" "this" {
  for_each = toset(["one live", "one blue", "two live"])

  name             = split(" ", each.key)[1]
  function_name    = aws_lambda_function.this[split(" ", each.key)[0]].function_name
  function_version = "1"
}

resource "aws_iam_role" "this" {
  name               = "demo"
  assume_role_policy = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "lambda.amazonaws.com" } }] })
}
