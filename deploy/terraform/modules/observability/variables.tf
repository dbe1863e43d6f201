variable "name" {
  description = "Begins the alarms' names, and is the dashboard's and the end of the metrics' namespace."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[A-Za-z0-9_-]{1,100}$", var.name))
    error_message = "A name holds 1 to 100 letters, digits, hyphens and underscores."
  }
}

variable "apis" {
  description = "Mode -> its API: kind of gateway (REST, HTTP or WEBSOCKET), id, name and stage."
  type = map(object({
    kind  = string
    id    = string
    name  = string
    stage = string
  }))
  nullable = false

  validation {
    condition     = length(var.apis) > 0
    error_message = "Name at least one API: without any there is nothing to watch."
  }
  validation {
    condition     = alltrue([for api in values(var.apis) : contains(["REST", "HTTP", "WEBSOCKET"], api.kind)])
    error_message = "The kind of gateway is REST, HTTP or WEBSOCKET; it is none of them of ${join(", ", [for mode, api in var.apis : mode if !contains(["REST", "HTTP", "WEBSOCKET"], api.kind)])}."
  }
}

variable "authorizers" {
  description = "Mode -> the function of its Lambda authorizer: name, log group, timeout in seconds, and whether it takes API keys. Modes that the gateway itself checks have none."
  type = map(object({
    function_name = string
    log_group     = string
    timeout       = number
    api_keys      = optional(bool, false)
  }))
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for mode in keys(var.authorizers) : contains(keys(var.apis), mode)])
    error_message = "These authorizers are of no API: ${join(", ", setsubtract(keys(var.authorizers), keys(var.apis)))}."
  }
}

variable "functions" {
  description = "Name -> a function behind the APIs: name and log group."
  type = map(object({
    function_name = string
    log_group     = string
  }))
  default  = {}
  nullable = false
}

variable "feed" {
  description = "The function that streams and a clock invoke besides its API: its name and log group, the name of the rule of the clock, and that of the queue of what could not be done; null: there is none."
  type = object({
    function_name = string
    log_group     = string
    rule_name     = string
    queue_name    = string
  })
  default = null
}

variable "revocations_table" {
  description = "Name of the DynamoDB table of revocations; null: there is none."
  type        = string
  default     = null
}

variable "alarm_actions" {
  description = "ARNs of SNS topics that are told when an alarm starts and when it ends; none: alarms show in CloudWatch only."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for arn in var.alarm_actions : can(regex("^arn:[a-z-]+:sns:[a-z0-9-]+:[0-9]{12}:[A-Za-z0-9_-]+$", arn))])
    error_message = "An alarm action is the ARN of an SNS topic, arn:aws:sns:REGION:ACCOUNT:TOPIC."
  }
}

variable "thresholds" {
  description = "When the alarms start, each within five minutes: percentages of requests with the least number of errors, percentage of an authorizer's timeout, seconds, and counts."
  type = object({
    server_error_percent = optional(number, 5)
    server_error_count   = optional(number, 5)
    client_error_percent = optional(number, 40)
    client_error_count   = optional(number, 100)
    duration_percent     = optional(number, 80)
    throttles            = optional(number, 1)
    keys_unavailable     = optional(number, 1)
    cannot_tell          = optional(number, 5)
    keys_stale_seconds   = optional(number, 3600)
    revoked_tokens       = optional(number, 50)
    bound_tokens         = optional(number, 50)
    api_keys_flood       = optional(number, 1)
    revocations_written  = optional(number, 100)
    feed_age_seconds     = optional(number, 60)
    feed_errors          = optional(number, 3)
    feed_passed_over     = optional(number, 1)
  })
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for percent in [var.thresholds.server_error_percent, var.thresholds.client_error_percent, var.thresholds.duration_percent] : percent > 0 && percent < 100])
    error_message = "A threshold in percent is more than 0 and less than 100."
  }
  validation {
    condition     = alltrue([for name, count in var.thresholds : count >= 1 && floor(count) == count if !endswith(name, "_percent")])
    error_message = "A threshold that is a count, or seconds, is a whole number, 1 or more."
  }
}
