# Whom the function believes, and what they may do.

variable "issuers" {
  description = "Issuers whose tokens are accepted, and all that each one's tokens may gain, in the shape of the function's variable ISSUERS. Empty: tokens are not looked at."
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

  validation {
    condition     = length(var.issuers) > 0 || var.api_keys_table != null
    error_message = "There are neither issuers nor an api_keys_table: no credential would be accepted."
  }
  validation {
    condition     = length(var.issuers) > 0 || var.type != "TOKEN"
    error_message = "TOKEN takes tokens only: name their issuers."
  }
}

variable "group_scopes" {
  description = "For one issuer without grants: group of a token's bearer -> the scopes that it grants."
  type        = map(list(string))
  default     = {}
  nullable    = false

  # RFC 6749, section 3.3.
  validation {
    condition     = alltrue([for scope in flatten(values(var.group_scopes)) : can(regex("^[\\x21\\x23-\\x5B\\x5D-\\x7E]+$", scope))])
    error_message = "A scope has no spaces, quotes or backslashes, and is not empty."
  }
  validation {
    condition     = !contains(concat(keys(var.group_scopes), flatten(values(var.group_scopes))), "*")
    error_message = "\"*\" is no group and no scope: every group, or a group's own name, is meant by it in the grants of an issuer only."
  }
  validation {
    condition     = length(var.group_scopes) == 0 || length(var.issuers) == 0 || length(var.issuers) == 1 && try(length(var.issuers[0].tenants) <= 1, true) && try(var.issuers[0].grants == null, false)
    error_message = "group_scopes are for one issuer without grants: write them into the entry of the issuer whose groups they are, grants = ${jsonencode({ scope = { "*" = ["*"] }, (try(coalesce(var.issuers[0].groupsClaim), "cognito:groups")) = var.group_scopes })}, scopes = ${jsonencode(distinct(sort(flatten(values(var.group_scopes)))))}."
  }
}

variable "clock_skew" {
  description = "How far the clocks of issuers may differ, from 0s to 5m."
  type        = string
  default     = "0s"
  nullable    = false

  validation {
    condition     = can(regex("^([0-9]|[1-9][0-9]|[12][0-9][0-9]|300)s$|^[0-5]m$|^[0-4]m[0-5]?[0-9]s$", var.clock_skew))
    error_message = "The clock_skew is a duration from 0s to 5m, such as 30s or 1m30s."
  }
}

variable "token_sources" {
  description = "Where in a request the function looks for tokens, in the words of its variable TOKEN_SOURCES: bearer (the header Authorization, or for TOKEN the identity source, behind Bearer) and raw (the same without a scheme), and of a WebSocket API query:NAME (the query) and protocol:NAME (a subprotocol before the token). Null: bearer, and of a WebSocket API also query:token and protocol:token."
  type        = list(string)
  default     = null

  validation {
    condition = var.token_sources == null || try(length(var.token_sources) > 0 && alltrue([for source in var.token_sources :
      can(regex("^(bearer|raw|query:[^\\s,]{1,128}|protocol:[A-Za-z0-9!#$%&'*+.^_`|~-]{1,128})$", source))
    ]), false)
    error_message = "The token_sources are one or more of bearer, raw, query:NAME and protocol:NAME; a name has 1 to 128 characters, that of a protocol those of an RFC 7230 token."
  }
  validation {
    condition     = var.token_sources == null || try(length(distinct(var.token_sources)) == length(var.token_sources), false)
    error_message = "A place stands in token_sources once."
  }
  validation {
    condition     = !contains(["REST", "HTTP"], var.gateway) || alltrue([for source in coalesce(var.token_sources, []) : !can(regex("^(query|protocol):", source))])
    error_message = "query:NAME and protocol:NAME are places of WebSocket handshakes, which a REST or HTTP API does not have: its token_sources are bearer, raw or both."
  }
  validation {
    condition     = var.token_sources == null || length(var.issuers) > 0
    error_message = "Without issuers nobody looks for tokens: leave the token_sources out."
  }
  # A token of the usual form.
  validation {
    condition = var.identity_validation_expression == null || alltrue([for source in coalesce(var.token_sources, []) :
      can(regex("^(?:${coalesce(var.identity_validation_expression, ".*")})$", "${source == "bearer" ? "Bearer " : ""}eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhIn0.c2lnbmF0dXJl"))
    ])
    error_message = "The identity_validation_expression stops tokens that the token_sources ask for before they reach the function: let it match a token behind Bearer (bearer), or alone (raw), such as ^((?i:bearer) )?[-_A-Za-z0-9]+\\.[-_A-Za-z0-9]+\\.[-_A-Za-z0-9]+$ for both."
  }
}

variable "max_token" {
  description = "The longest token that is looked at, in bytes, 1 to 1048576; null: as the function has it, 10240, which is all that API Gateway takes of a request's headers."
  type        = number
  default     = null

  validation {
    condition     = try(var.max_token >= 1 && var.max_token <= 1048576 && floor(var.max_token) == var.max_token, var.max_token == null)
    error_message = "The max_token is a whole number of bytes from 1 to 1048576."
  }
}

variable "api_key_checks" {
  description = "How keys of the api_keys_table are checked, in the words of the function's variables API_KEYS_REMEMBERED (how long one that was found is believed, 0s to 1h), API_KEYS_UNSEALED (accept or refuse keys without the table's newest seal) and API_KEYS_UNKNOWN (how many keys that are not there are looked up in ten seconds, by each environment of the function)."
  type = object({
    remembered = optional(string, "1m")
    unsealed   = optional(string, "accept")
    unknown    = optional(number, 1000)
  })
  default  = {}
  nullable = false

  validation {
    condition     = can(regex("^([0-9]|[1-9][0-9]{1,2}|[12][0-9]{3}|3[0-5][0-9]{2}|3600)s$|^([0-9]|[1-5][0-9]|60)m$|^[01]h$", var.api_key_checks.remembered))
    error_message = "The remembered of api_key_checks is a duration from 0s to 1h, such as 30s or 5m."
  }
  validation {
    condition     = contains(["accept", "refuse"], coalesce(var.api_key_checks.unsealed, "none"))
    error_message = "The unsealed of api_key_checks is accept or refuse."
  }
  validation {
    condition     = try(var.api_key_checks.unknown >= 1 && var.api_key_checks.unknown <= 1000000 && floor(var.api_key_checks.unknown) == var.api_key_checks.unknown, false)
    error_message = "The unknown of api_key_checks is a whole number of keys from 1 to 1000000."
  }
}

variable "unauthorized" {
  description = "What the function answers where no credential is good, in the words of its variable UNAUTHORIZED: fail, which REST and WebSocket APIs make a 401 of, and HTTP APIs a 401 or a 500: no document says; or deny, a 403 for certain, which the gateway keeps for result_ttl_in_seconds."
  type        = string
  default     = "fail"
  nullable    = false

  validation {
    condition     = contains(["fail", "deny"], var.unauthorized)
    error_message = "The unauthorized is fail or deny."
  }
}

variable "api_keys_table" {
  description = "For REQUEST: the DynamoDB table of API keys, its name and ARN. Null: keys are not looked at."
  type = object({
    name = string
    arn  = string
  })
  default = null

  validation {
    condition     = var.api_keys_table == null || var.type == "REQUEST"
    error_message = "Only the type REQUEST sees API keys."
  }
}
