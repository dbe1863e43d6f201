# Where the function sees that a token was revoked before its end.

variable "revocation" {
  description = "Who is asked whether a token was revoked: table (revocations_table), cognito (the issuers, which are user pools whose access tokens alone are accepted), or none: a token is good until it ends."
  type        = string
  default     = "none"
  nullable    = false

  validation {
    condition     = contains(["none", "table", "cognito"], var.revocation)
    error_message = "The revocation is none, table or cognito."
  }
  validation {
    condition     = var.revocation != "cognito" || length(var.issuers) > 0
    error_message = "With the revocation cognito, user pools are asked about their tokens: name them in issuers."
  }
  validation {
    condition = var.revocation != "cognito" || alltrue([for issuer in var.issuers :
      try(length(issuer.tokenUse) == 1 && issuer.tokenUse[0] == "access", false)
    ])
    error_message = "Cognito tells only of access tokens whether they were revoked: with the revocation cognito, the tokenUse of every issuer is [\"access\"]."
  }
  validation {
    condition = var.revocation != "cognito" || alltrue([for issuer in var.issuers :
      can(regex("^https://cognito-idp\\.[a-z0-9-]+\\.amazonaws\\.com(\\.cn)?/[A-Za-z0-9_-]+$", issuer.issuer))
    ])
    error_message = "With the revocation cognito, every issuer is a user pool of Cognito: nobody could be asked about the tokens of another."
  }
}

variable "revocations_table" {
  description = "For the revocation table: the DynamoDB table of revocations, its name and ARN."
  type = object({
    name = string
    arn  = string
  })
  default = null

  validation {
    condition     = (var.revocations_table != null) == (var.revocation == "table")
    error_message = "A revocations_table is for the revocation table, which needs one: without the other, nobody would read it, or there would be none to read."
  }
  validation {
    condition     = var.revocations_table == null || can(regex("^[a-zA-Z0-9_.-]{3,255}$", var.revocations_table.name))
    error_message = "A table's name holds 3 to 255 letters, digits and _ . -."
  }
}
