# The mode file, read into what the resources need.

locals {
  mode          = yamldecode(file(var.mode))
  authorization = try(tostring(local.mode.authorization), "")

  # What a mode file calls an authorization -> what a route calls it.
  authorization_types = { AWS_IAM = "AWS_IAM", JWT = "JWT", REQUEST = "CUSTOM" }

  # A text with commas, or a list.
  sources = [for source in split(",", join(",", compact(flatten([try(local.mode.authorizer.identitySource, null)])))) : trimspace(source) if trimspace(source) != ""]

  # An issuer and its audience belong together: they are the mode's, or the variables'.
  own_issuer = try(coalesce(local.mode.authorizer.issuer), null)
  issuer     = local.own_issuer == null ? var.issuer : local.own_issuer
  audience   = local.own_issuer == null ? var.audience : try(tolist(local.mode.authorizer.audience), tolist([]))

  payload_format_version = try(coalesce(local.mode.payloadFormatVersion), "2.0")
  timeout                = try(local.mode.integrationTimeoutInMillis, 0) == 0 ? 30000 : local.mode.integrationTimeoutInMillis

  stage_variables = try({ for name, value in local.mode.stageVariables : name => tostring(value) }, {})

  # None or one. A limit that is not there is 0, as the local gateway has it.
  throttles = [for throttle in [try(local.mode.throttle, null)] : {
    rate    = try(coalesce(throttle.rateLimit), 0)
    burst   = try(coalesce(throttle.burstLimit), 0)
    methods = try({ for name, limit in throttle.methods : name => { rate = try(coalesce(limit.rateLimit), 0), burst = try(coalesce(limit.burstLimit), 0) } }, {})
  } if throttle != null]

  # None or one.
  cors = [for cors in [try(local.mode.cors, null)] : {
    allow_origins     = coalescelist(try(tolist(cors.allowOrigins), tolist([])), var.allowed_origins)
    allow_methods     = try(tolist(cors.allowMethods), tolist([]))
    allow_headers     = try(tolist(cors.allowHeaders), tolist([]))
    expose_headers    = try(tolist(cors.exposeHeaders), tolist([]))
    max_age           = try(coalesce(cors.maxAge), 0)
    allow_credentials = try(coalesce(cors.allowCredentials), false)
  } if cors != null]

  access_log_format = try(coalesce(local.mode.accessLogFormat), jsonencode(local.access_log))

  # No field may hold a credential.
  access_log = {
    requestId          = "$context.requestId"
    time               = "$context.requestTime"
    sourceIp           = "$context.identity.sourceIp"
    method             = "$context.httpMethod"
    path               = "$context.path"
    routeKey           = "$context.routeKey"
    status             = "$context.status"
    authorizerError    = "$context.authorizer.error"
    authorizerLatency  = "$context.authorizer.latency"
    userArn            = "$context.identity.userArn"
    integrationStatus  = "$context.integration.status"
    integrationLatency = "$context.integration.latency"
    latency            = "$context.responseLatency"
    responseLength     = "$context.responseLength"
  }
}
