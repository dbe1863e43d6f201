// Lambda authorizers for the access tokens of one Cognito user pool: the handlers authorizer.token, authorizer.request,
// authorizer.http and authorizer.simple.
import { createRemoteJWKSet, errors, jwtVerify } from "jose";

const { ISSUER, CLIENT_ID } = process.env;
if (!ISSUER || !CLIENT_ID) throw new Error("want ISSUER, the user pool's URL, and CLIENT_ID, the id of its app client");
const keys = createRemoteJWKSet(new URL(`${ISSUER}/.well-known/jwks.json`));

// The routes that a scope opens.
const opens = new Map([
  ["orders/read", ["GET /orders", "GET /orders/{id}"]],
  ["orders/write", ["POST /orders", "DELETE /orders/{id}"]],
]);

// TOKEN of a REST API: the event has the value of one header.
export async function token({ authorizationToken, methodArn }) {
  return policy(await verify(authorizationToken), methodArn);
}

// REQUEST of a REST API: the event has the whole request. Header names are as the client wrote them.
export async function request({ headers, methodArn }) {
  const name = Object.keys(headers).find((name) => name.toLowerCase() === "authorization");
  return policy(await verify(headers[name]), methodArn);
}

// REQUEST of an HTTP API, format 2.0: header names are in small letters.
export async function http({ headers, routeArn }) {
  return policy(await verify(headers.authorization), routeArn);
}

// The same with simple answers. They may not be kept for other routes than this one.
export async function simple({ headers, routeKey }) {
  const claims = await verify(headers.authorization);
  return { isAuthorized: routesOf(claims).includes(routeKey), context: { sub: claims.sub } };
}

const routesOf = ({ scope }) => scope.split(" ").flatMap((scope) => opens.get(scope) ?? []);

// The gateway keeps a policy for all routes, so it has to say all that the caller may call. A star stands for slashes too: it would open
// a GET /orders/{id}/notes with GET /orders/{id}.
function policy(claims, arn) {
  const stage = arn.split("/", 2).join("/");
  const paths = routesOf(claims).map((route) => route.replace(" ", "").replace(/{[^}]*}/g, "*"));
  const [Effect, allowed] = paths.length > 0 ? ["Allow", paths] : ["Deny", ["*"]];
  const Statement = [{ Action: "execute-api:Invoke", Effect, Resource: allowed.map((path) => `${stage}/${path}`) }];
  return { principalId: claims.sub, policyDocument: { Version: "2012-10-17", Statement }, context: { sub: claims.sub } };
}

// With any other error than this very text the gateway answers 500, and no 401.
const unauthorized = () => new Error("Unauthorized");

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
