# The function that clients of a WebSocket API connect to and send messages to.

locals {
  live_function = { for name in contains(local.contract_serves, "live") ? ["live"] : [] : name => {
    zip = "${local.artifacts}/live.zip"

    # It decides each message, so what an authorizer says of its versions, it says too.
    description = "Portcullis messages"
    rules       = "${local.artifacts}/rules.json"

    # It takes the subprotocols behind which the authorizers find tokens.
    environment = merge(
      { ALLOWED_ORIGINS = join(",", var.allowed_origins) },
      var.token_sources != null ? { TOKEN_SOURCES = join(",", coalesce(var.token_sources, [])) } : {},
    )

    statements = []
  } }
}
