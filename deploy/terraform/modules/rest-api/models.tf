# Request validation. A model must be there before one refers to it: each rank refers to lower ranks only. Models refer to each other
# by address (https://docs.aws.amazon.com/apigateway/latest/developerguide/models-mappings-models.html).

locals {
  address = "restapis/${aws_api_gateway_rest_api.this.id}/models/"

  # Rank -> schema -> its model, whose name ends with the rank where that is not 0: a schema of another rank gets another model, since the
  # old one goes only after the new one is there.
  models = { for rank in range(4) : rank => {
    for name, model in local.rest.models : rank == 0 ? name : trimsuffix(name, "Rank${rank}") => {
      name   = name
      schema = replace(model.schema, "restapis/{restApiId}/models/", local.address)
    } if model.rank == rank
  } }
}

resource "aws_api_gateway_request_validator" "this" {
  rest_api_id                 = aws_api_gateway_rest_api.this.id
  name                        = var.name
  validate_request_body       = local.rest.requestValidator.validateRequestBody
  validate_request_parameters = local.rest.requestValidator.validateRequestParameters
}

resource "aws_api_gateway_model" "rank0" {
  for_each = local.models[0]

  rest_api_id  = aws_api_gateway_rest_api.this.id
  name         = each.value.name
  content_type = "application/json"
  schema       = each.value.schema
}

resource "aws_api_gateway_model" "rank1" {
  for_each = local.models[1]

  rest_api_id  = aws_api_gateway_rest_api.this.id
  name         = each.value.name
  content_type = "application/json"
  schema       = each.value.schema

  depends_on = [aws_api_gateway_model.rank0]
}

resource "aws_api_gateway_model" "rank2" {
  for_each = local.models[2]

  rest_api_id  = aws_api_gateway_rest_api.this.id
  name         = each.value.name
  content_type = "application/json"
  schema       = each.value.schema

  depends_on = [aws_api_gateway_model.rank1]
}

resource "aws_api_gateway_model" "rank3" {
  for_each = local.models[3]

  rest_api_id  = aws_api_gateway_rest_api.this.id
  name         = each.value.name
  content_type = "application/json"
  schema       = each.value.schema

  depends_on = [aws_api_gateway_model.rank2]
}
