variable "name" {
  description = "The plan's name; it also begins the names of its keys."
  type        = string
  nullable    = false
}

variable "api_id" {
  description = "Id of the REST or WebSocket API."
  type        = string
  nullable    = false
}

variable "stage" {
  description = "Name of the API's stage, from the stage resource itself: the plan can only be made after it."
  type        = string
  nullable    = false
}

variable "throttle" {
  description = "How often the holder of each key may call: rateLimit requests a second, burstLimit at once. Null: no limit."
  type = object({
    rateLimit  = number
    burstLimit = number
  })
  default = null

  validation {
    condition = alltrue([for throttle in var.throttle[*] : try(
      throttle.rateLimit >= 0 && throttle.burstLimit >= 0 && floor(throttle.burstLimit) == throttle.burstLimit, false
    )])
    error_message = "A throttle has a rateLimit of 0 or more requests a second, and a burstLimit of 0 or more whole requests."
  }
}

variable "quota" {
  description = "How many requests the holder of each key may make in a period: limit, offset (see the README), and period DAY, WEEK or MONTH. Null: no quota."
  type = object({
    limit  = number
    offset = optional(number, 0)
    period = string
  })
  default = null

  validation {
    condition     = alltrue([for quota in var.quota[*] : try(contains(["DAY", "WEEK", "MONTH"], quota.period), false)])
    error_message = "A quota's period is DAY, WEEK or MONTH."
  }
  validation {
    condition     = alltrue([for quota in var.quota[*] : try(quota.limit >= 1 && floor(quota.limit) == quota.limit, false)])
    error_message = "A quota's limit is a whole number of requests, 1 or more."
  }
  # https://docs.aws.amazon.com/apigateway/latest/api/API_QuotaSettings.html; the limits of a period are those of Terraform's provider.
  validation {
    condition = alltrue([for quota in var.quota[*] : try(
      floor(quota.offset) == quota.offset && quota.offset >= 0 && quota.offset <= quota.limit && quota.offset <= { DAY = 0, WEEK = 6, MONTH = 27 }[quota.period], quota.offset == 0
    )])
    error_message = "A quota's offset is a whole number up to the limit: 0 with the period DAY, 0 to 6 with WEEK, 0 to 27 with MONTH."
  }
}

variable "methods" {
  description = "\"GET /things/{id}\" -> how often the holder of each key may call that method."
  type = map(object({
    rateLimit  = number
    burstLimit = number
  }))
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for name in keys(var.methods) : can(regex("^(DELETE|GET|HEAD|OPTIONS|PATCH|POST|PUT|ANY) /\\S*$", name))])
    error_message = "A method is named as in GET /things/{id}; got ${join(", ", keys(var.methods))}."
  }
  validation {
    condition = alltrue([for throttle in values(var.methods) : try(
      throttle.rateLimit >= 0 && throttle.burstLimit >= 0 && floor(throttle.burstLimit) == throttle.burstLimit, false
    )])
    error_message = "A method's throttle has a rateLimit of 0 or more requests a second, and a burstLimit of 0 or more whole requests."
  }
}

variable "keys" {
  description = "Name of a holder -> the API key: whether it is enabled (true), and its value (null: AWS makes one)."
  type = map(object({
    enabled = optional(bool, true)
    value   = optional(string)
  }))
  default   = {}
  nullable  = false
  sensitive = true

  # What AWS takes, and a header can hold: https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html.
  validation {
    condition     = alltrue([for key in values(var.keys) : key.value == null || can(regex("^[!-~]{20,128}$", key.value))])
    error_message = "A key's value has 20 to 128 printable ASCII characters and no spaces."
  }
  validation {
    condition     = length(distinct([for key in values(var.keys) : key.value if key.value != null])) == length([for key in values(var.keys) : key.value if key.value != null])
    error_message = "A key's value is of one key only."
  }
  validation {
    condition     = alltrue([for name in keys(var.keys) : can(regex("^[A-Za-z0-9._-]{1,128}$", name))])
    error_message = "A key's name has 1 to 128 letters, digits and ._-."
  }
}
