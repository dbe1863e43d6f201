output "authorizer_id" {
  description = "The authorizer's id, to attach to methods."
  value       = module.authorizer.id
}

output "log_group" {
  description = "The log group of the authorizer's decisions."
  value       = module.authorizer.function.log_group
}
