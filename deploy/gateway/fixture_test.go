package gateway_test

// contractText has what the table of requests needs: a public operation, required parameters, a body, a
// proxy, and a path below another.
const contractText = `openapi: 3.1.0
info: {title: Things, version: "1"}
x-function: things
components:
  securitySchemes:
    bearer: {type: http, scheme: bearer}
  schemas:
    Thing: {type: object, required: [name], additionalProperties: false, properties: {name: {type: string, minLength: 1}, kind: {const: thing}, size: {type: integer, exclusiveMinimum: 0, exclusiveMaximum: 10}}}
security: [bearer: [things/read]]
paths:
  /: {get: {}}
  /open: {get: {security: []}}
  /things: 
    get: {}
    post:
      operationId: makeThing
      requestBody: {required: true, content: {application/json: {schema: {$ref: "#/components/schemas/Thing"}}}}
    put:
      requestBody: {content: {application/json: {schema: {type: object}}, text/plain: {}}}
  /things/{id}:
    parameters: [{name: id, in: path, required: true}]
    get: {}
    delete: {}
  /things/special: {get: {}}
  /search:
    get:
      parameters:
        - {name: qs1, in: query, required: true}
        - {name: x-header-param, in: header, required: true}
        - {name: other, in: query}
  /files/{path+}: {get: {}}
`

const modeText = `name: test
gateway: REST
authorization: TOKEN
authorizer:
  function: token
  identitySource: method.request.header.Authorization
  identityValidationExpression: '^Bearer [a-z-]+$'
  resultTtlInSeconds: 300
requestValidation: {body: true, parameters: true}
stageVariables: {alias: live}
`
