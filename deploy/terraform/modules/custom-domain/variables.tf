variable "domain_name" {
  description = "The domain name, in lower case, such as api.example.com."
  type        = string
  nullable    = false

  validation {
    condition     = length(var.domain_name) <= 253 && can(regex("^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])$", var.domain_name))
    error_message = "A domain_name is a whole name in lower case, such as api.example.com: no address, no wildcard, no dot at its end."
  }
}

variable "certificate_arn" {
  description = "ARN of the domain name's certificate in ACM, in the API's region."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^arn:[a-z-]+:acm:[a-z0-9-]+:[0-9]{12}:certificate/.+$", var.certificate_arn))
    error_message = "The certificate_arn is that of a certificate in ACM, arn:aws:acm:REGION:ACCOUNT:certificate/ID."
  }
}

variable "mappings" {
  description = "Base path, without slashes at its ends, -> the stage that it leads to. The path \"\" takes what no other does."
  type = map(object({
    api_id = string
    stage  = string
  }))
  nullable = false

  validation {
    condition     = length(var.mappings) > 0
    error_message = "Map at least one base path: without any the domain leads nowhere."
  }
  # https://docs.aws.amazon.com/apigateway/latest/developerguide/rest-api-mappings.html
  validation {
    condition     = alltrue([for path in keys(var.mappings) : path == "" || can(regex("^[A-Za-z0-9$_.+!*'()-]+(/[A-Za-z0-9$_.+!*'()-]+)*$", path)) && length(path) <= 300])
    error_message = "A base path is \"\" or segments of letters, digits and $-_.+!*'() with / between them, 300 characters at most."
  }
}

variable "truststore" {
  description = "File in S3 (s3://BUCKET/KEY) with the certificates that clients' own must come from, and its version; null: no mutual TLS."
  type = object({
    uri     = string
    version = optional(string)
  })
  default = null

  validation {
    condition     = var.truststore == null || can(regex("^s3://[a-z0-9.-]{3,63}/.+$", var.truststore.uri))
    error_message = "A truststore's uri is s3://BUCKET/KEY."
  }
}

variable "ownership_certificate_arn" {
  description = "Certificate that ACM issued for the name; mutual TLS asks for one where certificate_arn is imported or of a private authority. null: none."
  type        = string
  default     = null

  validation {
    condition     = var.ownership_certificate_arn == null || var.truststore != null
    error_message = "An ownership_certificate_arn is for mutual TLS, which needs a truststore."
  }
}

variable "hosted_zone_id" {
  description = "Hosted zone of Route 53 that gets the domain name's record; null: make the record elsewhere, from the outputs."
  type        = string
  default     = null
}
