variable "name" {
  description = "The table's name."
  type        = string
  nullable    = false
}

variable "hash_key" {
  description = "The partition key: name and type of an attribute, S (text) or N (number)."
  type = object({
    name = string
    type = string
  })
  default  = { name = "id", type = "S" }
  nullable = false
}

variable "range_key" {
  description = "The sort key; null: an item is found by its partition key alone."
  type = object({
    name = string
    type = string
  })
  default = null
}

variable "indexes" {
  description = "Name -> a global secondary index with these keys, onto which the table's own keys are projected and nothing else. Who queries it needs dynamodb:Query on the table's ARN with /index/NAME."
  type = map(object({
    hash_key  = object({ name = string, type = string })
    range_key = object({ name = string, type = string })
  }))
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for key in concat([var.hash_key], var.range_key[*], values(var.indexes)[*].hash_key, values(var.indexes)[*].range_key) : contains(["S", "N"], key.type)])
    error_message = "A key is of type S (text) or N (number)."
  }
}

variable "stream_view" {
  description = "What the table's stream has of an item that has changed: KEYS_ONLY, NEW_IMAGE, OLD_IMAGE or NEW_AND_OLD_IMAGES; null: the table has no stream."
  type        = string
  default     = null

  validation {
    condition     = var.stream_view == null || contains(["KEYS_ONLY", "NEW_IMAGE", "OLD_IMAGE", "NEW_AND_OLD_IMAGES"], coalesce(var.stream_view, "none"))
    error_message = "A stream's view is KEYS_ONLY, NEW_IMAGE, OLD_IMAGE or NEW_AND_OLD_IMAGES."
  }
}

variable "recoverable" {
  description = "Whether the table can be recovered to any point of the last 35 days."
  type        = bool
  default     = true
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
