variable "name" {
  description = "Name of the pool and of its app client."
  type        = string
  nullable    = false
}

variable "group_scopes" {
  description = "Group -> the scopes of its members, each written RESOURCE-SERVER/SCOPE."
  type        = map(list(string))
  nullable    = false
}

variable "deletion_protection" {
  description = "Whether the pool refuses to be deleted, by Terraform too."
  type        = bool
  nullable    = false
}
