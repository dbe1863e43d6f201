# Who may call: issuers, groups, machines.

variable "issuers" {
  description = "Issuers besides the stack's own user pool whose tokens are accepted, and what each one's tokens may gain (scopes, or grants), in the shape of the authorizers' variable ISSUERS."
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
  description = "Group of the stack's own user pool -> the scopes of its members, such as users/read or read:pets. Groups of other issuers stand in the grants of their entries of issuers."
  type        = map(list(string))
  default = {
    admins  = ["users/read", "users/write"]
    readers = ["users/read"]
    members = ["users/self"]
  }
  nullable = false

  validation {
    condition     = alltrue([for group in keys(var.group_scopes) : can(regex("^[^\\s]{1,128}$", group))])
    error_message = "A group of Cognito has a name of 1 to 128 characters, and no spaces. A group of another issuer, such as Domain Admins, stands in the grants of its entry of issuers."
  }
  validation {
    condition     = !contains(keys(var.group_scopes), "*")
    error_message = "\"*\" is no group: every group is meant by it in the grants of an issuer only."
  }
  # Cognito's rule for a scope's name, and for identifiers what a scope claim can hold. Of no resource server are scopes without a slash,
  # which a group can stand for all the same: only what tokens themselves hold has to be Cognito's.
  validation {
    condition = alltrue([for scope in flatten(values(var.group_scopes)) :
      can(regex("^([\\x21\\x23-\\x5B\\x5D-\\x7E]{1,256}/)?[\\x21\\x23-\\x2E\\x30-\\x5B\\x5D-\\x7E]{1,256}$", scope))
    ])
    error_message = "A scope is written RESOURCE-SERVER/SCOPE, such as users/read, or without a slash, such as read:pets, and without spaces and quotes. Other issuers may grant any scope of the contract in their entries of issuers."
  }
}

variable "machine_clients" {
  description = "Machine -> the scopes that it may ask for. Each has an app client with a secret, by which it gets its tokens (client_credentials); needs domain_prefix."
  type        = map(list(string))
  default     = {}
  nullable    = false

  validation {
    condition     = length(var.machine_clients) == 0 || var.domain_prefix != null
    error_message = "Machines get their tokens at the user pool's domain: machine_clients needs a domain_prefix."
  }
}

variable "other_scopes" {
  description = "Scopes of the contract that no group and no machine of the stack has, and no issuer's grants or scopes name, but that other tokens or API keys have."
  type        = set(string)
  default     = []
  nullable    = false
}

variable "domain_prefix" {
  description = "First label of the user pool's domain, PREFIX.auth.REGION.amazoncognito.com, which no other pool of the region has; null: no domain."
  type        = string
  default     = null
}

variable "mfa" {
  description = "Whether users need a second factor too: OFF, OPTIONAL (who has set one up) or ON (everybody)."
  type        = string
  default     = "OFF"
  nullable    = false
}

variable "second_factors" {
  description = "Second factors that there are with mfa: SOFTWARE_TOKEN_MFA (a one-time password of an authenticator app), SMS_MFA (a code by SMS)."
  type        = set(string)
  default     = ["SOFTWARE_TOKEN_MFA"]
  nullable    = false
}

variable "access_token_minutes" {
  description = "Minutes for which the user pool's access and ID tokens are good, 5 to 1440."
  type        = number
  default     = 60
  nullable    = false
}

variable "refresh_token_days" {
  description = "Days for which the user pool's refresh tokens are good, 1 to 3650."
  type        = number
  default     = 30
  nullable    = false
}

variable "first_factors" {
  description = "Ways to sign in without the password that users may choose: EMAIL_OTP (a code by email), SMS_OTP (a code by SMS), WEB_AUTHN (a passkey). None: the password alone, and nobody chooses."
  type        = set(string)
  default     = []
  nullable    = false
}

variable "client_secret" {
  description = "Whether the function tokens has an app client of its own, with a secret that is kept in Secrets Manager. Browsers and programs that sign in at the user pool itself keep the one without."
  type        = bool
  default     = false
  nullable    = false

  validation {
    condition     = !var.client_secret || local.exchanges_tokens
    error_message = "The client_secret is for the function tokens, and no operation of the contract has it (x-function: tokens)."
  }
}

variable "revocation" {
  description = "Where the Lambda authorizers see that a token was revoked before its end: table (a DynamoDB table, into which the function tokens and the command portcullis revoke write), cognito (which is asked for each token; users' access tokens of user pools only), or none (a token is good until it ends)."
  type        = string
  default     = "table"
  nullable    = false

  validation {
    condition     = contains(["table", "cognito", "none"], var.revocation)
    error_message = "The revocation is table, cognito or none."
  }
  validation {
    condition     = var.revocation != "cognito" || length(var.machine_clients) == 0
    error_message = "Cognito tells of users' tokens only whether they were revoked: with the revocation cognito, no token of machine_clients would be let through."
  }
  validation {
    condition = var.revocation != "cognito" || alltrue([for issuer in var.issuers :
      can(regex("^https://cognito-idp\\.[a-z0-9-]+\\.amazonaws\\.com(\\.cn)?/[A-Za-z0-9_-]+$", issuer.issuer)) && try(length(issuer.tokenUse) == 1 && issuer.tokenUse[0] == "access", false)
    ])
    error_message = "Cognito tells of its own access tokens only whether they were revoked: with the revocation cognito, issuers are user pools with the tokenUse [\"access\"]."
  }
}

variable "clock_skew" {
  description = "How far the clocks of issuers may differ from the authorizers', 0s to 5m."
  type        = string
  default     = "0s"
  nullable    = false
}

variable "token_sources" {
  description = "Where the Lambda authorizers look for tokens: bearer (the header Authorization, behind Bearer), raw (that header without a scheme, as Cognito authorizers take it), and of WebSocket APIs alone query:NAME and protocol:NAME (a subprotocol before the token); null: bearer, and of WebSocket APIs also query:token and protocol:token."
  type        = list(string)
  default     = null

  validation {
    condition     = length(local.websocket_modes) > 0 || alltrue([for source in coalesce(var.token_sources, []) : contains(["bearer", "raw"], source)])
    error_message = "The token_sources are bearer, raw or both: query:NAME and protocol:NAME are places of WebSocket handshakes, which none of the modes has."
  }
  validation {
    condition = var.token_sources == null || length(setintersection(coalesce(var.token_sources, []), ["bearer", "raw"])) > 0 || alltrue([
      for mode in local.asking_modes : contains(local.websocket_modes, mode)
    ])
    error_message = "The token_sources leave the authorizers of ${join(", ", setsubtract(local.asking_modes, local.websocket_modes))} no place to look for tokens: add bearer or raw, since query:NAME and protocol:NAME are places of WebSocket handshakes."
  }
  validation {
    condition     = var.token_sources == null || try(length(var.token_sources) > 0 && length(distinct(var.token_sources)) == length(var.token_sources), false)
    error_message = "The token_sources are not empty, and each stands there once; without them it is bearer."
  }
}

variable "max_token" {
  description = "The longest token that the Lambda authorizers look at, in bytes, 1 to 1048576; null: 10240, which is all that API Gateway takes of a request's headers."
  type        = number
  default     = null
}

variable "api_key_checks" {
  description = "How the Lambda authorizers check keys of our own: remembered is how long they go by what they have read of one, 0s to 1h, and so how long it may be good after it was disabled; unsealed is accept or refuse, of keys without the newest seal of the table, such as those from before it had one; unknown is how many keys that are not there each looks up in ten seconds, of either kind."
  type = object({
    remembered = optional(string, "1m")
    unsealed   = optional(string, "accept")
    unknown    = optional(number, 1000)
  })
  default  = {}
  nullable = false
}

variable "unauthorized" {
  description = "Mode -> what its Lambda authorizer answers where no credential is good: fail (the default), which REST and WebSocket APIs make a 401 of, and HTTP APIs a 401 or a 500: no document says; or deny, a 403 for certain, which the gateway keeps for the mode's resultTtlInSeconds."
  type        = map(string)
  default     = {}
  nullable    = false

  validation {
    condition     = alltrue([for how in values(var.unauthorized) : contains(["fail", "deny"], how)])
    error_message = "A mode's unauthorized is fail or deny."
  }
  validation {
    condition     = alltrue([for mode in keys(var.unauthorized) : contains(local.asking_modes, mode)])
    error_message = "There is no Lambda authorizer of these modes: ${join(", ", setsubtract(keys(var.unauthorized), local.asking_modes))}; there is one of ${join(", ", local.asking_modes)}."
  }
}
