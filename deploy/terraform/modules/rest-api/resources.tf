# One resource for each segment of each path. Terraform has no recursion, so each depth is a resource block of its own.

locals {
  # depth -> the resources of that depth, such as "orders/{id}".
  resources = { for depth in range(1, 11) : depth => toset([for resource in local.rest.resources : resource if length(split("/", resource)) == depth]) }

  resource_ids = merge(
    { "" = aws_api_gateway_rest_api.this.root_resource_id },
    { for key, resource in aws_api_gateway_resource.depth1 : key => resource.id },
    { for key, resource in aws_api_gateway_resource.depth2 : key => resource.id },
    { for key, resource in aws_api_gateway_resource.depth3 : key => resource.id },
    { for key, resource in aws_api_gateway_resource.depth4 : key => resource.id },
    { for key, resource in aws_api_gateway_resource.depth5 : key => resource.id },
    { for key, resource in aws_api_gateway_resource.depth6 : key => resource.id },
    { for key, resource in aws_api_gateway_resource.depth7 : key => resource.id },
    { for key, resource in aws_api_gateway_resource.depth8 : key => resource.id },
    { for key, resource in aws_api_gateway_resource.depth9 : key => resource.id },
    { for key, resource in aws_api_gateway_resource.depth10 : key => resource.id },
  )
}

resource "aws_api_gateway_resource" "depth1" {
  for_each = local.resources[1]

  rest_api_id = aws_api_gateway_rest_api.this.id
  parent_id   = aws_api_gateway_rest_api.this.root_resource_id
  path_part   = each.key
}

resource "aws_api_gateway_resource" "depth2" {
  for_each = local.resources[2]

  rest_api_id = aws_api_gateway_rest_api.this.id
  parent_id   = aws_api_gateway_resource.depth1[dirname(each.key)].id
  path_part   = basename(each.key)
}

resource "aws_api_gateway_resource" "depth3" {
  for_each = local.resources[3]

  rest_api_id = aws_api_gateway_rest_api.this.id
  parent_id   = aws_api_gateway_resource.depth2[dirname(each.key)].id
  path_part   = basename(each.key)
}

resource "aws_api_gateway_resource" "depth4" {
  for_each = local.resources[4]

  rest_api_id = aws_api_gateway_rest_api.this.id
  parent_id   = aws_api_gateway_resource.depth3[dirname(each.key)].id
  path_part   = basename(each.key)
}

resource "aws_api_gateway_resource" "depth5" {
  for_each = local.resources[5]

  rest_api_id = aws_api_gateway_rest_api.this.id
  parent_id   = aws_api_gateway_resource.depth4[dirname(each.key)].id
  path_part   = basename(each.key)
}

resource "aws_api_gateway_resource" "depth6" {
  for_each = local.resources[6]

  rest_api_id = aws_api_gateway_rest_api.this.id
  parent_id   = aws_api_gateway_resource.depth5[dirname(each.key)].id
  path_part   = basename(each.key)
}

resource "aws_api_gateway_resource" "depth7" {
  for_each = local.resources[7]

  rest_api_id = aws_api_gateway_rest_api.this.id
  parent_id   = aws_api_gateway_resource.depth6[dirname(each.key)].id
  path_part   = basename(each.key)
}

resource "aws_api_gateway_resource" "depth8" {
  for_each = local.resources[8]

  rest_api_id = aws_api_gateway_rest_api.this.id
  parent_id   = aws_api_gateway_resource.depth7[dirname(each.key)].id
  path_part   = basename(each.key)
}

resource "aws_api_gateway_resource" "depth9" {
  for_each = local.resources[9]

  rest_api_id = aws_api_gateway_rest_api.this.id
  parent_id   = aws_api_gateway_resource.depth8[dirname(each.key)].id
  path_part   = basename(each.key)
}

resource "aws_api_gateway_resource" "depth10" {
  for_each = local.resources[10]

  rest_api_id = aws_api_gateway_rest_api.this.id
  parent_id   = aws_api_gateway_resource.depth9[dirname(each.key)].id
  path_part   = basename(each.key)
}
