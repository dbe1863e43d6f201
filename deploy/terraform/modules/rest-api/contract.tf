# The contract and the mode file, read into what the resources need.

locals {
  contract = yamldecode(file(var.contract))
  mode     = yamldecode(file(var.mode))

  # Extensions among the paths are no paths.
  paths = { for path, item in local.contract.paths : path => item if !startswith(path, "x-") }

  # Member of a path -> its method. ANY serves the methods that a path has none of its own for:
  # https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-swagger-extensions-any-method.html
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

  # "GET /path" -> the operation.
  operations = merge([for path, item in local.paths : {
    for method, verb in local.methods : "${verb} ${path}" => {
      path     = path
      method   = verb
      resource = trim(path, "/")
      name     = try(item[method].operationId, null)
      function = try(item[method]["x-function"], local.contract["x-function"], "")

      # Only a list without alternatives opens an operation; without any list it stays closed.
      public = jsonencode(try(item[method].security, local.contract.security, null)) == "[]"

      # The alternatives of the access rule, each a list of schemes with their scopes; null is what cannot be read.
      alternatives = try([for alternative in try(item[method].security, local.contract.security) : try([
        for scheme, scopes in alternative : { scheme = scheme, scopes = try([for scope in scopes : tostring(scope)], null) }
      ], null)], [])

      # The operation's own parameters come last and win over the path's.
      parameters = merge([
        for parameter in concat(try(item.parameters, []), try(item[method].parameters, [])) : {
          for resolved in [try(local.contract.components.parameters[trimprefix(parameter["$ref"], "#/components/parameters/")], parameter)] :
          "${resolved.in} ${lower(resolved.name)}" => {
            in       = resolved.in
            name     = resolved.name
            required = try(resolved.required, false)
          }
        }
      ]...)

      body = try(
        local.contract.components.requestBodies[trimprefix(item[method].requestBody["$ref"], "#/components/requestBodies/")],
        item[method].requestBody,
        null,
      )
    } if can(item[method])
  }]...)

  segments = { for path in keys(local.paths) : path => compact(split("/", path)) }

  # depth -> the resources of that depth, such as "orders/{id}".
  resources = { for depth in range(1, 7) : depth => toset([
    for segments in values(local.segments) : join("/", slice(segments, 0, depth)) if length(segments) >= depth
  ]) }

  # OpenAPI leaves these headers to other parts of the contract: https://spec.openapis.org/oas/v3.1.0#parameter-object
  unchecked_headers = ["accept", "authorization", "content-type"]

  # "GET /path" -> what the gateway looks for: every path parameter, and the query and header parameters that are required.
  request_parameters = { for key, operation in local.operations : key => merge(
    { for name in regexall("\\{([^{}+]+)\\+?\\}", operation.path) : "method.request.path.${name[0]}" => true },
    { for parameter in values(operation.parameters) : "method.request.querystring.${parameter.name}" => true
    if parameter.in == "query" && parameter.required },
    { for parameter in values(operation.parameters) : "method.request.header.${parameter.name}" => true
    if parameter.in == "header" && parameter.required && !contains(local.unchecked_headers, lower(parameter.name)) },
  ) }
}
