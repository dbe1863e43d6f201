variable "name" {
  description = "The API's name, also that of its authorizer and of its usage plan."
  type        = string
  nullable    = false
}

variable "stage" {
  description = "The stage's name, the first segment of every address."
  type        = string
  nullable    = false
}

variable "plan" {
  description = "Path of the plan, as the build makes it of a contract and a mode."
  type        = string
  nullable    = false
}

variable "websocket_api" {
  description = "For a plan of gateway WEBSOCKET: the API whose routes the mode makes, as the websocket-endpoint module's outputs. It is made before, so that the functions can be told of it."
  type = object({
    id                           = string
    execution_arn                = string
    disable_execute_api_endpoint = bool
  })
  default = null

  validation {
    condition     = (var.websocket_api != null) == (module.plan.plan.gateway == "WEBSOCKET")
    error_message = "The mode ${module.plan.plan.name} has the gateway ${module.plan.plan.gateway}: a websocket_api is needed for WEBSOCKET, and has no part in others."
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

variable "user_pool" {
  description = "The user pool for modes that name no issuer of their own: ARN, issuer, and the ids of its app clients, which are the audience."
  type = object({
    arn        = string
    issuer     = string
    client_ids = list(string)
  })
  nullable = false
}

variable "issuers" {
  description = "Issuers besides the user pool whose tokens a Lambda authorizer accepts, and what each one's tokens may gain (scopes, or grants), in the shape of its variable ISSUERS."
  type = list(object({
    issuer          = string
    tenants         = optional(list(string))
    audience        = list(string)
    tokenUse        = optional(list(string))
    resource        = optional(list(string))
    requireResource = optional(bool)
    jwksUri         = optional(string)
    kid             = optional(string)
    algorithms      = optional(list(string))
    profile         = optional(string)
    boundTokens     = optional(string)
    require         = optional(map(list(string)))
    id              = optional(list(string))
    owners          = optional(bool)
    groupsClaim     = optional(string)
    scopes          = optional(list(string))
    grants          = optional(map(map(list(string))))
  }))
  default  = []
  nullable = false
}

variable "group_scopes" {
  description = "Group of the user pool -> the scopes of its members, for a Lambda authorizer."
  type        = map(list(string))
  default     = {}
  nullable    = false

  validation {
    condition     = !contains(concat(keys(var.group_scopes), flatten(values(var.group_scopes))), "*")
    error_message = "\"*\" is no group and no scope: every group, or a group's own name, is meant by it in the grants of an issuer only."
  }
}

variable "clock_skew" {
  description = "How far the clocks of issuers may differ from a Lambda authorizer's, 0s to 5m."
  type        = string
  default     = "0s"
  nullable    = false
}

variable "token_sources" {
  description = "Where a Lambda authorizer looks for tokens, in the words of its variable TOKEN_SOURCES, of which query:NAME and protocol:NAME are passed over but for a WebSocket API; null: behind Bearer, and at a WebSocket API also query:token and protocol:token."
  type        = list(string)
  default     = null
}

variable "max_token" {
  description = "The longest token that a Lambda authorizer looks at, in bytes, 1 to 1048576; null: 10240."
  type        = number
  default     = null
}

variable "api_key_checks" {
  description = "How a Lambda authorizer checks API keys: remembered, 0s to 1h, unsealed, accept or refuse, and unknown, as its module has them."
  type = object({
    remembered = optional(string, "1m")
    unsealed   = optional(string, "accept")
    unknown    = optional(number, 1000)
  })
  default  = {}
  nullable = false
}

variable "unauthorized" {
  description = "What a Lambda authorizer answers where no credential is good: fail, the error that becomes a 401 (at an HTTP API a 401 or a 500), or deny, a 403."
  type        = string
  default     = "fail"
  nullable    = false
}

variable "api_keys_table" {
  description = "The table of API keys that a REQUEST authorizer accepts: name and ARN; null: it accepts none."
  type = object({
    name = string
    arn  = string
  })
  default = null
}

variable "revocation" {
  description = "Whom a Lambda authorizer asks whether a token was revoked: table (revocations_table), cognito or none."
  type        = string
  default     = "none"
  nullable    = false
}

variable "revocations_table" {
  description = "For the revocation table: the table of revocations, its name and ARN."
  type = object({
    name = string
    arn  = string
  })
  default = null
}

variable "usage_tiers" {
  description = "Tier -> a usage plan besides the mode's own: throttle and quota of each key, and throttles of single operations."
  type = map(object({
    throttle = optional(object({
      rateLimit  = number
      burstLimit = number
    }))
    quota = optional(object({
      limit  = number
      offset = optional(number, 0)
      period = string
    }))
    methods = optional(map(object({
      rateLimit  = number
      burstLimit = number
    })), {})
  }))
  default  = {}
  nullable = false

  validation {
    condition     = length(var.usage_tiers) == 0 || try(module.plan.plan.rest.usagePlan, module.plan.plan.webSocket.usagePlan, null) != null
    error_message = "The mode ${module.plan.plan.name} asks for no API keys, by which alone a usage plan knows its callers."
  }
  validation {
    condition     = module.plan.plan.gateway != "WEBSOCKET" || alltrue([for tier in values(var.usage_tiers) : length(tier.methods) == 0])
    error_message = "A tier of the mode ${module.plan.plan.name} has no methods: a WebSocket API counts a key where it connects, and nowhere else."
  }
}

variable "api_keys" {
  description = "Tier (\"\" is the mode's own plan) -> name -> an API key of it: whether it is enabled, and its value; without a value AWS makes one."
  type = map(map(object({
    enabled = optional(bool, true)
    value   = optional(string)
  })))
  default   = {}
  nullable  = false
  sensitive = true
}
