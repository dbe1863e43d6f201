# How the stack is reached, and how its functions reach what they call.

variable "vpc" {
  description = "Subnets and security groups by which all functions are in a VPC; null: in none. There they reach nothing but what the VPC's routes lead to: the pool's and other issuers' keys, DynamoDB, Cognito, Secrets Manager and @connections by a NAT, a proxy, or endpoints."
  type = object({
    subnet_ids         = list(string)
    security_group_ids = list(string)
  })
  default = null

  validation {
    condition     = try(length(var.vpc.subnet_ids) > 0 && length(var.vpc.security_group_ids) > 0, var.vpc == null)
    error_message = "A vpc has at least one of the subnet_ids and one of the security_group_ids."
  }
}

variable "proxy" {
  description = "The proxy by which the functions call out: its address (HTTPS_PROXY), and hosts that are called without it (NO_PROXY), such as .amazonaws.com where the VPC has endpoints; null: none. What is on the machine itself is never asked by a proxy."
  type = object({
    url      = string
    no_proxy = optional(list(string), [])
  })
  default = null

  validation {
    condition     = var.proxy == null || can(regex("^https?://[^/?#@\\s]+/?$", var.proxy.url))
    error_message = "The proxy's url is http:// or https://, a host and a port. It holds no user or password: who may read a function reads its variables."
  }
  validation {
    condition     = alltrue([for host in try(var.proxy.no_proxy, []) : can(regex("^[^,\\s]+$", host))])
    error_message = "A host of no_proxy is one name, .domain, address or network, without commas or spaces."
  }
}

variable "ca" {
  description = "Authorities that the functions trust besides the system's, such as a proxy's or an issuer's own: a Lambda layer, and the file in it (SSL_CERT_FILE), certificates in PEM; null: none."
  type = object({
    layer_arn = string
    file      = optional(string, "/opt/ca.pem")
  })
  default = null

  validation {
    condition     = var.ca == null || can(regex("^arn:[a-z-]+:lambda:[a-z0-9-]+:[0-9]{12}:layer:[A-Za-z0-9_-]+:[0-9]+$", var.ca.layer_arn)) && can(regex("^/opt/.", var.ca.file))
    error_message = "The ca is the ARN of a version of a layer, arn:aws:lambda:REGION:ACCOUNT:layer:NAME:VERSION, and a file below /opt, where layers are."
  }
}

variable "vpc_endpoint_ids" {
  description = "VPC endpoints (execute-api) by which alone the REST APIs are reached, which makes them private; null: they are reached from everywhere. HTTP and WebSocket APIs cannot be private."
  type        = list(string)
  default     = null

  validation {
    condition     = var.vpc_endpoint_ids == null || length(local.rest_modes) == length(var.modes)
    error_message = "Only REST APIs can be private, and ${join(", ", setsubtract(var.modes, local.rest_modes))} would be reached from everywhere: deploy them in another stack, or leave the vpc_endpoint_ids out."
  }
  validation {
    condition     = var.vpc_endpoint_ids == null || var.domain == null
    error_message = "A private API has no domain of this stack, which is a public one: leave the domain or the vpc_endpoint_ids out."
  }
}

locals {
  # Of all functions.
  network = {
    vpc    = var.vpc
    layers = var.ca[*].layer_arn
    environment = merge(
      { for proxy in var.proxy[*] : "HTTPS_PROXY" => proxy.url },
      { for proxy in var.proxy[*] : "NO_PROXY" => join(",", proxy.no_proxy) if length(proxy.no_proxy) > 0 },
      { for ca in var.ca[*] : "SSL_CERT_FILE" => ca.file },
    )
  }
}
