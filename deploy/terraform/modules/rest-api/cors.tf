# CORS: the gateway answers preflights itself.

locals {
  # Path -> the headers of the answer to its preflights.
  preflights = { for path, headers in local.rest.preflights : path => merge(
    headers,
    { "Access-Control-Allow-Origin" = var.allowed_origins[0] },
    length(var.allowed_origins) > 1 ? { "Vary" = "Origin" } : {},
  ) }

  # One header names one origin: of several, the caller's is chosen if it is among them. HTTP/2 sends header names in lower case.
  choose_origin = <<-EOT
    #set($origin = $input.params().header.get("Origin"))
    #if(!$origin || $origin == "")#set($origin = $input.params().header.get("origin"))#end
    #if(${join(" || ", [for origin in var.allowed_origins : "$origin == \"${origin}\""])})
    #set($context.responseOverride.header.Access-Control-Allow-Origin = $origin)
    #end
  EOT
}

resource "aws_api_gateway_method" "preflight" {
  for_each = local.preflights

  rest_api_id   = aws_api_gateway_rest_api.this.id
  resource_id   = local.resource_ids[trim(each.key, "/")]
  http_method   = "OPTIONS"
  authorization = "NONE"
}

resource "aws_api_gateway_integration" "preflight" {
  for_each = local.preflights

  rest_api_id       = aws_api_gateway_rest_api.this.id
  resource_id       = local.resource_ids[trim(each.key, "/")]
  http_method       = aws_api_gateway_method.preflight[each.key].http_method
  type              = "MOCK"
  request_templates = { "application/json" = jsonencode({ statusCode = 204 }) }

  # A body that is binary has no template, and the answer would be a 500.
  content_handling = length(local.rest.binaryMediaTypes) > 0 ? "CONVERT_TO_TEXT" : null
}

resource "aws_api_gateway_method_response" "preflight" {
  for_each = local.preflights

  rest_api_id         = aws_api_gateway_rest_api.this.id
  resource_id         = local.resource_ids[trim(each.key, "/")]
  http_method         = aws_api_gateway_method.preflight[each.key].http_method
  status_code         = "204"
  response_parameters = { for name in keys(each.value) : "method.response.header.${name}" => true }
}

resource "aws_api_gateway_integration_response" "preflight" {
  for_each = local.preflights

  rest_api_id         = aws_api_gateway_rest_api.this.id
  resource_id         = local.resource_ids[trim(each.key, "/")]
  http_method         = aws_api_gateway_integration.preflight[each.key].http_method
  status_code         = aws_api_gateway_method_response.preflight[each.key].status_code
  response_parameters = { for name, value in each.value : "method.response.header.${name}" => "'${value}'" }
  response_templates  = length(var.allowed_origins) > 1 ? { "application/json" = local.choose_origin } : null
}
