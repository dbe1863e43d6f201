output "id" {
  description = "The pool's id."
  value       = aws_cognito_user_pool.this.id
}

output "client_id" {
  description = "The app client's id."
  value       = aws_cognito_user_pool_client.this.id
}

output "issuer" {
  description = "The issuer (iss) of the pool's tokens."
  value       = "https://${aws_cognito_user_pool.this.endpoint}"
}
