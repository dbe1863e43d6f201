# Who calls how often: the plans that keys are in.

variable "api_keys" {
  description = "Usage plan (a mode, or MODE-TIER) -> name -> an API key of it: whether it is enabled, and its value; without a value AWS makes one. Keys of the command portcullis key are not among them."
  type = map(map(object({
    enabled = optional(bool, true)
    value   = optional(string)
  })))
  default   = {}
  nullable  = false
  sensitive = true

  validation {
    condition     = length(setsubtract(nonsensitive(keys(var.api_keys)), keys(local.usage_plans))) == 0
    error_message = "There is no usage plan ${join(", ", setsubtract(nonsensitive(keys(var.api_keys)), keys(local.usage_plans)))}; there are ${join(", ", keys(local.usage_plans))}, for modes that ask for API keys."
  }
}

variable "usage_tiers" {
  description = "Mode -> name -> a usage plan besides the mode's own: throttle and quota of each key, and throttles of single operations."
  type = map(map(object({
    throttle = optional(object({
      rateLimit  = number
      burstLimit = number
    }))
    quota = optional(object({
      limit  = number
      offset = optional(number)
      period = string
    }))
    methods = optional(map(object({
      rateLimit  = number
      burstLimit = number
    })), {})
  })))
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for mode in keys(var.usage_tiers) : contains(local.keyed_modes, mode)])
    error_message = "These are no modes of this stack that ask for API keys: ${join(", ", [for mode in keys(var.usage_tiers) : mode if !contains(local.keyed_modes, mode)])}."
  }
  validation {
    condition     = alltrue(flatten([for tiers in values(var.usage_tiers) : [for tier in keys(tiers) : can(regex("^[a-z0-9-]{1,32}$", tier))]]))
    error_message = "A tier's name holds 1 to 32 lower-case letters, digits and hyphens."
  }
  validation {
    condition = length(distinct(concat(local.keyed_modes, flatten([for mode, tiers in var.usage_tiers : [for tier in keys(tiers) : "${mode}-${tier}"]]))
    )) == length(local.keyed_modes) + sum(concat([0], [for tiers in values(var.usage_tiers) : length(tiers)]))
    error_message = "Plans are called MODE or MODE-TIER, and two would have one name: ${join(", ", [
      for name, plans in { for name in concat(local.keyed_modes, flatten([for mode, tiers in var.usage_tiers : [for tier in keys(tiers) : "${mode}-${tier}"]])) : name => name... } : name
      if length(plans) > 1
    ])}. Call a tier something else."
  }
}
