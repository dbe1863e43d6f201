# What the gateway answers itself: its errors carry the headers without which a browser hides them, and what the mode says.

locals {
  response_types = [
    "ACCESS_DENIED", "API_CONFIGURATION_ERROR", "AUTHORIZER_CONFIGURATION_ERROR", "AUTHORIZER_FAILURE", "BAD_REQUEST_BODY",
    "BAD_REQUEST_PARAMETERS", "DEFAULT_4XX", "DEFAULT_5XX", "EXPIRED_TOKEN", "INTEGRATION_FAILURE", "INTEGRATION_TIMEOUT",
    "INVALID_API_KEY", "INVALID_SIGNATURE", "MISSING_AUTHENTICATION_TOKEN", "QUOTA_EXCEEDED", "REQUEST_TOO_LARGE",
    "RESOURCE_NOT_FOUND", "THROTTLED", "UNAUTHORIZED", "UNSUPPORTED_MEDIA_TYPE", "WAF_FILTERED",
  ]
  framing_headers = ["connection", "content-length", "keep-alive", "te", "trailer", "transfer-encoding", "upgrade"]

  # Type -> what the mode says of it.
  custom_responses = { for type in try(keys(local.mode.gatewayResponses), []) : type => {
    status  = try(tostring(local.mode.gatewayResponses[type].statusCode), null)
    headers = try({ for name, value in local.mode.gatewayResponses[type].headers : name => tostring(value) }, {})
    body    = try(coalesce(tostring(local.mode.gatewayResponses[type].body)), null)
  } }

  # Type -> the answer's headers. The mode's own win; a text is quoted, and a variable of the context stands by itself:
  # https://docs.aws.amazon.com/apigateway/latest/developerguide/request-response-data-mappings.html
  response_headers = { for type in distinct(concat(["DEFAULT_4XX", "DEFAULT_5XX"], keys(local.custom_responses))) : type => merge(
    { for name, value in local.error_headers : name => "'${value}'"
    if !contains([for own in try(keys(local.custom_responses[type].headers), []) : lower(own)], lower(name)) },
    { for name, value in try(local.custom_responses[type].headers, {}) : name => can(regex(local.variable, value)) ? trimprefix(value, "$") : "'${value}'" },
  ) }
  variable = "^\\$context\\.[A-Za-z0-9._:-]+$"

  response_problems = concat(
    [for type in keys(local.custom_responses) : "gatewayResponses.${type}: is none of ${join(", ", local.response_types)}" if !contains(local.response_types, type)],
    [for type, response in local.custom_responses : "gatewayResponses.${type}.statusCode: is 200 to 599, or 0 for the usual one"
    if !can(regex("^([2-5][0-9][0-9]|0)$", coalesce(response.status, "0")))],
    flatten([for type, response in local.custom_responses : [for name, value in response.headers : "gatewayResponses.${type}.headers.${name}: is the gateway's own"
    if contains(local.framing_headers, lower(name))]]),
    flatten([for type, response in local.custom_responses : [for name, value in response.headers : "gatewayResponses.${type}.headers.${name}: is no header of one line"
    if !can(regex("^[A-Za-z0-9!#$%&'*+.^_`|~-]+$", name)) || can(regex("[\\r\\n\\x00]", value))]]),
    flatten([for type, response in local.custom_responses : [for name, value in response.headers :
      "gatewayResponses.${type}.headers.${name}: API Gateway takes a text without single quotes, or one $context variable, and not both"
    if !can(regex(local.variable, value)) && (strcontains(value, "$context.") || strcontains(value, "'"))]]),
  )
}

resource "aws_api_gateway_gateway_response" "error" {
  for_each = local.response_headers

  rest_api_id         = aws_api_gateway_rest_api.this.id
  response_type       = each.key
  status_code         = try(local.custom_responses[each.key].status, "0") == "0" ? null : local.custom_responses[each.key].status
  response_parameters = { for name, value in each.value : "gatewayresponse.header.${name}" => value }
  response_templates  = try(local.custom_responses[each.key].body, null) == null ? null : { "application/json" = local.custom_responses[each.key].body }
}
