# The contract, read into routes and into who may call them.

locals {
  contract = yamldecode(file(var.contract))

  # The member of a path -> the method of its route.
  methods = {
    delete                           = "DELETE"
    get                              = "GET"
    head                             = "HEAD"
    options                          = "OPTIONS"
    patch                            = "PATCH"
    post                             = "POST"
    put                              = "PUT"
    "x-amazon-apigateway-any-method" = "ANY"
  }

  paths = { for path, item in local.contract.paths : path => item if !startswith(path, "x-") }

  # Route key ("GET /path", "ANY /path" or "$default") -> the operation.
  operations = merge([for path, item in local.paths : {
    for member, method in local.methods : (path == "/$default" && method == "ANY" ? "$default" : "${method} ${path}") => {
      path     = path
      method   = method
      name     = try(item[member].operationId, null)
      function = try(item[member]["x-function"], local.contract["x-function"], "")

      # Only a list without alternatives opens an operation.
      public = jsonencode(try(item[member].security, local.contract.security, null)) == "[]"

      # Any one alternative is enough; it holds when all of its schemes do, each with all of its scopes.
      alternatives = [for alternative in try([for one in try(item[member].security, local.contract.security) : one], []) : {
        schemes = [for name in try(keys(alternative), []) : lookup(local.schemes, name, "unknown")]
        scopes  = [for scope in try(flatten(values(alternative)), []) : try(coalesce(tostring(scope)), "")]
        listed  = alltrue([for scopes in try(values(alternative), []) : startswith(jsonencode(scopes), "[")])
      }]
    } if can(item[member])
  }]...)

  # The contract's name of a security scheme -> bearer, apiKey, or one that the authorizers do not know.
  schemes = { for name, scheme in try(local.contract.components.securitySchemes, {}) : name => (
    contains(["oauth2", "openIdConnect"], try(scheme.type, "")) || (
      try(scheme.type, "") == "http" && lower(try(scheme.scheme, "")) == "bearer"
    ) ? "bearer" :
    try(scheme.type, "") == "apiKey" && try(scheme.in, "") == "header" && lower(try(scheme.name, "")) == "x-api-key" ? "apiKey" : "unknown"
  ) }

  owner_scopes = try(keys(local.contract["x-owner-scopes"]), [])
}
