variable "name" {
  description = "Name of the pool and of its users' app client."
  type        = string
  nullable    = false
}

variable "group_scopes" {
  description = "Group -> the scopes of its members, each written RESOURCE-SERVER/SCOPE, or without a slash: then no machine can have it."
  type        = map(list(string))
  nullable    = false

  # Cognito's rule for a scope's name, and for identifiers what a scope claim can hold.
  validation {
    condition     = alltrue([for scope in flatten(values(var.group_scopes)) : can(regex("^([\\x21\\x23-\\x5B\\x5D-\\x7E]{1,256}/)?[\\x21\\x23-\\x2E\\x30-\\x5B\\x5D-\\x7E]{1,256}$", scope))])
    error_message = "A scope is written RESOURCE-SERVER/SCOPE, such as users/read, or without a slash, such as read:pets, and without spaces and quotes."
  }
}

variable "deletion_protection" {
  description = "Whether the pool refuses to be deleted, by Terraform too."
  type        = bool
  nullable    = false
}

variable "machine_clients" {
  description = "Machine -> the scopes that it may ask for, each written RESOURCE-SERVER/SCOPE. Each has an app client with a secret."
  type        = map(list(string))
  default     = {}
  nullable    = false

  validation {
    condition     = alltrue([for machine in keys(var.machine_clients) : can(regex("^[\\w+=,.@-]{1,128}$", machine))])
    error_message = "A machine's name holds 1 to 128 letters, digits and _ + = , . @ -."
  }
  validation {
    condition     = alltrue([for scopes in values(var.machine_clients) : length(scopes) > 0])
    error_message = "These machines have no scope, and would get no token: ${join(", ", [for machine, scopes in var.machine_clients : machine if length(scopes) == 0])}."
  }
  validation {
    condition     = alltrue([for scope in flatten(values(var.machine_clients)) : can(regex("^[\\x21\\x23-\\x5B\\x5D-\\x7E]{1,256}/[\\x21\\x23-\\x2E\\x30-\\x5B\\x5D-\\x7E]{1,256}$", scope))])
    error_message = "These scopes of machines are of no resource server: ${join(", ", [for scope in flatten(values(var.machine_clients)) : scope if !can(regex("^[\\x21\\x23-\\x5B\\x5D-\\x7E]{1,256}/[\\x21\\x23-\\x2E\\x30-\\x5B\\x5D-\\x7E]{1,256}$", scope))])}. A scope is written RESOURCE-SERVER/SCOPE, such as users/read."
  }
  validation {
    condition     = length(var.machine_clients) == 0 || var.domain_prefix != null
    error_message = "Machines get their tokens at the pool's domain: machine_clients needs a domain_prefix."
  }
}

variable "confidential_client" {
  description = "Whether there is an app client with a secret, too, for a function that exchanges users' passwords for tokens. Its secret is kept in Secrets Manager."
  type        = bool
  default     = false
  nullable    = false
}

variable "kms_key_arn" {
  description = "Key that encrypts the confidential client's secret; null: the account's own for Secrets Manager. Who reads the secret needs kms:Decrypt on it."
  type        = string
  default     = null

  validation {
    condition     = var.kms_key_arn == null || can(regex("^arn:[a-z-]+:kms:[a-z0-9-]+:[0-9]{12}:key/[a-zA-Z0-9-]+$", var.kms_key_arn))
    error_message = "The kms_key_arn is a key's whole ARN, arn:aws:kms:REGION:ACCOUNT:key/ID: no alias and no bare id."
  }
}

variable "domain_prefix" {
  description = "First label of the pool's domain PREFIX.auth.REGION.amazoncognito.com, which no other pool of the region has; null: no domain."
  type        = string
  default     = null

  # https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-assign-domain-prefix.html
  validation {
    condition     = var.domain_prefix == null || can(regex("^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$", var.domain_prefix))
    error_message = "A domain_prefix holds 1 to 63 lower-case letters, digits and hyphens, with no hyphen at its ends."
  }
  validation {
    condition     = !can(regex("aws|amazon|cognito", var.domain_prefix))
    error_message = "Cognito keeps prefixes with aws, amazon and cognito for itself."
  }
}

variable "mfa" {
  description = "Whether users need a second factor too: OFF, OPTIONAL (who has set one up) or ON (everybody)."
  type        = string
  default     = "OFF"
  nullable    = false

  validation {
    condition     = contains(["OFF", "OPTIONAL", "ON"], var.mfa)
    error_message = "The mfa is OFF, OPTIONAL or ON."
  }
}

variable "second_factors" {
  description = "Second factors that there are with mfa: SOFTWARE_TOKEN_MFA (a one-time password of an authenticator app), SMS_MFA (a code by SMS)."
  type        = set(string)
  default     = ["SOFTWARE_TOKEN_MFA"]
  nullable    = false

  validation {
    condition     = length(var.second_factors) > 0 && alltrue([for factor in var.second_factors : contains(["SOFTWARE_TOKEN_MFA", "SMS_MFA"], factor)])
    error_message = "The second_factors are SOFTWARE_TOKEN_MFA, SMS_MFA or both."
  }
  validation {
    condition     = !contains(var.second_factors, "SMS_MFA") || var.mfa != "OFF"
    error_message = "Nobody is asked for a second factor: for SMS_MFA set mfa to OPTIONAL or ON."
  }
}

variable "first_factors" {
  description = "Ways to sign in without the password that users may choose: EMAIL_OTP (a code by email), SMS_OTP (a code by SMS), WEB_AUTHN (a passkey). None: the password alone, and nobody chooses."
  type        = set(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for factor in var.first_factors : contains(["EMAIL_OTP", "SMS_OTP", "WEB_AUTHN"], factor)])
    error_message = "The first_factors are EMAIL_OTP, SMS_OTP and WEB_AUTHN: the password is always one."
  }
  # https://docs.aws.amazon.com/cognito/latest/developerguide/authentication-flows-selection-sdk.html
  validation {
    condition     = length(var.first_factors) == 0 || var.mfa != "ON"
    error_message = "Where everybody needs a second factor (mfa), Cognito lets nobody in without a password: leave the first_factors out."
  }
  # The provider hands the pool's way to send SMS on as that of its second factors, whenever it has some.
  validation {
    condition     = !contains(var.first_factors, "SMS_OTP") || var.mfa == "OFF" || contains(var.second_factors, "SMS_MFA")
    error_message = "A pool with mfa that sends SMS takes its codes as second factors too: with SMS_OTP name SMS_MFA among the second_factors."
  }
}

variable "access_token_minutes" {
  description = "Minutes for which access and ID tokens are good."
  type        = number
  default     = 60
  nullable    = false

  # https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-the-access-token.html
  validation {
    condition     = var.access_token_minutes >= 5 && var.access_token_minutes <= 1440 && floor(var.access_token_minutes) == var.access_token_minutes
    error_message = "Cognito's access tokens are good for 5 to 1440 whole minutes."
  }
}

variable "refresh_token_days" {
  description = "Days for which refresh tokens are good."
  type        = number
  default     = 30
  nullable    = false

  validation {
    condition     = var.refresh_token_days >= 1 && var.refresh_token_days <= 3650 && floor(var.refresh_token_days) == var.refresh_token_days
    error_message = "Cognito's refresh tokens are good for 1 to 3650 whole days."
  }
}
