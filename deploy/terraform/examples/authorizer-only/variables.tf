variable "name" {
  description = "Name of the authorizer and of its function."
  type        = string
  default     = "portcullis"
  nullable    = false
}

variable "rest_api_id" {
  description = "Id of the REST API, such as a1b2c3d4e5."
  type        = string
  nullable    = false
}

variable "rest_api_execution_arn" {
  description = "The REST API's execution ARN, arn:aws:execute-api:REGION:ACCOUNT:ID."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^arn:aws[a-z-]*:execute-api:[a-z0-9-]+:[0-9]{12}:${var.rest_api_id}$", var.rest_api_execution_arn))
    error_message = "The execution ARN is arn:aws:execute-api:REGION:ACCOUNT:${var.rest_api_id}: that of the API, without a stage."
  }
}

variable "issuers" {
  description = "The issuers whose tokens are accepted, as module authorizer takes them."
  type = list(object({
    issuer          = string
    tenants         = optional(list(string))
    audience        = list(string)
    tokenUse        = optional(list(string))
    resource        = optional(list(string))
    requireResource = optional(bool)
    jwksUri         = optional(string)
    kid             = optional(string)
    algorithms      = optional(list(string))
    profile         = optional(string)
    boundTokens     = optional(string)
    require         = optional(map(list(string)))
    id              = optional(list(string))
    owners          = optional(bool)
    groupsClaim     = optional(string)
    scopes          = optional(list(string))
    grants          = optional(map(map(list(string))))
  }))
  nullable = false
}

variable "group_scopes" {
  description = "For one issuer without grants: group of a token's groups claim -> the scopes of its members, besides those of the token's own scope claim."
  type        = map(list(string))
  default     = {}
  nullable    = false
}

variable "zip" {
  description = "Path of the authorizer's zip, built with the rules of the API's contract in it, which lie beside it as rules.json."
  type        = string
  default     = "../../../dist/token.zip"
  nullable    = false
}

variable "architecture" {
  description = "The instruction set that the zip was built for: arm64 or x86_64."
  type        = string
  default     = "arm64"
  nullable    = false
}

variable "log_retention_days" {
  description = "Days that the authorizer's log is kept."
  type        = number
  default     = 30
  nullable    = false
}
