output "id" {
  description = "The pool's id."
  value       = aws_cognito_user_pool.this.id
}

output "arn" {
  description = "The pool's ARN."
  value       = aws_cognito_user_pool.this.arn
}

output "client_id" {
  description = "Id of the users' app client, which has no secret."
  value       = aws_cognito_user_pool_client.this.id
}

output "issuer" {
  description = "The issuer (iss) of the pool's tokens."
  value       = "https://${aws_cognito_user_pool.this.endpoint}"
}

output "confidential_client_id" {
  description = "Id of the confidential client; null without one."
  value       = one(aws_cognito_user_pool_client.confidential[*].id)
}

output "confidential_client_secret_arn" {
  description = "ARN of the secret in Secrets Manager that is the confidential client's; null without one. The state holds the secret too."
  value       = one(aws_secretsmanager_secret.confidential[*].arn)

  # Who reads it finds it.
  depends_on = [aws_secretsmanager_secret_version.confidential]
}

output "machine_client_ids" {
  description = "Machine -> its app client's id."
  value       = { for machine, client in aws_cognito_user_pool_client.machine : machine => client.id }
}

output "machine_client_secrets" {
  description = "Machine -> its app client's secret. The state holds it too."
  value       = { for machine, client in aws_cognito_user_pool_client.machine : machine => client.client_secret }
  sensitive   = true
}

output "client_ids" {
  description = "Ids of all app clients, the users' first: the audience of the pool's access tokens."
  value       = concat([aws_cognito_user_pool_client.this.id], aws_cognito_user_pool_client.confidential[*].id, [for client in aws_cognito_user_pool_client.machine : client.id])
}

output "domain" {
  description = "Address of the pool's domain, where machines POST /oauth2/token; null without a domain_prefix."
  value       = one([for domain in aws_cognito_user_pool_domain.this : "https://${domain.domain}.auth.${split("_", domain.user_pool_id)[0]}.amazoncognito.com"])
}

output "scopes" {
  description = "Every scope that a group or a machine has, sorted: those of the resource servers, and those without a slash."
  value       = local.scopes
}

output "sms_role_name" {
  description = "Name of the role in which Cognito has SNS send the pool's SMS; null where it sends none."
  value       = one(aws_iam_role.sms[*].name)
}
