output "apis" {
  description = "Mode -> its API: id, stage, kind of gateway, and the address that the contract's paths follow."
  value = { (local.mode.name) = {
    id    = module.rest_api.id
    stage = module.rest_api.stage
    kind  = module.rest_api.kind
    url   = module.rest_api.url
  } }
}

output "user_pool_id" {
  description = "The Cognito user pool's id."
  value       = module.user_pool.id
}

output "user_pool_client_id" {
  description = "Id of the pool's app client, which has no secret."
  value       = module.user_pool.client_id
}

output "users_table" {
  description = "Name of the DynamoDB table of users."
  value       = module.users_table.name
}
