output "apis" {
  description = "Mode -> its API: id, stage, kind of gateway, the address that the contract's paths follow (of a WebSocket API the one that clients connect to), what begins the ARNs of its operations, and the ARN of a WebSocket API's connections."
  value = { for mode, api in module.mode : mode => {
    id    = api.id
    stage = api.stage
    kind  = api.kind
    url = var.domain == null ? api.url : join("/", compact([
      api.kind == "WEBSOCKET" ? replace(module.custom_domain[0].url, "https://", "wss://") : module.custom_domain[0].url, local.base_path_of[mode][0]
    ]))
    execution_arn   = api.execution_arn
    connections_arn = try(module.websocket_endpoint[mode].connections_arn, null)
  } }
}

output "functions" {
  description = "Name of a function behind the APIs, or mode of an authorizer -> its function: name, alias, newest published version (which rollout may pin later), and log group."
  value = merge(
    { for name, function in module.function : name => { name = function.name, alias = function.alias, version = function.version, log_group = function.log_group } },
    { for mode, made in module.mode : mode => { name = made.authorizer.name, alias = made.authorizer.alias, version = made.authorizer.version, log_group = made.authorizer.log_group } if contains(local.function_names, mode) },
  )
}

output "usage_plans" {
  description = "Mode, or MODE-TIER -> the id of its usage plan, for the command portcullis key and the APIs of API Gateway."
  value       = { for plan, of in local.usage_plans : plan => module.mode[of.mode].usage_plans[of.tier] }
}

output "api_keys" {
  description = "Mode, or MODE-TIER -> name -> the value of the plan's API key. The state holds it too."
  value       = { for plan, of in local.usage_plans : plan => module.mode[of.mode].api_keys[of.tier] }
  sensitive   = true
}

output "user_pool_id" {
  description = "The Cognito user pool's id."
  value       = module.user_pool.id
}

output "user_pool_client_id" {
  description = "Id of the pool's app client, which has no secret."
  value       = module.user_pool.client_id
}

output "tokens_client_id" {
  description = "Id of the function tokens' own app client, which has a secret; null where it uses the one without."
  value       = module.user_pool.confidential_client_id
}

output "user_pool_domain" {
  description = "Address of the pool's domain, where machines POST /oauth2/token; null without a domain_prefix."
  value       = module.user_pool.domain
}

output "machine_client_ids" {
  description = "Machine -> the id of its app client."
  value       = module.user_pool.machine_client_ids
}

output "machine_client_secrets" {
  description = "Machine -> the secret of its app client. The state holds it too."
  value       = module.user_pool.machine_client_secrets
  sensitive   = true
}

output "users_table" {
  description = "Name of the DynamoDB table of users."
  value       = module.users_table.name
}

output "api_keys_table" {
  description = "Name of the DynamoDB table of API keys, for the command portcullis key; null where no mode takes them."
  value       = one(module.api_keys_table[*].name)
}

output "revocations_table" {
  description = "Name of the DynamoDB table of tokens that were revoked, for the command portcullis revoke; null where no authorizer asks it."
  value       = one(module.revocations_table[*].name)
}

output "audit_table" {
  description = "Name of the DynamoDB table of who changed API keys and revocations, for the commands portcullis key, revoke and audit; null where there is neither table."
  value       = one(module.audit_table[*].name)
}

output "users_stream_arn" {
  description = "ARN of the stream of the table of users, for another stack's users_stream_arn; null where it has none."
  value       = module.users_table.stream_arn
}

output "feed" {
  description = "Whose clients may subscribe: the mode, the address that @connections follows, the DynamoDB table of connections, and the URL of the queue of what could not be done; null where nobody may."
  value = one([for made in module.feed : {
    mode                 = local.feed_modes[0]
    connections_endpoint = local.connections_endpoint
    connections_table    = module.connections_table[0].name
    queue_url            = made.queue_url
  }])
}

output "domain" {
  description = "The custom domain: its url, and the target_domain_name and hosted_zone_id for its record; null without one."
  value = one([for domain in module.custom_domain : {
    url                = domain.url
    target_domain_name = domain.target_domain_name
    hosted_zone_id     = domain.hosted_zone_id
  }])
}

output "web_acl_arn" {
  description = "ARN of the firewall before the REST APIs; null without one."
  value       = one(module.web_acl[*].arn)
}

output "dashboard" {
  description = "Name of the CloudWatch dashboard."
  value       = module.observability.dashboard
}

output "alarms" {
  description = "Names of all alarms."
  value       = module.observability.alarms
}
