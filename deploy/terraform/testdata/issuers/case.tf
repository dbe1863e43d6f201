# Stands beside the module's files about issuers.

variable "gateway" {
  type    = string
  default = "REST"
}

variable "type" {
  type    = string
  default = "REQUEST"
}

variable "identity_validation_expression" {
  type    = string
  default = null
}

output "faults" {
  value = flatten(local.issuer_faults)
}

output "told" {
  value = jsonencode(local.issuers)
}
