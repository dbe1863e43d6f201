variable "name" {
  description = "The API's name, which its log group has."
  type        = string
  nullable    = false
}

variable "api" {
  description = "The API whose routes are made, as the websocket-endpoint module's outputs."
  type = object({
    id                           = string
    execution_arn                = string
    disable_execute_api_endpoint = optional(bool, false)
  })
  nullable = false
}

variable "stage" {
  description = "The stage's name, the only segment of the address."
  type        = string
  nullable    = false

  # A stage $default is for HTTP APIs.
  validation {
    condition     = can(regex("^[A-Za-z0-9_-]{1,128}$", var.stage))
    error_message = "A stage's name holds 1 to 128 letters, digits, hyphens and underscores."
  }
}

variable "plan" {
  description = "Path of the plan, of gateway WEBSOCKET, as the build makes it of a contract and a mode: the routes, who may connect, and the gateway's settings."
  type        = string
  nullable    = false

  validation {
    condition     = try(jsondecode(file(var.plan)).plan.gateway == "WEBSOCKET", true)
    error_message = "The plan ${var.plan} is of another gateway than WEBSOCKET; this module makes WebSocket APIs."
  }
}

variable "functions" {
  description = "The functions behind the API by the names that the contract has for them (function), each as the function module's outputs."
  type = map(object({
    name       = string
    invoke_arn = string
    alias      = string
  }))
  nullable = false
}

variable "authorizer_id" {
  description = "Id of the Lambda authorizer that is asked who connects, such as the authorizer module's; for the authorization REQUEST, and for no other."
  type        = string
  default     = null
}

variable "log_retention_days" {
  description = "Days that the access and execution logs are kept."
  type        = number
  nullable    = false
}

variable "logging_role" {
  description = "What must be there before the stage can log: the ARN of the region's role for API Gateway's logs, or null where it is there already."
  type        = string
  default     = null
}

variable "kms_key_arn" {
  description = "ARN of the key that encrypts the logs; null: CloudWatch's own."
  type        = string
  default     = null
}

variable "deployment_triggers" {
  description = "What the API is made from besides this module's files and inputs, such as the authorizer's settings: a change makes a new deployment."
  type        = map(string)
  default     = {}
  nullable    = false
}
