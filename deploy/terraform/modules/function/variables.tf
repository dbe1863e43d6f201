variable "name" {
  description = "The function's name, also that of its role and log group."
  type        = string
  nullable    = false
}

variable "zip" {
  description = "Path of the zip: a binary for Linux named bootstrap, and the files that it reads."
  type        = string
  nullable    = false

  validation {
    condition     = fileexists(var.zip)
    error_message = "There is no ${var.zip}: build the functions with `go run ./deploy/build`."
  }
}

variable "architecture" {
  description = "The instruction set that the binary was built for: arm64 or x86_64."
  type        = string
  nullable    = false
}

variable "memory" {
  description = "Memory in MB; the share of a processor grows with it."
  type        = number
  default     = 256
  nullable    = false
}

variable "timeout" {
  description = "Seconds after which an invocation is ended."
  type        = number
  default     = 10
  nullable    = false
}

variable "environment" {
  description = "Environment variables. They are not secret: who may read the function may read them."
  type        = map(string)
  default     = {}
  nullable    = false
}

variable "statements" {
  description = "What the function may do besides writing its own logs and traces."
  type = list(object({
    actions   = list(string)
    resources = list(string)
  }))
  default  = []
  nullable = false
}

variable "log_retention_days" {
  description = "Days that the function's logs are kept."
  type        = number
  nullable    = false
}
