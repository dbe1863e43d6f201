// Gets a token as a machine does, at what a desk's discovery document says, and has it verified by its key set: ISSUER SCOPE.
const { pathToFileURL } = require("node:url");
const { JwtVerifier } = require("aws-jwt-verify");

const [issuer, scope] = process.argv.slice(2);
(async () => {
  const oidc = await import(pathToFileURL(require.resolve("openid-client"))); // which is no CommonJS
  const config = await oidc.discovery(new URL(issuer), "local-machine", "local-machine-secret");
  const { access_token: token } = await oidc.clientCredentialsGrant(config, { scope });
  const verifier = JwtVerifier.create({ issuer, jwksUri: config.serverMetadata().jwks_uri, audience: null });
  const claims = await verifier.verify(token);
  console.log(claims.scope);
  await verifier.verify(token.slice(0, -8) + "AAAAAAAA").then(() => { throw new Error("taken"); }, error => console.log(error.constructor.name));
})();
