variable "name" {
  description = "Begins the name of everything that the stack makes; two stacks in one region need different ones."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{0,31}$", var.name))
    error_message = "The name begins with a lower-case letter and holds at most 32 lower-case letters, digits and hyphens."
  }
}

variable "stage" {
  description = "Name of the stage, the first segment of every address."
  type        = string
  default     = "v1"
  nullable    = false

  validation {
    condition     = can(regex("^[A-Za-z0-9_-]{1,128}$", var.stage))
    error_message = "A stage's name holds 1 to 128 letters, digits, hyphens and underscores."
  }
}

variable "modes" {
  description = "The auth modes, each a file of deploy/modes without .yaml, and each with an API of its own."
  type        = set(string)
  default     = ["rest-token"]
  nullable    = false

  validation {
    condition     = length(var.modes) > 0
    error_message = "Name at least one mode: without any there is no API."
  }
  validation {
    condition     = alltrue([for mode in var.modes : can(regex("^[a-z0-9-]{1,32}$", mode)) && fileexists("${path.module}/../modes/${mode}.yaml")])
    error_message = "Every mode is a file of deploy/modes; there are ${join(", ", [for file in fileset("${path.module}/../modes", "*.yaml") : trimsuffix(file, ".yaml")])}."
  }
  validation {
    condition = alltrue([for mode in var.modes : try(
      yamldecode(file("${path.module}/../modes/${mode}.yaml")).gateway == "REST" && yamldecode(file("${path.module}/../modes/${mode}.yaml")).authorization == "TOKEN", true
    )])
    error_message = "This stack makes modes with the gateway REST and the authorization TOKEN only; the local gateway serves the others."
  }
}

variable "issuers" {
  description = "Issuers besides the stack's own user pool whose tokens are accepted, in the shape of the authorizers' variable ISSUERS."
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
    condition     = alltrue([for issuer in var.issuers : alltrue([for algorithm in coalesce(issuer.algorithms, []) : contains(["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"], algorithm)])])
    error_message = "An algorithm is RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384, ES512 or EdDSA."
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
  description = "Group of the user pool -> the scopes of its members, each written RESOURCE-SERVER/SCOPE."
  type        = map(list(string))
  default = {
    admins  = ["users/read", "users/write"]
    readers = ["users/read"]
    members = ["users/self"]
  }
  nullable = false

  validation {
    condition     = alltrue([for group in keys(var.group_scopes) : can(regex("^[^\\s]{1,128}$", group))])
    error_message = "A group's name holds 1 to 128 characters, and no spaces."
  }
  # Cognito's rule for a scope's name, and for identifiers what a scope claim can hold.
  validation {
    condition = alltrue([for scope in flatten(values(var.group_scopes)) :
      can(regex("^[\\x21\\x23-\\x5B\\x5D-\\x7E]{1,256}/[\\x21\\x23-\\x2E\\x30-\\x5B\\x5D-\\x7E]{1,256}$", scope))
    ])
    error_message = "A scope is written RESOURCE-SERVER/SCOPE, such as users/read, without spaces and quotes."
  }
}

variable "architecture" {
  description = "The instruction set that the functions were built for: arm64, or x86_64 (`go run ./deploy/build -arch amd64`)."
  type        = string
  default     = "arm64"
  nullable    = false

  validation {
    condition     = contains(["arm64", "x86_64"], var.architecture)
    error_message = "The architecture is arm64 or x86_64."
  }
}

variable "artifacts" {
  description = "Folder of the functions' zips, from the stack's folder or absolute."
  type        = string
  default     = "../dist"
  nullable    = false

  validation {
    condition = alltrue([for zip in ["token.zip", "users.zip"] :
      fileexists("${startswith(var.artifacts, "/") ? "" : "${path.module}/"}${var.artifacts}/${zip}")
    ])
    error_message = "There is no token.zip or no users.zip in ${var.artifacts}: build the functions with `go run ./deploy/build`."
  }
}

variable "allowed_origins" {
  description = "Origins whose pages may call the API from a browser: [\"*\"], or any number of origins."
  type        = list(string)
  default     = ["*"]
  nullable    = false

  validation {
    condition = var.allowed_origins == tolist(["*"]) || length(var.allowed_origins) > 0 && alltrue([
      for origin in var.allowed_origins : can(regex("^https?://[a-z0-9.-]+(:[1-9][0-9]{0,4})?$", origin)) && !can(regex("^(http://.*:80|https://.*:443)$", origin)) && try(tonumber(regex(":([0-9]+)$", origin)[0]) < 65536, true)
    ])
    error_message = "Allowed origins are [\"*\"] or origins as browsers send them, such as https://app.example.com: in lower case, without the scheme's own port, without a path."
  }
}

variable "account_logging" {
  description = "Whether this stack sets the role by which API Gateway logs. A region has one for every API: only one stack of a region may set it."
  type        = bool
  default     = true
  nullable    = false
}

variable "deletion_protection" {
  description = "Whether the table and the user pool refuse to be deleted, by Terraform too."
  type        = bool
  default     = true
  nullable    = false
}

variable "log_retention_days" {
  description = "Days that logs are kept; one of the numbers that CloudWatch knows."
  type        = number
  default     = 30
  nullable    = false

  # https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html
  validation {
    condition = contains([1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653],
    var.log_retention_days)
    error_message = "CloudWatch keeps logs for 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288 or 3653 days."
  }
}

variable "tags" {
  description = "Tags of everything that the stack makes."
  type        = map(string)
  default     = {}
  nullable    = false
}
