# How the mode's API and authorizer are run.

variable "artifacts" {
  description = "Folder of the functions' zips, and of rules.json, the rules in them."
  type        = string
  nullable    = false
}

variable "architecture" {
  description = "The instruction set that the zips were built for: arm64 or x86_64."
  type        = string
  nullable    = false
}

variable "allowed_origins" {
  description = "Origins whose pages may call the API: [\"*\"], or any number of origins."
  type        = list(string)
  nullable    = false
}

variable "cache_cluster_size" {
  description = "Size in GB of the stage's cache, where the mode has `cache`."
  type        = string
  default     = "0.5"
  nullable    = false
}

variable "disable_execute_api_endpoint" {
  description = "Whether a REST or HTTP API answers at its custom domain only."
  type        = bool
  default     = false
  nullable    = false
}

variable "reserved_concurrency" {
  description = "Invocations at once that are kept for the authorizer's function, and are its most; null: none."
  type        = number
  default     = null
}

variable "rollout" {
  description = "The version of the authorizer's function that the gateway asks (null: the newest), and the share of calls, 0 to 1, that goes to the newest instead."
  type = object({
    live_version  = optional(string)
    canary_weight = optional(number, 0)
  })
  default  = {}
  nullable = false
}

variable "log_retention_days" {
  description = "Days that logs are kept."
  type        = number
  nullable    = false
}

variable "logging_role" {
  description = "ARN of the region's role for API Gateway's logs, which must be there before a stage can log; null where it is there already."
  type        = string
  default     = null
}

variable "kms_key_arn" {
  description = "Key that encrypts logs and the function's variables; null: the services' own."
  type        = string
  default     = null
}

variable "network" {
  description = "How the authorizer's function reaches what it calls: the VPC that it is in (vpc; null: none), layers, and variables that say so, such as HTTPS_PROXY."
  type = object({
    vpc = optional(object({
      subnet_ids         = list(string)
      security_group_ids = list(string)
    }))
    layers      = optional(list(string), [])
    environment = optional(map(string), {})
  })
  default  = {}
  nullable = false
}

variable "vpc_endpoint_ids" {
  description = "VPC endpoints by which alone a REST API is reached; null: it is reached from everywhere."
  type        = list(string)
  default     = null
}
