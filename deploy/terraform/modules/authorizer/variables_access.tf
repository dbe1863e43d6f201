# Whom the function believes, and what they may do.

variable "issuers" {
  description = "Issuers whose tokens are accepted, in the shape of the function's variable ISSUERS. Empty: tokens are not looked at."
  type = list(object({
    issuer      = string
    audience    = list(string)
    tokenUse    = optional(list(string))
    jwksUri     = optional(string)
    algorithms  = optional(list(string))
    groupsClaim = optional(string)
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
  validation {
    condition     = alltrue([for issuer in var.issuers : can(regex("^https://[^/?#@\\s]+(/[^?#\\s]*)?$", issuer.issuer))])
    error_message = "An issuer is https:// and a host, with a path if need be; no user, query or fragment."
  }
  validation {
    condition     = alltrue([for issuer in var.issuers : issuer.jwksUri == null || can(regex("^https://[^/?#@\\s]+(/[^?#\\s]*)?$", issuer.jwksUri))])
    error_message = "A jwksUri is https:// and a host, with a path if need be; no user, query or fragment."
  }
  validation {
    condition     = alltrue([for issuer in var.issuers : alltrue([for use in coalesce(issuer.tokenUse, []) : contains(["access", "id"], use)])])
    error_message = "A tokenUse is access or id."
  }
  validation {
    condition     = alltrue([for issuer in var.issuers : !can(regex("^https://(issuer-)?cognito-idp\\.[a-z0-9-]+\\.amazonaws\\.com(\\.cn)?/", issuer.issuer)) || try(length(issuer.tokenUse) > 0, false)])
    error_message = "A Cognito user pool needs a tokenUse, which says which of its tokens are accepted: access, id or both."
  }
  validation {
    condition     = alltrue([for issuer in var.issuers : alltrue([for algorithm in coalesce(issuer.algorithms, []) : contains(["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "ESP256", "ESP384", "ESP512", "Ed25519"], algorithm)])])
    error_message = "An algorithm is RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384, ES512 or EdDSA, or ESP256, ESP384, ESP512 or Ed25519 (RFC 9864)."
  }
  validation {
    condition     = alltrue([for issuer in var.issuers : try(length(issuer.audience) > 0 && alltrue([for audience in issuer.audience : trimspace(audience) != ""]), false)])
    error_message = "Every issuer has an audience, a list of names that are not empty: without one a token that was meant for others would be accepted."
  }
  validation {
    condition     = length(distinct(var.issuers[*].issuer)) == length(var.issuers)
    error_message = "An issuer stands in the list once."
  }
}

variable "group_scopes" {
  description = "Group of a token's bearer -> the scopes that it grants."
  type        = map(list(string))
  default     = {}
  nullable    = false

  # RFC 6749, section 3.3.
  validation {
    condition     = alltrue([for scope in flatten(values(var.group_scopes)) : can(regex("^[\\x21\\x23-\\x5B\\x5D-\\x7E]+$", scope))])
    error_message = "A scope has no spaces, quotes or backslashes, and is not empty."
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
  description = "Where in a request the function looks for tokens, in the words of its variable TOKEN_SOURCES: bearer (the header Authorization, or for TOKEN the identity source, behind Bearer) and raw (the same without a scheme). Null: bearer."
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
