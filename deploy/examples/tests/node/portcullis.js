// The command portcullis, in PATH or where PORTCULLIS says.
import { spawn, spawnSync } from "node:child_process";

const command = process.env.PORTCULLIS ?? "portcullis";

function run(args, input) {
  const { error, status, stdout, stderr } = spawnSync(command, args, { input, encoding: "utf8", maxBuffer: 16 << 20 });
  if (error) throw error;
  return { status, stdout, stderr };
}

function output(...args) {
  const { status, stdout, stderr } = run(args);
  if (status !== 0) throw new Error(stderr);
  return stdout.trim();
}

// An issuer of the shape of a Cognito user pool, on a free port.
export async function startIssuer() {
  const process = spawn(command, ["fixture", "issuer", "--like", "cognito", "--seed", "tests", "--addr", "127.0.0.1:0", "--quiet", "-o", "json"]);
  let text = "";
  for await (const chunk of process.stdout) {
    text += chunk;
    if (text.endsWith("\n}\n")) break;
  }
  const [{ issuer, audience, control }] = JSON.parse(text).issuers;
  const token = (...flags) => output("fixture", "token", "--like", "cognito", "--seed", "tests", "--issuer", issuer, ...flags);
  return {
    issuer,
    clientId: audience[0],
    token,
    broken: () => JSON.parse(token("--scope", "orders/read", "--broken", "all", "-o", "json")).broken,
    outage: (state) => fetch(`${control}/outage`, { method: "POST", body: state }),
    stop: () => process.kill(),
  };
}

// The event that a REST API sends.
export const event = (token, route) => JSON.parse(output("fixture", "event", "token", "--token", token, "--route", route));

// What API Gateway makes of an answer, for each route of the contract, beside what the contract says: status 0 where both agree.
export const evaluate = (answer, scopes) => run(["access", "evaluate", "orders.yaml", "--policy", "-", "--scopes", scopes], JSON.stringify(answer));
