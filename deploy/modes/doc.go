// Package modes reads mode files: one way to guard an API each, in YAML.
//
// A mode has what Terraform's resources have, under their names in camel case, and members that begin with "local",
// which only a desk needs: who may sign requests there, and which API keys there are.
// All that is wrong with a file is said at once, in an [Errors] with the file, the lines and what was expected. A member that means
// nothing for the mode's gateway and authorization is refused, since what it was to guard would be open.
//
// The package does not know contracts: whether a mode fits one is for package plan to say.
//
// # What a refused client is told
//
// WWW-Authenticate says what would be let in (RFC 9110, section 11.6.1; RFC 6750, section 3). Of REST APIs it is in the gateway responses
// UNAUTHORIZED and ACCESS_DENIED, where a token in Authorization is what the mode looks for; its realm is the contract's title, in which
// "?" stands for what is not ASCII and for single quotes. Scripts of other origins may read it; of HTTP APIs, where cors.exposeHeaders names
// it. A request of the module's own contract that has this and no more gets, in the module's modes:
//
//	rest-token
//	  401  Bearer realm="Users"
//	       nothing, what is no token, another scheme, a forged token, an ended token
//	  403  Bearer realm="Users", error="insufficient_scope"
//	       a token without the scope
//	rest-request
//	  401  Bearer realm="Users"
//	       nothing, what is no token, another scheme, a forged token, an ended token, an unknown key
//	  403  Bearer realm="Users"
//	       a token without the scope, a key without the scope
//	  403  none
//	       a token and no key
//	rest-cognito
//	  401  Bearer realm="Users"
//	       nothing, what is no token, another scheme, a forged token, an ended token, a token without the scope
//	rest-api-key
//	  403  none
//	       nothing, an unknown key, a disabled key
//	rest-iam
//	  403  none
//	       nothing, a token, a wrong signature, an old signature, an unknown signer, a signer who may not
//	http-jwt
//	  401  Bearer
//	       nothing
//	  401  Bearer scope="" error="invalid_token" error_description="…"
//	       what is no token, another scheme, a forged token, an ended token
//	  403  Bearer scope="users/write" error="insufficient_scope" error_description="…"
//	       a token without the scope
//	http-lambda
//	  401  none
//	       nothing, what is no token, another scheme, a forged token, an ended token
//	  403  none
//	       a token without the scope
//	http-iam
//	  403  none
//	       nothing, a token, a wrong signature, an old signature, an unknown signer, a signer who may not
//	websocket
//	  401  none
//	       nothing, an ended token, an unknown key
//
// A gateway response is one for all requests of its type. So none names scopes, which are an operation's, and a 401 no error, which is not
// to be said of a request without a token. insufficient_scope is said where only a token can have come so far, and not with a resource
// policy, API keys beside tokens, or a cache that refuses; it is also what a token gets that ended while the gateway kept its policy.
// An authorizer of one's own fails with "Unauthorized" for a token that is not good, and denies for want of scopes alone: where it denies
// for other reasons, ACCESS_DENIED needs a WWW-Authenticate in the mode.
// API keys and signatures have no challenge: there is none that clients know. Several Authorization headers are a 401 in every mode. No
// challenge is in a 500, or for a path that is none.
//
// A mode that says it otherwise is not overruled. This names the document that RFC 9728 has clients look for, which is for you to serve:
//
//	gatewayResponses:
//	  UNAUTHORIZED:
//	    headers:
//	      WWW-Authenticate: 'Bearer realm="things", resource_metadata="https://api.example.com/.well-known/oauth-protected-resource"'
//
// With a statusCode other than 401 and 403 there, or in DEFAULT_4XX, nothing is added. What HTTP and WebSocket APIs say cannot be set: the
// gateway's JWT authorizer has a challenge of its own, without the commas of RFC 9110, and the others have none. A function's own
// WWW-Authenticate reaches clients of REST APIs as x-amzn-Remapped-WWW-Authenticate
// (https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-known-issues.html); of HTTP APIs that is not known, and done here.
package modes
