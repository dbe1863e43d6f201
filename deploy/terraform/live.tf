# The function that clients of a WebSocket API connect to and send messages to; and, where the contract has the message `subscribe`, what
# it needs to tell them of changes, and to close connections whose credential has ended or was revoked.

locals {
  # The modes whose clients may subscribe, by the function that knows how. It sends to the connections of one API only.
  feed_modes = [for mode in local.websocket_modes : mode if try(local.plans[mode].operations["subscribe"].function, "") == "live"]
  feeds      = length(local.feed_modes) > 0

  # Those of them whose connections it does not keep, since another function, or none, is told of who connects.
  feed_unkept = [for mode in local.feed_modes : mode if try(local.plans[mode].operations["$connect"].function, "") != "live"]

  live_function = { for name in contains(local.contract_serves, "live") ? ["live"] : [] : name => {
    zip = "${local.artifacts}/live.zip"

    # It decides each message, so what an authorizer says of its versions, it says too.
    description = "Portcullis messages"
    rules       = "${local.artifacts}/rules.json"

    # A change goes to as many as are subscribed, all within one invocation, and each call takes its time of a processor: api/live/scale
    # tells how many these two are good for.
    timeout = local.feeds ? 60 : null
    memory  = local.feeds ? 1024 : null

    # It takes the subprotocols behind which the authorizers find tokens.
    environment = merge(
      { ALLOWED_ORIGINS = join(",", var.allowed_origins) },
      var.token_sources != null ? { TOKEN_SOURCES = join(",", coalesce(var.token_sources, [])) } : {},
      local.feeds ? {
        CONNECTIONS_TABLE    = module.connections_table[0].name
        CONNECTIONS_ENDPOINT = local.connections_endpoint
        USERS_TABLE          = var.users_stream_arn == null ? module.users_table.name : split("/", var.users_stream_arn)[1]
      } : {},
      # It asks about each message, whether its clients may subscribe or not.
      { for table in local.revocations_table[*] : "REVOCATION_TABLE" => table.name },
    )

    statements = local.live_statements
  } }

  # An API that answers at its domain only does so with this, too.
  connections_endpoint = try([for mode in local.feed_modes : var.domain == null ? module.websocket_endpoint[mode].connections_endpoint : (
    join("/", compact(["https://${var.domain.name}", local.base_path_of[mode][0]]))
  )][0], null)

  users_stream_arn = var.users_stream_arn != null ? var.users_stream_arn : module.users_table.stream_arn
  streams = merge(
    { users = { arn = local.users_stream_arn, events = null } },
    # A revocation that is undone, or has ended, closes nothing.
    { for table in module.revocations_table : "revocations" => { arn = table.stream_arn, events = ["INSERT", "MODIFY"] } },
  )

  live_statements = concat(
    flatten([for table in module.connections_table : [
      {
        actions   = ["dynamodb:DeleteItem", "dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Query", "dynamodb:UpdateItem"]
        resources = [table.arn]
      },
      {
        actions   = ["dynamodb:Query"]
        resources = ["${table.arn}/index/ends"]
      },
    ]]),
    [for table in local.revocations_table[*] : {
      actions   = ["dynamodb:BatchGetItem"]
      resources = [table.arn]
    }],
    # It sends to connections of its own stage, and closes them; it looks at none.
    [for mode in local.feed_modes : {
      actions   = ["execute-api:ManageConnections"]
      resources = [for verb in ["POST", "DELETE"] : replace(module.websocket_endpoint[mode].connections_arn, "*/@connections", "${verb}/@connections")]
    }],
    # By these, Lambda reads the streams and tells of what could not be done. Of module.feed by its index: all of it needs the function.
    # https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/iam-policy-example-lamda-process-dynamodb-streams.html
    flatten([for on in local.feeds ? [true] : [] : [
      {
        actions   = ["dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator"]
        resources = values(local.streams)[*].arn
      },
      {
        actions   = ["dynamodb:ListStreams"]
        resources = [for stream in values(local.streams) : replace(stream.arn, "//stream/.*/", "/stream/*")]
      },
      {
        actions   = ["sqs:SendMessage"]
        resources = [module.feed[0].queue_arn]
      },
    ]]),
  )
}

# Who is connected now. Within two hours all of it is another's, so no older state is kept of it, and it may be deleted.
module "connections_table" {
  source = "./modules/table"
  count  = local.feeds ? 1 : 0

  name      = "${var.name}-connections"
  hash_key  = { name = "pk", type = "S" }
  range_key = { name = "sk", type = "S" }
  indexes = { ends = {
    hash_key  = { name = "endsIn", type = "S" }
    range_key = { name = "endsAt", type = "N" }
  } }
  ttl_attribute       = "expiresAt"
  recoverable         = false
  deletion_protection = false
  kms_key_arn         = var.kms_key_arn
}

module "feed" {
  source = "./modules/feed"
  count  = local.feeds ? 1 : 0

  name     = "${var.name}-live"
  function = module.function["live"]
  streams  = local.streams
}

# What of it cannot be, said when it is planned.

resource "terraform_data" "feed" {
  lifecycle {
    precondition {
      condition     = length(local.feed_modes) <= 1
      error_message = "Clients of ${join(" and ", local.feed_modes)} may subscribe, and the function live sends to connections of one API only: deploy the others in stacks of their own, with the users_stream_arn of this one."
    }
    precondition {
      condition     = !local.feeds || contains(local.contract_serves, "users") || var.users_stream_arn != null
      error_message = "Clients of ${join(" and ", local.feed_modes)} may subscribe to changes of users, and no operation of these modes changes any, since none has the function users: deploy a REST or HTTP mode beside it, name the stream of another stack's table (users_stream_arn), or take subscribe out of the contract's x-websocket."
    }
    precondition {
      condition     = length(local.feed_unkept) == 0
      error_message = "Clients of ${join(" and ", local.feed_unkept)} may subscribe, and the function live is not told of their connections: connect in the contract's x-websocket names another function, or none. No connection would be kept, and nobody told of anything: let connect name live, or take subscribe out."
    }
  }
}
