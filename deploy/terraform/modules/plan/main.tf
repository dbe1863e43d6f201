# A plan that the build has made of a contract and a mode: what it says, and whether it is still made of what is there.

locals {
  made   = jsondecode(file(var.file))
  folder = abspath(dirname(var.file))

  # The files that are other ones than when the plan was made, or are not there any more.
  changed  = [for name, file in local.made.files : "the ${name}, ${abspath("${local.folder}/${file.path}")}" if try(filesha256("${local.folder}/${file.path}"), "") != file.sha256]
  contract = abspath("${local.folder}/${local.made.files.contract.path}")

  # A mode that sets no limits has those of the modes that come along, so that no API uses up what the account has for all of them. Routes
  # of WebSocket APIs that are open to everybody have the stage's there, too.
  unlimited = local.made.plan.throttle == null
  limited = merge(local.made.plan, { for name, limit in { throttle = { rateLimit = 1000, burstLimit = 500 } } : name => limit if local.unlimited }, {
    operations = { for key, operation in local.made.plan.operations : key => merge(operation, {
      for name, limit in { throttle = { rateLimit = 50, burstLimit = 50 } } : name => limit
      if local.unlimited && operation.public && !can(operation.throttle) && local.made.plan.gateway != "WEBSOCKET"
    }) }
  })
}
