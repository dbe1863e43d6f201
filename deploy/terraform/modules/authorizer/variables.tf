variable "name" {
  description = "The name of the authorizer and of its function."
  type        = string
  nullable    = false
}

variable "gateway" {
  description = "The kind of gateway: REST, HTTP or WEBSOCKET."
  type        = string
  nullable    = false

  validation {
    condition     = contains(["REST", "HTTP", "WEBSOCKET"], var.gateway)
    error_message = "The gateway is REST, HTTP or WEBSOCKET."
  }
}

variable "api_id" {
  description = "The API's id."
  type        = string
  nullable    = false
}

variable "api_execution_arn" {
  description = "The API's execution ARN, to which the permission is narrowed."
  type        = string
  nullable    = false
}

variable "type" {
  description = "The authorizer's type: TOKEN or REQUEST for REST, REQUEST for HTTP and WEBSOCKET."
  type        = string
  nullable    = false

  validation {
    condition     = contains(var.gateway == "REST" ? ["TOKEN", "REQUEST"] : ["REQUEST"], var.type)
    error_message = "The type is TOKEN or REQUEST for a REST API, and REQUEST for an HTTP or a WebSocket API."
  }
}

variable "identity_sources" {
  description = "Where credentials are, and what answers are kept by. A request without all of them is a 401 that never reaches the function."
  type        = list(string)
  nullable    = false

  validation {
    condition     = var.type != "TOKEN" || length(var.identity_sources) == 1
    error_message = "TOKEN has one identity source, the header with the token."
  }
  validation {
    condition = alltrue([for source in var.identity_sources : can(regex(
      var.gateway == "HTTP" ? "^(\\$request\\.(header|querystring)\\.[A-Za-z0-9._$-]+|\\$context\\.[A-Za-z0-9._]+|\\$stageVariables\\.\\w+)$" :
      var.gateway == "WEBSOCKET" ? "^(route\\.request\\.(header|querystring)\\.[A-Za-z0-9._-]+|context\\.[A-Za-z0-9._]+|stageVariables\\.\\w+)$" :
      var.type == "TOKEN" ? "^method\\.request\\.header\\.[A-Za-z0-9-]+$" :
      "^(method\\.request\\.(header|querystring|multivalueheader|multivaluequerystring)\\.[A-Za-z0-9._$-]+|context\\.[A-Za-z0-9._]+|stageVariables\\.\\w+)$",
    source))])
    error_message = "An identity source of a REST API is method.request.header.NAME, and of type REQUEST also method.request.querystring.NAME, context.NAME or stageVariables.NAME; of an HTTP API $request.header.NAME, $request.querystring.NAME, $context.NAME or $stageVariables.NAME; of a WebSocket API route.request.header.NAME, route.request.querystring.NAME, context.NAME or stageVariables.NAME."
  }
  validation {
    condition     = length(distinct([for source in var.identity_sources : lower(source)])) == length(var.identity_sources)
    error_message = "An identity source stands in the list once."
  }
  validation {
    condition     = var.result_ttl_in_seconds == 0 || length(var.identity_sources) > 0
    error_message = "Answers that are kept are kept by identity sources: without any, one caller's would count for all. Name them, or set result_ttl_in_seconds = 0."
  }
  validation {
    condition     = var.result_ttl_in_seconds == 0 || !var.enable_simple_responses || contains(var.identity_sources, "$context.routeKey")
    error_message = "A simple answer is right for one route: where it is kept, $context.routeKey is among the identity sources."
  }
  validation {
    condition = var.result_ttl_in_seconds == 0 || var.type != "REQUEST" || length(var.issuers) == 0 || contains(
    [for source in var.identity_sources : trimprefix(lower(source), "$")], var.gateway == "HTTP" ? "request.header.authorization" : "method.request.header.authorization")
    error_message = "The function reads tokens in the header Authorization: where answers are kept, it is an identity source, or callers would get each other's."
  }
  validation {
    condition = var.result_ttl_in_seconds == 0 || var.type != "REQUEST" || var.api_keys_table == null || contains(
    [for source in var.identity_sources : trimprefix(lower(source), "$")], var.gateway == "HTTP" ? "request.header.x-api-key" : "method.request.header.x-api-key")
    error_message = "The function reads API keys in the header X-Api-Key: where answers are kept, it is an identity source, or callers would get each other's."
  }
}

variable "identity_validation_expression" {
  description = "For TOKEN: what the whole of the identity source must match, or the request is a 401 that never reaches the function. Null: anything."
  type        = string
  default     = null

  validation {
    condition     = var.identity_validation_expression == null || var.type == "TOKEN"
    error_message = "Only the type TOKEN has an identity_validation_expression."
  }
  validation {
    condition     = var.identity_validation_expression == null || can(regexall(var.identity_validation_expression, ""))
    error_message = "The identity_validation_expression is no regular expression."
  }
}

variable "result_ttl_in_seconds" {
  description = "How long the gateway keeps an answer, 0 to 3600 seconds. 0: it asks for every request, as a WebSocket API does for every client that connects."
  type        = number
  default     = 300
  nullable    = false

  validation {
    condition     = var.result_ttl_in_seconds >= 0 && var.result_ttl_in_seconds <= 3600 && floor(var.result_ttl_in_seconds) == var.result_ttl_in_seconds
    error_message = "The result_ttl_in_seconds is a whole number from 0 to 3600."
  }
  validation {
    condition     = var.gateway != "WEBSOCKET" || var.result_ttl_in_seconds == 0
    error_message = "A WebSocket API keeps no answers: its result_ttl_in_seconds is 0."
  }
}

variable "payload_format_version" {
  description = "For HTTP: the version of the function's event, 2.0 or 1.0."
  type        = string
  default     = "2.0"
  nullable    = false

  validation {
    condition     = contains(["1.0", "2.0"], var.payload_format_version)
    error_message = "The payload_format_version is 1.0 or 2.0."
  }
}

variable "enable_simple_responses" {
  description = "For HTTP with payload format 2.0: whether the function answers with isAuthorized in place of a policy."
  type        = bool
  default     = false
  nullable    = false

  validation {
    condition     = !var.enable_simple_responses || var.gateway == "HTTP"
    error_message = "Only an HTTP API takes simple answers."
  }
  validation {
    condition     = !var.enable_simple_responses || var.payload_format_version == "2.0"
    error_message = "Simple answers take the payload_format_version 2.0."
  }
}
