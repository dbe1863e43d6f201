# API Gateway knows a method, what is behind it, their responses, its own answers and the policy by their place alone. The deployment is made
# before the old one goes, so Terraform makes what it depends on before the old one goes, too: to replace one puts the new one in the place
# of the old one, and then deletes it. A plan that would is refused.

# Each is replaced with what it stands beside, and nothing else ever changes it: a change in place keeps an id.
resource "terraform_data" "operation" {
  for_each = local.plan.operations

  lifecycle {
    replace_triggered_by = [aws_api_gateway_method.operation[each.key].id, aws_api_gateway_integration.operation[each.key].id]
  }
}

resource "terraform_data" "preflight" {
  for_each = local.preflights

  lifecycle {
    replace_triggered_by = [
      aws_api_gateway_method.preflight[each.key].id,
      aws_api_gateway_integration.preflight[each.key].id,
      aws_api_gateway_method_response.preflight[each.key].id,
      aws_api_gateway_integration_response.preflight[each.key].id,
    ]
  }
}

resource "terraform_data" "error" {
  for_each = local.rest.gatewayResponses

  lifecycle {
    replace_triggered_by = [aws_api_gateway_gateway_response.error[each.key].id]
  }
}

# These hold the time of the plan in which they were made, and are made again when one of those is replaced: that one is added or taken away
# does not count. What Terraform has none of cannot be referred to here.
resource "terraform_data" "operations" {
  input = plantimestamp()

  lifecycle {
    ignore_changes       = [input]
    replace_triggered_by = [terraform_data.operation, terraform_data.error]
  }
}

resource "terraform_data" "preflights" {
  count = length(local.preflights) > 0 ? 1 : 0
  input = plantimestamp()

  lifecycle {
    ignore_changes       = [input]
    replace_triggered_by = [terraform_data.preflight]
  }
}

resource "terraform_data" "policy" {
  count = length(aws_api_gateway_rest_api_policy.this)
  input = plantimestamp()

  lifecycle {
    ignore_changes       = [input]
    replace_triggered_by = [aws_api_gateway_rest_api_policy.this[count.index].id]
  }
}

# The API that has the places. It is noted when all are there, so that an apply which makes another API, and stops before that, can be gone on with.
resource "terraform_data" "api" {
  input = aws_api_gateway_rest_api.this.id

  depends_on = [terraform_data.operations, terraform_data.preflights, terraform_data.policy]
}

# The same, and not made again with them; but with another API, which has other places for all.
resource "terraform_data" "first" {
  for_each = merge(
    { operations = terraform_data.operations.input },
    { for preflights in terraform_data.preflights : "preflights" => preflights.input },
    { for policy in terraform_data.policy : "policy" => policy.input },
  )

  input = plantimestamp()

  lifecycle {
    ignore_changes       = [input]
    replace_triggered_by = [terraform_data.api]

    postcondition {
      condition     = self.input == plantimestamp() || each.value != plantimestamp()
      error_message = "A method, an integration, a response or the policy of the API ${var.name} would be replaced: the new one would take the place of the old one, and Terraform would then delete it with that. If it is tainted, `terraform untaint` its address: the next apply changes it in place. Else apply it by itself first, with -target and its address: then the old one goes first."
    }
  }
}
