variable "name" {
  description = "The table's name."
  type        = string
  nullable    = false
}

variable "deletion_protection" {
  description = "Whether the table refuses to be deleted, by Terraform too."
  type        = bool
  nullable    = false
}
