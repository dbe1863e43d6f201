output "id" {
  description = "The authorizer's id, for the API's methods or routes. Who has it may call: the permission is there first."
  value       = local.id

  # A method that is served before the gateway may ask would answer 500.
  depends_on = [aws_lambda_permission.authorizer]
}

output "function" {
  description = "The authorizer's function: its name, arn, alias, alias_invoke_arn, newest published version, log_group and timeout in seconds."
  value = {
    name             = module.function.name
    arn              = module.function.arn
    alias            = module.function.alias
    alias_invoke_arn = module.function.alias_invoke_arn
    version          = module.function.version
    log_group        = module.function.log_group
    timeout          = module.function.timeout
  }
}
