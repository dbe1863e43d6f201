variable "name" {
  description = "The API's name, which its authorizer and its log group have too."
  type        = string
  nullable    = false
}

variable "stage" {
  description = "The stage's name, the first segment of every address; $default is a stage without such a segment."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^(\\$default|[A-Za-z0-9_-]{1,128})$", var.stage))
    error_message = "A stage's name is $default, or holds 1 to 128 letters, digits, hyphens and underscores."
  }
}

variable "plan" {
  description = "Path of the plan, of gateway HTTP, as the build makes it of a contract and a mode: the operations, who may call them, and the gateway's settings."
  type        = string
  nullable    = false

  validation {
    condition     = try(jsondecode(file(var.plan)).plan.gateway == "HTTP", true)
    error_message = "The plan ${var.plan} is of another gateway than HTTP; this module makes HTTP APIs."
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
  description = "Id of the Lambda authorizer, such as the authorizer module's; for the authorization REQUEST, and for no other."
  type        = string
  default     = null
}

variable "issuer" {
  description = "The issuer (iss) of the tokens, for the authorization JWT where the mode names none."
  type        = string
  default     = null

  validation {
    condition     = var.issuer == null || can(regex("^https://[^/?#@\\s]+(/[^?#\\s]*)?$", var.issuer))
    error_message = "An issuer is https:// and a host, with a path if need be; no user, query or fragment."
  }
}

variable "audience" {
  description = "Whom the tokens may be meant for, for the authorization JWT where the mode names no issuer: values of aud or, without one, of client_id."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for audience in var.audience : trimspace(audience) != ""])
    error_message = "An audience is not empty."
  }
}

variable "allowed_origins" {
  description = "Origins whose pages may call the API, where the mode's cors names none: [\"*\"], or any number of origins."
  type        = list(string)
  nullable    = false

  validation {
    condition = var.allowed_origins == tolist(["*"]) || length(var.allowed_origins) > 0 && alltrue([
      for origin in var.allowed_origins : can(regex("^https?://[a-z0-9.-]+(:[1-9][0-9]{0,4})?$", origin)) && !can(regex("^(http://.*:80|https://.*:443)$", origin)) && try(tonumber(regex(":([0-9]+)$", origin)[0]) < 65536, true)
    ])
    error_message = "Allowed origins are [\"*\"] or origins as browsers send them, such as https://app.example.com: in lower case, without the scheme's own port, without a path."
  }
}

variable "log_retention_days" {
  description = "Days that the access log is kept."
  type        = number
  nullable    = false
}

variable "kms_key_arn" {
  description = "ARN of the key that encrypts the access log; null: CloudWatch's own."
  type        = string
  default     = null
}

variable "disable_execute_api_endpoint" {
  description = "Whether the API answers at its custom domain only."
  type        = bool
  default     = false
  nullable    = false
}

variable "deployment_triggers" {
  description = "What the API is made from besides this module's files and inputs, such as the authorizer's settings: a change makes a new deployment."
  type        = map(string)
  default     = {}
  nullable    = false
}
