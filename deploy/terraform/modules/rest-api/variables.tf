variable "name" {
  description = "The API's name."
  type        = string
  nullable    = false
}

variable "stage" {
  description = "The stage's name, the first segment of every address."
  type        = string
  nullable    = false
}

variable "plan" {
  description = "Path of the plan, of gateway REST, as the build makes it of a contract and a mode: the operations, who may call them, and the gateway's settings."
  type        = string
  nullable    = false

  validation {
    condition     = try(jsondecode(file(var.plan)).plan.gateway == "REST", true)
    error_message = "The plan ${var.plan} is of another gateway than REST; this module makes REST APIs."
  }
}

variable "functions" {
  description = "The functions behind the API by the names that the contract has for them (x-function), each as the function module's outputs."
  type = map(object({
    name       = string
    invoke_arn = string
    alias      = string
  }))
  nullable = false
}

variable "authorizer_id" {
  description = "For the authorizations TOKEN and REQUEST: the id of the API's authorizer, made by the module authorizer from this module's id and execution_arn."
  type        = string
  default     = null

  validation {
    condition     = (var.authorizer_id != null) == contains(["TOKEN", "REQUEST"], module.plan.plan.authorization)
    error_message = "The mode ${module.plan.plan.name} has the authorization ${module.plan.plan.authorization}: authorizer_id is for TOKEN and REQUEST, which nobody could call without, and would guard nothing in others."
  }
}

variable "user_pool_arns" {
  description = "For the authorization COGNITO_USER_POOLS, where the mode names no userPools: ARNs of the user pools whose tokens are taken."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for arn in var.user_pool_arns : can(regex("^arn:aws[a-z-]*:cognito-idp:[a-z0-9-]+:[0-9]{12}:userpool/[\\w-]+_[0-9A-Za-z]+$", arn))])
    error_message = "A user pool's ARN is arn:aws:cognito-idp:REGION:ACCOUNT:userpool/ID."
  }
}

variable "allowed_origins" {
  description = "Origins whose pages may call the API: [\"*\"], or any number of origins."
  type        = list(string)
  nullable    = false

  # The origins stand in a mapping template, so nothing else may.
  validation {
    condition = var.allowed_origins == tolist(["*"]) || length(var.allowed_origins) > 0 && alltrue([
      for origin in var.allowed_origins : can(regex("^https?://[a-z0-9.-]+(:[1-9][0-9]{0,4})?$", origin)) && !can(regex("^(http://.*:80|https://.*:443)$", origin)) && try(tonumber(regex(":([0-9]+)$", origin)[0]) < 65536, true)
    ])
    error_message = "Allowed origins are [\"*\"] or origins as browsers send them, such as https://app.example.com: in lower case, without the scheme's own port, without a path."
  }
}

variable "log_retention_days" {
  description = "Days that the access and execution logs are kept."
  type        = number
  nullable    = false
}

variable "kms_key_arn" {
  description = "ARN of the KMS key that encrypts the logs; null: CloudWatch's own."
  type        = string
  default     = null
}

variable "cache_cluster_size" {
  description = "Size in GB of the stage's cache, where the mode has one. It costs by the hour."
  type        = string
  default     = "0.5"
  nullable    = false

  validation {
    condition     = contains(["0.5", "1.6", "6.1", "13.5", "28.4", "58.2", "118", "237"], var.cache_cluster_size)
    error_message = "A cache has 0.5, 1.6, 6.1, 13.5, 28.4, 58.2, 118 or 237 GB."
  }
}

variable "disable_execute_api_endpoint" {
  description = "Whether the API is reached by its own domain only, and not by the address that AWS gives it."
  type        = bool
  default     = false
  nullable    = false
}

variable "logging_role" {
  description = "What must be there before the stage can log: the ARN of the region's role for API Gateway's logs, or null where it is there already."
  type        = string
  default     = null
}

variable "vpc_endpoint_ids" {
  description = "VPC endpoints (execute-api) by which alone the API is reached, which makes it private; null: it is reached from everywhere."
  type        = list(string)
  default     = null

  # An empty list would deny nobody: a negated condition without values matches nothing.
  validation {
    condition     = var.vpc_endpoint_ids == null || try(length(var.vpc_endpoint_ids) > 0 && alltrue([for id in var.vpc_endpoint_ids : can(regex("^vpce-[0-9a-f]{8,17}$", id))]), false)
    error_message = "The vpc_endpoint_ids are one or more ids of VPC endpoints, vpce- and 8 to 17 hexadecimal digits."
  }
}
