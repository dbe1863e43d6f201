variable "name" {
  description = "The web ACL's name, also the end of its log group's."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[A-Za-z0-9_-]{1,80}$", var.name))
    error_message = "A web ACL's name holds 1 to 80 letters, digits, hyphens and underscores."
  }
}

variable "stage_arns" {
  description = "Name -> ARN of a stage of a REST API that the web ACL stands before. WAF knows no HTTP APIs."
  type        = map(string)
  nullable    = false

  validation {
    condition     = alltrue([for arn in values(var.stage_arns) : can(regex("^arn:[a-z-]+:apigateway:[a-z0-9-]+::/restapis/[^/]+/stages/[^/]+$", arn))])
    error_message = "These are no stages of REST APIs, which are all that WAF can stand before: ${join(", ", [for name, arn in var.stage_arns : name if !can(regex("^arn:[a-z-]+:apigateway:[a-z0-9-]+::/restapis/[^/]+/stages/[^/]+$", arn))])}."
  }
}

variable "rate_limit" {
  description = "Requests in five minutes after which an address is blocked, until it sends fewer."
  type        = number
  default     = 2000
  nullable    = false

  validation {
    condition     = var.rate_limit >= 100 && var.rate_limit <= 2000000000 && floor(var.rate_limit) == var.rate_limit
    error_message = "A rate_limit is 100 to 2,000,000,000 requests in five minutes."
  }
}

variable "counted_rules" {
  description = "Rules of AWSManagedRulesCommonRuleSet that count what they find and do not block it, such as SizeRestrictions_BODY."
  type        = set(string)
  default     = []
  nullable    = false
}

variable "log_retention_days" {
  description = "Days that the web ACL's log is kept."
  type        = number
  nullable    = false
}

variable "kms_key_arn" {
  description = "Key that encrypts the log; null: CloudWatch's own. Its policy lets logs.REGION.amazonaws.com use it."
  type        = string
  default     = null

  validation {
    condition     = var.kms_key_arn == null || can(regex("^arn:[a-z-]+:kms:[a-z0-9-]+:[0-9]{12}:key/[a-zA-Z0-9-]+$", var.kms_key_arn))
    error_message = "The kms_key_arn is a key's whole ARN, arn:aws:kms:REGION:ACCOUNT:key/ID: no alias and no bare id."
  }
}
