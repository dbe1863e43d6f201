# Request validation: the contract's schemas as API Gateway models. Models are JSON Schema draft 4, and refer to each other by
# address (https://docs.aws.amazon.com/apigateway/latest/developerguide/models-mappings-models.html).

locals {
  component = "#/components/schemas/"

  # "POST /path" -> its body's schema, for the operations that take JSON.
  body_schemas = { for key, operation in local.operations : key => operation.body.content["application/json"].schema
  if can(operation.body.content["application/json"].schema) }

  # "POST /path" -> its model: the schema that the body refers to, or one of its own.
  body_models = { for key, schema in local.body_schemas : key =>
    try(trimprefix(schema["$ref"], local.component), "Body${replace(key, "/[^A-Za-z0-9]/", "")}")
  }

  # A body of any media type is checked if JSON is the only one that the operation takes: otherwise a caller would pass
  # unchecked by naming another.
  request_models = { for key, operation in local.operations : key => !contains(keys(local.body_models), key) ? null : merge(
    { "application/json" = lookup(local.model_names, local.body_models[key], local.body_models[key]) },
    length(operation.body.content) == 1 ? { "$default" = lookup(local.model_names, local.body_models[key], local.body_models[key]) } : {},
  ) }

  # model -> its schema as JSON text, in which nested places can be replaced.
  schemas = merge(
    { for name, schema in try(local.contract.components.schemas, {}) : name => jsonencode(schema) },
    { for key, schema in local.body_schemas : local.body_models[key] => jsonencode(schema) if !can(schema["$ref"]) },
  )
  references = { for name, schema in local.schemas : name =>
    distinct([for reference in regexall("\"\\$ref\":\"${local.component}([^\"]+)\"", schema) : reference[0]])
  }

  # The models that bodies use, and what those refer to, and so on.
  models_direct = distinct(values(local.body_models))
  models_second = distinct(concat(local.models_direct, flatten([for name in local.models_direct : try(local.references[name], [])])))
  models_third  = distinct(concat(local.models_second, flatten([for name in local.models_second : try(local.references[name], [])])))
  models_fourth = distinct(concat(local.models_third, flatten([for name in local.models_third : try(local.references[name], [])])))
  models_needed = distinct(concat(local.models_fourth, flatten([for name in local.models_fourth : try(local.references[name], [])])))

  # A model must be there before one refers to it: each rank refers to lower ranks only.
  rank0         = [for name in local.models_needed : name if try(length(local.references[name]) == 0, false)]
  rank1         = [for name in local.models_needed : name if !contains(local.rank0, name) && try(length(setsubtract(local.references[name], local.rank0)) == 0, false)]
  below2        = concat(local.rank0, local.rank1)
  rank2         = [for name in local.models_needed : name if !contains(local.below2, name) && try(length(setsubtract(local.references[name], local.below2)) == 0, false)]
  below3        = concat(local.below2, local.rank2)
  rank3         = [for name in local.models_needed : name if !contains(local.below3, name) && try(length(setsubtract(local.references[name], local.below3)) == 0, false)]
  models_ranked = concat(local.below3, local.rank3)

  # Schema -> its model's name. A schema whose rank changes gets another model, since the old one goes only after the new one is there.
  model_names = merge(
    { for name in local.rank0 : name => name },
    { for name in local.rank1 : name => "${name}Rank1" },
    { for name in local.rank2 : name => "${name}Rank2" },
    { for name in local.rank3 : name => "${name}Rank3" },
  )

  # What draft 4 writes in another way than the contract's JSON Schema: const, and exclusive bounds.
  number = "(-?[0-9][-+.eE0-9]*)"
  scalar = "(\"(?:[^\"\\\\]|\\\\.)*\"|-?[0-9][-+.eE0-9]*|true|false|null)"
  draft4 = { for name, schema in local.schemas : name => replace(replace(replace(schema,
    "/\"const\":${local.scalar}/", "\"enum\":[$1]"),
    "/\"exclusiveMinimum\":${local.number}/", "\"exclusiveMinimum\":true,\"minimum\":$1"),
    "/\"exclusiveMaximum\":${local.number}/", "\"exclusiveMaximum\":true,\"maximum\":$1")
  }
  model_schemas = { for name, schema in local.draft4 : name => jsonencode(merge(
    { "$schema" = "http://json-schema.org/draft-04/schema#", title = name },
    jsondecode(join("\"$ref\":\"https://apigateway.amazonaws.com/restapis/${aws_api_gateway_rest_api.this.id}/models/", [
      for i, part in split("\"$ref\":\"${local.component}", schema) : i == 0 ? part : join("", [
        local.model_names[regex("^[^\"]*", part)], regex("^[^\"]*(?s:(.*))$", part)[0]
      ])
    ])),
  )) if contains(local.models_ranked, name) }
}

resource "aws_api_gateway_request_validator" "this" {
  rest_api_id                 = aws_api_gateway_rest_api.this.id
  name                        = var.name
  validate_request_body       = try(local.mode.requestValidation.body, false)
  validate_request_parameters = try(local.mode.requestValidation.parameters, false)
}

resource "aws_api_gateway_model" "rank0" {
  for_each = toset(local.rank0)

  rest_api_id  = aws_api_gateway_rest_api.this.id
  name         = local.model_names[each.key]
  content_type = "application/json"
  schema       = local.model_schemas[each.key]
}

resource "aws_api_gateway_model" "rank1" {
  for_each = toset(local.rank1)

  rest_api_id  = aws_api_gateway_rest_api.this.id
  name         = local.model_names[each.key]
  content_type = "application/json"
  schema       = local.model_schemas[each.key]

  depends_on = [aws_api_gateway_model.rank0]
}

resource "aws_api_gateway_model" "rank2" {
  for_each = toset(local.rank2)

  rest_api_id  = aws_api_gateway_rest_api.this.id
  name         = local.model_names[each.key]
  content_type = "application/json"
  schema       = local.model_schemas[each.key]

  depends_on = [aws_api_gateway_model.rank1]
}

resource "aws_api_gateway_model" "rank3" {
  for_each = toset(local.rank3)

  rest_api_id  = aws_api_gateway_rest_api.this.id
  name         = local.model_names[each.key]
  content_type = "application/json"
  schema       = local.model_schemas[each.key]

  depends_on = [aws_api_gateway_model.rank2]
}
