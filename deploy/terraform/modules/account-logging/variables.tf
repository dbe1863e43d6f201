variable "name" {
  description = "The role's name."
  type        = string
  nullable    = false
}
