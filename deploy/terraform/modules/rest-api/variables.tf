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

variable "contract" {
  description = "Path of the OpenAPI 3.1 file: its operations, who may call them, and the functions that serve them (x-function)."
  type        = string
  nullable    = false

  validation {
    condition     = fileexists(var.contract)
    error_message = "There is no contract ${var.contract}."
  }
}

variable "mode" {
  description = "Path of the mode file: who checks a caller, and the gateway's settings."
  type        = string
  nullable    = false

  validation {
    condition     = fileexists(var.mode)
    error_message = "There is no mode file ${var.mode}."
  }
}

variable "functions" {
  description = "The functions that the contract and the mode file name, each as the function module's outputs."
  type = map(object({
    name             = string
    invoke_arn       = string
    alias            = string
    alias_invoke_arn = string
  }))
  nullable = false
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

variable "logging_role" {
  description = "What must be there before the stage can log: the ARN of the region's role for API Gateway's logs, or null where it is there already."
  type        = string
  default     = null
}
