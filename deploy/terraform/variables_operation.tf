# How the stack is run.

variable "kms_key_arn" {
  description = "Key that encrypts tables, logs, the functions' variables and the client's secret; null: the services' own. Its policy lets logs.REGION.amazonaws.com use it."
  type        = string
  default     = null

  validation {
    condition     = var.kms_key_arn == null || can(regex("^arn:[a-z-]+:kms:[a-z0-9-]+:[0-9]{12}:key/[a-zA-Z0-9-]+$", var.kms_key_arn))
    error_message = "The kms_key_arn is a key's whole ARN, arn:aws:kms:REGION:ACCOUNT:key/ID: no alias and no bare id."
  }
}

variable "reserved_concurrency" {
  description = "Function behind the APIs, or mode for its authorizer -> invocations at once that are kept for it, and are its most; null: none. Where the function tokens is not named, it has 30 if the account's quota is 500 or more, and else none."
  type        = map(number)
  default     = {}
  nullable    = false

  validation {
    condition     = alltrue([for name in keys(var.reserved_concurrency) : contains(local.function_names, name)])
    error_message = "There is no function of these names: ${join(", ", [for name in keys(var.reserved_concurrency) : name if !contains(local.function_names, name)])}; there are ${join(", ", local.function_names)}."
  }
}

variable "rollout" {
  description = "Function behind the APIs, or mode for its authorizer -> the version that callers get (null: the newest), and the share of calls, 0 to 1, that goes to the newest instead."
  type = map(object({
    live_version  = optional(string)
    canary_weight = optional(number, 0)
  }))
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for name in keys(var.rollout) : contains(local.function_names, name)])
    error_message = "There is no function of these names: ${join(", ", [for name in keys(var.rollout) : name if !contains(local.function_names, name)])}; there are ${join(", ", local.function_names)}."
  }
  validation {
    condition     = alltrue([for rollout in values(var.rollout) : rollout.canary_weight == 0 || rollout.live_version != null])
    error_message = "A canary_weight needs a live_version, which gets the other calls."
  }
}

variable "alarm_actions" {
  description = "ARNs of SNS topics that are told when an alarm starts and when it ends; none: alarms show in CloudWatch only."
  type        = list(string)
  default     = []
  nullable    = false
}

variable "thresholds" {
  description = "When the alarms start, each within five minutes; what is left out is as the module observability has it."
  type = object({
    server_error_percent = optional(number)
    server_error_count   = optional(number)
    client_error_percent = optional(number)
    client_error_count   = optional(number)
    duration_percent     = optional(number)
    throttles            = optional(number)
    keys_unavailable     = optional(number)
    cannot_tell          = optional(number)
    keys_stale_seconds   = optional(number)
    revoked_tokens       = optional(number)
    bound_tokens         = optional(number)
    api_keys_flood       = optional(number)
    revocations_written  = optional(number)
    feed_age_seconds     = optional(number)
    feed_errors          = optional(number)
    feed_passed_over     = optional(number)
  })
  default  = {}
  nullable = false
}

variable "waf" {
  description = "A firewall (WAFv2) before the REST APIs: requests of one address in five minutes, and rules that only count; null: none. HTTP and WebSocket APIs can have none."
  type = object({
    rate_limit    = optional(number, 2000)
    counted_rules = optional(set(string), [])
  })
  default = null

  validation {
    condition     = var.waf == null || length(local.rest_modes) > 0
    error_message = "A waf stands before REST APIs only, and no mode of the stack has one."
  }
}

variable "domain" {
  description = "A domain name of your own, at which alone the APIs then answer: its certificate in ACM, the hosted zone for its record, base path -> mode (default: each mode's name), and a truststore for mutual TLS; null: none. WebSocket APIs share none with others, and have no mutual TLS."
  type = object({
    name                      = string
    certificate_arn           = string
    hosted_zone_id            = optional(string)
    base_paths                = optional(map(string))
    ownership_certificate_arn = optional(string)
    truststore = optional(object({
      uri     = string
      version = optional(string)
    }))
  })
  default = null

  validation {
    condition     = try(var.domain.base_paths, null) == null || try(toset(values(var.domain.base_paths)) == var.modes, false)
    error_message = "The domain's base_paths lead to every mode of the stack, and to no other: with a domain, an API answers nowhere else."
  }
  # https://docs.aws.amazon.com/apigateway/latest/developerguide/rest-api-mappings.html
  validation {
    condition     = var.domain == null || length(local.websocket_modes) == 0 || length(local.websocket_modes) == length(var.modes)
    error_message = "A WebSocket API shares no domain with REST and HTTP APIs: deploy ${join(", ", local.websocket_modes)} in another stack, with a domain of its own or with none."
  }
  validation {
    condition     = try(var.domain.truststore, null) == null || length(local.websocket_modes) == 0
    error_message = "A WebSocket API has no mutual TLS, so the domain of ${join(", ", local.websocket_modes)} has no truststore."
  }
}

variable "cache_cluster_size" {
  description = "Size in GB of the cache of a stage, where a mode has `cache`."
  type        = string
  default     = "0.5"
  nullable    = false
}

variable "users_stream" {
  description = "Whether the table of users has a stream though no WebSocket API of this stack tells of its changes: for one of another stack, by its users_stream_arn."
  type        = bool
  default     = false
  nullable    = false
}

variable "users_stream_arn" {
  description = "The stream of another stack's table of users, of whose changes the WebSocket API of this one tells, such as that stack's output users_stream_arn; null: this stack's own. With a kms_key_arn, both stacks have the same."
  type        = string
  default     = null

  validation {
    condition     = var.users_stream_arn == null || can(regex("^arn:[a-z-]+:dynamodb:[a-z0-9-]+:[0-9]{12}:table/[A-Za-z0-9_.-]{3,255}/stream/[0-9T:.-]+$", var.users_stream_arn))
    error_message = "The users_stream_arn is a stream's whole ARN, arn:aws:dynamodb:REGION:ACCOUNT:table/TABLE/stream/LABEL, as the other stack's output of this name tells it."
  }
  validation {
    condition     = var.users_stream_arn == null || local.feeds
    error_message = "The users_stream_arn is for clients of a WebSocket API that may subscribe, and no mode of the stack has the message subscribe with the function live."
  }
}
