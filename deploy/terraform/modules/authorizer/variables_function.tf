# The function: what it is made from, and how it runs. Most are the function module's own.

variable "zip" {
  description = "Path of the function's zip."
  type        = string
  nullable    = false

  validation {
    condition     = fileexists(var.zip)
    error_message = "There is no ${var.zip}: `go run portcullis/deploy/build` builds the authorizers."
  }
}

variable "rules" {
  description = "The rules that the zip was built with, which are a rules.json beside it: the version says of which contract they are, and a live_version that holds those of another is refused. Null: the function does not say, and nothing is compared."
  type        = string
  default     = null
}

variable "architecture" {
  description = "The instruction set that the zip was built for: arm64 or x86_64."
  type        = string
  nullable    = false
}

variable "memory" {
  description = "The function's memory in MB; the share of a processor grows with it."
  type        = number
  default     = 256
  nullable    = false
}

variable "timeout" {
  description = "Seconds after which an invocation is ended."
  type        = number
  default     = 10
  nullable    = false

  validation {
    condition     = var.timeout >= 1 && var.timeout <= (var.gateway == "HTTP" ? 10 : 29)
    error_message = "The timeout is 1 to 29 seconds, for an HTTP API 1 to 10: the gateway waits no longer."
  }
}

variable "environment" {
  description = "Environment variables besides the module's own. They are not secret: who may read the function may read them."
  type        = map(string)
  default     = {}
  nullable    = false

  validation {
    condition     = length(setintersection(keys(var.environment), ["API_KEYS_REMEMBERED", "API_KEYS_TABLE", "API_KEYS_UNKNOWN", "API_KEYS_UNSEALED", "CLOCK_SKEW", "GROUP_SCOPES", "ISSUERS", "MAX_TOKEN", "RESPONSE", "REVOCATION", "REVOCATION_TABLE", "TOKEN_SOURCES", "UNAUTHORIZED"])) == 0
    error_message = "API_KEYS_REMEMBERED, API_KEYS_TABLE, API_KEYS_UNKNOWN, API_KEYS_UNSEALED, CLOCK_SKEW, GROUP_SCOPES, ISSUERS, MAX_TOKEN, RESPONSE, REVOCATION, REVOCATION_TABLE, TOKEN_SOURCES and UNAUTHORIZED are made from the module's own inputs."
  }
}

variable "statements" {
  description = "What the function may do besides logging, tracing, and reading its tables of API keys and of revocations."
  type = list(object({
    actions    = list(string)
    resources  = list(string)
    conditions = optional(map(map(list(string))))
  }))
  default  = []
  nullable = false
}

variable "reserved_concurrency" {
  description = "Invocations at once that are kept for the function, and are its most; null: none are."
  type        = number
  default     = null
}

variable "live_version" {
  description = "The version that the gateway asks; null: the newest."
  type        = string
  default     = null
}

variable "canary_weight" {
  description = "Share of requests, 0 to 1, that the newest version is asked about while live_version is asked about the rest."
  type        = number
  default     = 0
  nullable    = false
}

variable "log_retention_days" {
  description = "Days that the function's logs are kept."
  type        = number
  nullable    = false
}

variable "kms_key_arn" {
  description = "ARN of the KMS key that encrypts the logs; null: CloudWatch's own."
  type        = string
  default     = null
}

variable "vpc" {
  description = "Subnets and security groups by which the function is in a VPC, whose routes, endpoints or NAT it then needs for whatever it calls; null: in none."
  type = object({
    subnet_ids         = list(string)
    security_group_ids = list(string)
  })
  default = null
}

variable "layers" {
  description = "ARNs of Lambda layers, whose files are in /opt."
  type        = list(string)
  default     = []
  nullable    = false
}
