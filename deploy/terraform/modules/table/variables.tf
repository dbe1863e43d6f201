variable "name" {
  description = "The table's name."
  type        = string
  nullable    = false
}

variable "ttl_attribute" {
  description = "Attribute with the time, in seconds since 1970, from which on DynamoDB may remove an item; null: items stay."
  type        = string
  default     = null
}

variable "deletion_protection" {
  description = "Whether the table refuses to be deleted, by Terraform too."
  type        = bool
  nullable    = false
}

variable "kms_key_arn" {
  description = "Key that encrypts the table; null: the account's own for DynamoDB. Who uses the table needs kms:Decrypt on it."
  type        = string
  default     = null

  validation {
    condition     = var.kms_key_arn == null || can(regex("^arn:[a-z-]+:kms:[a-z0-9-]+:[0-9]{12}:key/[a-zA-Z0-9-]+$", var.kms_key_arn))
    error_message = "The kms_key_arn is a key's whole ARN, arn:aws:kms:REGION:ACCOUNT:key/ID: no alias and no bare id."
  }
}
