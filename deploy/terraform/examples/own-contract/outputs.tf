output "url" {
  description = "The address that the contract's paths follow."
  value       = module.api.url
}

output "operations" {
  description = "Route -> its authorization, and whether it is public."
  value       = module.api.operations
}

output "user_pool_id" {
  description = "The Cognito user pool's id."
  value       = module.user_pool.id
}

output "user_pool_client_id" {
  description = "Id of the pool's app client, which has no secret."
  value       = module.user_pool.client_id
}
