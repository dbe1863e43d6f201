// Tries jose and aws-jwt-verify with the test vectors of a folder, and prints what they accept: node try.mjs FOLDER
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { CognitoJwtVerifier, JwtVerifier } from "aws-jwt-verify";
import { SimpleJwksCache } from "aws-jwt-verify/jwk";
import { createLocalJWKSet, jwtVerify } from "jose";

const folder = process.argv[2];
const read = (name) => JSON.parse(readFileSync(`${folder}/${name}`, "utf8"));
const versionOf = (name) => createRequire(import.meta.url)(`./node_modules/${name}/package.json`).version;

// jose: https://github.com/panva/jose/blob/main/docs/jwt/verify/functions/jwtVerify.md
const jose = (group, set) => {
  const keys = createLocalJWKSet(group.keySet);
  const options = {
    issuer: group.issuer, audience: group.audience, algorithms: group.algorithms,
    requiredClaims: group.required, currentDate: new Date(set.time * 1000),
  };
  return (token) => jwtVerify(token, keys, options);
};

// The key set comes by the way that its users have: a fetcher, which has no network here.
const cacheOf = (group) => new SimpleJwksCache({
  fetcher: { fetch: async () => new TextEncoder().encode(JSON.stringify(group.keySet)).buffer },
});

// aws-jwt-verify, for any issuer: https://github.com/awslabs/aws-jwt-verify#verifying-jwts-from-any-oidc-compatible-idp
const awsOIDC = (group) => {
  const verifier = JwtVerifier.create(
    { issuer: group.issuer, audience: group.audience, jwksUri: group.jwksUri }, { jwksCache: cacheOf(group) });
  return (token) => verifier.verify(token);
};

// aws-jwt-verify, for user pools: https://github.com/awslabs/aws-jwt-verify#verifying-jwts-from-amazon-cognito
const awsCognito = (group) => {
  const verifier = CognitoJwtVerifier.create(
    { userPoolId: group.issuer.split("/").pop(), clientId: group.audience, tokenUse: group.claims.token_use }, { jwksCache: cacheOf(group) });
  return (token) => verifier.verify(token);
};

const contestants = [
  { name: "jose", module: "jose", kinds: /^oidc/, make: jose },
  { name: "aws-jwt-verify", module: "aws-jwt-verify", kinds: /^oidc/, make: awsOIDC },
  { name: "aws-jwt-verify for Cognito", module: "aws-jwt-verify", kinds: /^cognito/, make: awsCognito },
];

const results = [];
for (const { name, module, kinds, make } of contestants) {
  const accepted = {};
  for (const file of read("index.json").files.filter((f) => kinds.test(f.kind))) {
    const set = read(file.name);
    accepted[file.name] = {};
    for (const group of set.groups) {
      const taken = [];
      for (const c of group.cases) {
        // A verifier for each token: what one token leads to, such as a pause before the keys are asked for again, is no matter of the next.
        if (await (async () => make(group, set)(c.token))().then(() => true, () => false)) taken.push(c.name);
      }
      accepted[file.name][group.name] = taken.join(" ");
    }
  }
  results.push({ name, version: `${versionOf(module)} on Node.js ${process.versions.node.split(".")[0]}`, accepted });
}
console.log(JSON.stringify(results));
