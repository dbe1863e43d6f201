// A TOKEN authorizer of a REST API, for the access tokens of one Cognito user pool.
import { createRemoteJWKSet, errors, jwtVerify } from "jose";

const { ISSUER, CLIENT_ID } = process.env;
if (!ISSUER || !CLIENT_ID) throw new Error("want ISSUER, the user pool's URL, and CLIENT_ID, the id of its app client");
const keys = createRemoteJWKSet(new URL(`${ISSUER}/.well-known/jwks.json`));

// API Gateway keeps the answer for all routes, so it has to say all that the caller may call.
const opens = new Map([
  ["orders/read", ["GET/orders", "GET/orders/*"]],
  ["orders/write", ["POST/orders", "DELETE/orders/*"]],
]);

// With any other error than this very text the gateway answers 500, and no 401.
const unauthorized = () => new Error("Unauthorized");

export async function handler({ authorizationToken, methodArn }) {
  const claims = await verify(authorizationToken);
  const stage = methodArn.split("/", 2).join("/");
  const routes = claims.scope.split(" ").flatMap((scope) => opens.get(scope) ?? []);
  const [Effect, allowed] = routes.length > 0 ? ["Allow", routes] : ["Deny", ["*"]];
  const Statement = [{ Action: "execute-api:Invoke", Effect, Resource: allowed.map((route) => `${stage}/${route}`) }];
  return { principalId: claims.sub, policyDocument: { Version: "2012-10-17", Statement } };
}

async function verify(header) {
  const token = /^Bearer ([\w-]+\.[\w-]+\.[\w-]+)$/i.exec(header)?.[1];
  if (!token || token.length > 8192) throw unauthorized();
  const { payload, protectedHeader } = await jwtVerify(token, keys, {
    issuer: ISSUER,
    algorithms: ["RS256"],
    requiredClaims: ["exp", "sub", "scope"],
    maxTokenAge: "1d", // Cognito's longest; it also refuses what was issued in the future
  }).catch((error) => {
    throw cannotTell(error) ? error : unauthorized();
  });
  if (!ofThisApp(payload) || Object.keys(protectedHeader).sort().join() !== "alg,kid") throw unauthorized();
  return payload;
}

// Cognito names the app in client_id. An aud would name another API, and a cnf whom the token is bound to.
function ofThisApp({ token_use, client_id, aud, cnf, exp }) {
  return token_use === "access" && client_id === CLIENT_ID && aud === undefined && cnf === undefined && Number.isSafeInteger(exp);
}

// Without keys nothing is known of a token: those errors are none of the token's.
function cannotTell(error) {
  return !(error instanceof errors.JOSEError) || ["ERR_JOSE_GENERIC", "ERR_JWKS_INVALID", "ERR_JWKS_TIMEOUT"].includes(error.code);
}
