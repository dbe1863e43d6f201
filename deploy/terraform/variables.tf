variable "name" {
  description = "Begins the name of everything that the stack makes; two stacks in one region need different ones."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{0,31}$", var.name))
    error_message = "The name begins with a lower-case letter and holds at most 32 lower-case letters, digits and hyphens."
  }
}

variable "stage" {
  description = "Name of the stage, the first segment of every address."
  type        = string
  default     = "v1"
  nullable    = false

  validation {
    condition     = can(regex("^[A-Za-z0-9_-]{1,128}$", var.stage))
    error_message = "A stage's name holds 1 to 128 letters, digits, hyphens and underscores."
  }
}

variable "modes" {
  description = "The auth modes, each a file of deploy/modes without .yaml of which the build made a plan, and each with an API of its own."
  type        = set(string)
  default     = ["rest-token"]
  nullable    = false

  validation {
    condition     = length(var.modes) > 0
    error_message = "Name at least one mode: without any there is no API."
  }
  # With the stack's name before it, it names functions, which have 64 characters.
  validation {
    condition     = alltrue([for mode in var.modes : can(regex("^[a-z0-9-]{1,31}$", mode))])
    error_message = "A mode's name has 1 to 31 lower-case letters, digits and hyphens, which ${join(", ", [for mode in var.modes : mode if !can(regex("^[a-z0-9-]{1,31}$", mode))])} has not."
  }
  validation {
    condition     = alltrue([for mode in var.modes : fileexists("${local.artifacts}/plans/${mode}.json")])
    error_message = "In ${var.artifacts}/plans there is no plan of ${join(", ", [for mode in var.modes : mode if !fileexists("${local.artifacts}/plans/${mode}.json")])}; there are ${coalesce(join(", ", [for file in fileset("${local.artifacts}/plans", "*.json") : trimsuffix(file, ".json")]), "none")}. `go run portcullis/deploy/build` makes one of each mode of deploy/modes, or of those that `--mode NAME` names, with `--contract FILE` of a contract of your own."
  }
  # A mode's authorizer would have the name of another of the stack's functions, or of a role of its own.
  validation {
    condition     = length(setintersection(var.modes, ["users", "tokens", "live"])) == 0 && !(var.account_logging && contains(var.modes, "api-gateway-logs"))
    error_message = "No mode is called users, tokens or live, as the stack's own functions are, nor api-gateway-logs with account_logging, as the role by which API Gateway logs is: give the mode's file another name."
  }
}

variable "functions" {
  description = "Functions behind the APIs besides users, tokens and live, by the names that the contract has for them (x-function, or function of a WebSocket API): the zip with a binary for Linux named bootstrap, its environment, and what it may do."
  type = map(object({
    zip         = string
    environment = optional(map(string), {})
    statements = optional(list(object({
      actions    = list(string)
      resources  = list(string)
      conditions = optional(map(map(list(string))))
    })), [])
  }))
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for name in keys(var.functions) : can(regex("^[A-Za-z0-9_-]{1,64}$", name))])
    error_message = "A function's name holds 1 to 64 letters, digits, hyphens and underscores."
  }
  # Names of roles have no case: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
  validation {
    condition     = alltrue([for name in keys(var.functions) : !contains(["users", "tokens", "live"], lower(name)) && !contains(var.modes, lower(name))])
    error_message = "The name ${join(", ", [for name in keys(var.functions) : name if contains(["users", "tokens", "live"], lower(name)) || contains(var.modes, lower(name))])} is taken, in whatever case: by the stack's own functions users, tokens and live, or by the authorizer of the mode."
  }
  validation {
    condition     = !var.account_logging || !contains([for name in keys(var.functions) : lower(name)], "api-gateway-logs")
    error_message = "A function's role cannot be called api-gateway-logs: with account_logging, the role by which API Gateway logs is. Call the function something else."
  }
  validation {
    condition     = length(distinct([for name in keys(var.functions) : lower(name)])) == length(var.functions)
    error_message = "IAM cannot tell roles by case: these functions need names that differ in more: ${join(", ", flatten([for names in values({ for name in keys(var.functions) : lower(name) => name... }) : names if length(names) > 1]))}."
  }
}

variable "artifacts" {
  description = "Folder of the zips, their rules and the plans, as `go run portcullis/deploy/build` writes it, from the stack's folder or absolute."
  type        = string
  default     = "../dist"
  nullable    = false
}

variable "architecture" {
  description = "The instruction set that the functions were built for: arm64, or x86_64 (`go run portcullis/deploy/build --arch amd64`)."
  type        = string
  default     = "arm64"
  nullable    = false

  validation {
    condition     = contains(["arm64", "x86_64"], var.architecture)
    error_message = "The architecture is arm64 or x86_64."
  }
}

variable "allowed_origins" {
  description = "Origins whose pages may call the API from a browser: [\"*\"], or any number of origins."
  type        = list(string)
  default     = ["*"]
  nullable    = false
}

variable "account_logging" {
  description = "Whether this stack sets the role by which API Gateway logs. A region has one for every API: only one stack of a region may set it."
  type        = bool
  default     = true
  nullable    = false
}

variable "deletion_protection" {
  description = "Whether the tables and the user pool refuse to be deleted, by Terraform too."
  type        = bool
  default     = true
  nullable    = false
}

variable "log_retention_days" {
  description = "Days that logs are kept; one of the numbers that CloudWatch knows."
  type        = number
  default     = 30
  nullable    = false

  # https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html
  validation {
    condition = contains([1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653],
    var.log_retention_days)
    error_message = "CloudWatch keeps logs for 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288 or 3653 days."
  }
}

variable "tags" {
  description = "Tags of everything that the stack makes."
  type        = map(string)
  default     = {}
  nullable    = false
}
