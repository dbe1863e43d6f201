# What the gateway answers itself, in the place of a function.

locals {
  # An error of the gateway carries no data, so of several origins none needs to be chosen.
  error_origin = length(var.allowed_origins) > 1 ? "*" : var.allowed_origins[0]

  # Type -> the answer's headers. Without the origin a browser hides them; one that the mode names stays.
  response_headers = { for type, response in local.rest.gatewayResponses : type => merge(
    contains([for name in keys(response.headers) : lower(name)], "access-control-allow-origin") ? {} : { "Access-Control-Allow-Origin" = "'${local.error_origin}'" },
    response.headers,
  ) }
}

resource "aws_api_gateway_gateway_response" "error" {
  for_each = local.rest.gatewayResponses

  rest_api_id         = aws_api_gateway_rest_api.this.id
  response_type       = each.key
  status_code         = try(tostring(each.value.statusCode), null)
  response_parameters = { for name, value in local.response_headers[each.key] : "gatewayresponse.header.${name}" => value }
  response_templates  = try({ "application/json" = each.value.body }, null)
}
