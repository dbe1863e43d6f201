# CORS: the gateway answers preflights itself.

locals {
  # The paths whose OPTIONS the contract leaves to the gateway -> their operations.
  preflights = { for path in keys(local.paths) : path => [
    for operation in values(local.operations) : operation if operation.path == path
    ] if anytrue([for operation in values(local.operations) : operation.path == path]) && !anytrue([
      for method in ["OPTIONS", "ANY"] : contains(keys(local.operations), "${method} ${path}")
  ]) }

  allowed_headers = ["Content-Type", "Authorization", "X-Amz-Date", "X-Amz-Security-Token", "X-Api-Key"]

  preflight_headers = { for path, operations in local.preflights : path => merge(
    {
      "Access-Control-Allow-Origin"  = var.allowed_origins[0]
      "Access-Control-Allow-Methods" = join(",", sort(concat(operations[*].method, ["OPTIONS"])))
      "Access-Control-Allow-Headers" = join(",", distinct(concat(local.allowed_headers, flatten([
        for operation in operations : [for parameter in values(operation.parameters) : parameter.name if parameter.in == "header"]
      ]))))
      "Access-Control-Max-Age" = "86400"
    },
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

  # An error of the gateway carries no data, so of several origins none needs to be chosen.
  error_headers = {
    "Access-Control-Allow-Origin"  = length(var.allowed_origins) > 1 ? "*" : var.allowed_origins[0]
    "Access-Control-Allow-Methods" = join(",", contains(values(local.operations)[*].method, "ANY") ? sort([for method in values(local.methods) : method if method != "ANY"]) : sort(distinct(concat(values(local.operations)[*].method, ["OPTIONS"]))))
    "Access-Control-Allow-Headers" = join(",", local.allowed_headers)
    "Access-Control-Max-Age"       = "86400"
  }
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
  content_handling = length(local.binary_media_types) > 0 ? "CONVERT_TO_TEXT" : null
}

resource "aws_api_gateway_method_response" "preflight" {
  for_each = local.preflights

  rest_api_id         = aws_api_gateway_rest_api.this.id
  resource_id         = local.resource_ids[trim(each.key, "/")]
  http_method         = aws_api_gateway_method.preflight[each.key].http_method
  status_code         = "204"
  response_parameters = { for name in keys(local.preflight_headers[each.key]) : "method.response.header.${name}" => true }
}

resource "aws_api_gateway_integration_response" "preflight" {
  for_each = local.preflights

  rest_api_id         = aws_api_gateway_rest_api.this.id
  resource_id         = local.resource_ids[trim(each.key, "/")]
  http_method         = aws_api_gateway_integration.preflight[each.key].http_method
  status_code         = aws_api_gateway_method_response.preflight[each.key].status_code
  response_parameters = { for name, value in local.preflight_headers[each.key] : "method.response.header.${name}" => "'${value}'" }
  response_templates  = length(var.allowed_origins) > 1 ? { "application/json" = local.choose_origin } : null
}
