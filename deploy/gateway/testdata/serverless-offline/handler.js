// What the authorizer and the function live do for whoami, and no more: verify the token, say who connects, and decide each message.
const crypto = require("node:crypto")

const key = crypto.createPublicKey({ key: JSON.parse(process.env.ISSUER_KEY), format: "jwk" })

exports.authorize = async event => {
  const token = event.headers.Authorization.slice("Bearer ".length)
  const [head, payload, signature] = token.split(".")
  const claims = JSON.parse(Buffer.from(payload, "base64url"))
  if (!crypto.verify(null, Buffer.from(head + "." + payload), key, Buffer.from(signature, "base64url")) || claims.exp * 1000 < Date.now()) {
    throw new Error("Unauthorized")
  }
  return {
    principalId: claims.sub,
    policyDocument: { Version: "2012-10-17", Statement: [{ Effect: "Allow", Action: "execute-api:Invoke", Resource: event.methodArn }] },
    context: { sub: claims.sub, scopes: claims.scope, expires: `${claims.exp}` },
  }
}

exports.live = async event => {
  const { eventType, authorizer } = event.requestContext
  if (eventType !== "MESSAGE") return { statusCode: 200 }
  if (authorizer.expires * 1000 < Date.now()) return { statusCode: 200, body: '{"message": "Forbidden"}' }
  const message = JSON.parse(event.body)
  return {
    statusCode: 200,
    body: JSON.stringify({
      action: message.action, id: message.id, sub: authorizer.sub, schemes: ["bearer"], scopes: authorizer.scopes.split(" "), expires: Number(authorizer.expires),
    }),
  }
}
