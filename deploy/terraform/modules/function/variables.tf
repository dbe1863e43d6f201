variable "name" {
  description = "The function's name, also that of its role and log group."
  type        = string
  nullable    = false
}

variable "description" {
  description = "What the function is, to which each published version keeps what was said at its time; null: nothing."
  type        = string
  default     = null

  # https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html
  validation {
    condition     = try(length(var.description) <= 256, var.description == null)
    error_message = "A function's description has at most 256 characters."
  }
}

variable "zip" {
  description = "Path of the zip: a binary for Linux named bootstrap, and the files that it reads."
  type        = string
  nullable    = false

  validation {
    condition     = fileexists(var.zip)
    error_message = "There is no ${var.zip}. Those of the module portcullis are built with `go run portcullis/deploy/build`."
  }
}

variable "rules" {
  description = "The rules in the zip, by which the function decides, which are a rules.json beside it: each version says in its description of which contract they are, and a live_version that holds those of another is refused. Null: the function decides nothing, or nothing is compared."
  type        = string
  default     = null

  validation {
    condition     = var.rules == null || try(length(jsondecode(file(var.rules)).contract.sha256) == 64, false)
    error_message = "There are no rules ${join("", var.rules[*])}: `go run portcullis/deploy/build --contract FILE` writes them beside the zips that hold them."
  }
}

variable "architecture" {
  description = "The instruction set that the binary was built for: arm64 or x86_64."
  type        = string
  nullable    = false

  validation {
    condition     = contains(["arm64", "x86_64"], var.architecture)
    error_message = "The architecture is arm64 or x86_64."
  }
}

variable "memory" {
  description = "Memory in MB; the share of a processor grows with it."
  type        = number
  default     = 256
  nullable    = false

  # https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
  validation {
    condition     = var.memory >= 128 && var.memory <= 10240 && floor(var.memory) == var.memory
    error_message = "A function has 128 to 10240 MB of memory."
  }
}

variable "timeout" {
  description = "Seconds after which an invocation is ended."
  type        = number
  default     = 10
  nullable    = false

  validation {
    condition     = var.timeout >= 1 && var.timeout <= 900 && floor(var.timeout) == var.timeout
    error_message = "A timeout is 1 to 900 whole seconds."
  }
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
    actions    = list(string)
    resources  = list(string)
    conditions = optional(map(map(list(string))))
  }))
  default  = []
  nullable = false
}

variable "log_retention_days" {
  description = "Days that the function's logs are kept."
  type        = number
  nullable    = false
}

variable "kms_key_arn" {
  description = "Key that encrypts the function's variables and logs; null: Lambda's and CloudWatch's own. Its policy lets logs.REGION.amazonaws.com use it."
  type        = string
  default     = null

  validation {
    condition     = var.kms_key_arn == null || can(regex("^arn:[a-z-]+:kms:[a-z0-9-]+:[0-9]{12}:key/[a-zA-Z0-9-]+$", var.kms_key_arn))
    error_message = "The kms_key_arn is a key's whole ARN, arn:aws:kms:REGION:ACCOUNT:key/ID: no alias and no bare id."
  }
}

variable "reserved_concurrency" {
  description = "Invocations at once that are kept for this function, and are its most; 0 stops it; null: none, it shares the account's."
  type        = number
  default     = null

  validation {
    condition     = try(var.reserved_concurrency >= 0 && floor(var.reserved_concurrency) == var.reserved_concurrency, var.reserved_concurrency == null)
    error_message = "A reserved_concurrency is a whole number of invocations, 0 or more, or null for none."
  }
}

variable "live_version" {
  description = "Published version at which the alias stays: for a rollback, or while a canary runs; null: the newest."
  type        = string
  default     = null

  validation {
    condition     = var.live_version == null || can(regex("^[1-9][0-9]*$", var.live_version))
    error_message = "A live_version is the number of a published version, such as 3; $LATEST is none."
  }
}

variable "canary_weight" {
  description = "Share of the calls, 0 to 1, that go to the newest version while live_version gets the rest."
  type        = number
  default     = 0
  nullable    = false

  validation {
    condition     = var.canary_weight >= 0 && var.canary_weight <= 1
    error_message = "A canary_weight is a share, 0 to 1."
  }
  validation {
    condition     = var.canary_weight == 0 || var.live_version != null
    error_message = "A canary_weight needs a live_version, which gets the other calls."
  }
}

variable "vpc" {
  description = "Subnets and security groups by which the function is in a VPC, whose routes, endpoints or NAT it then needs for whatever it calls; null: in none."
  type = object({
    subnet_ids         = list(string)
    security_group_ids = list(string)
  })
  default = null

  validation {
    condition     = try(length(var.vpc.subnet_ids) > 0 && length(var.vpc.security_group_ids) > 0, var.vpc == null)
    error_message = "A vpc has at least one of the subnet_ids and one of the security_group_ids."
  }
}

variable "layers" {
  description = "ARNs of Lambda layers, whose files are in /opt."
  type        = list(string)
  default     = []
  nullable    = false
}
