// Calls a mode of a desk, at the address that is its argument, by axios as a program does, and prints a line for what comes of each call.
const http = require("node:http");
const { Readable } = require("node:stream");
const { gunzipSync } = require("node:zlib");
const axios = require("axios");

const [base] = process.argv.slice(2);
const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
const api = axios.create({ baseURL: base, httpAgent: agent, validateStatus: () => true });

const told = ({ status, headers, data }, ...names) => [status, ...names.map((name) => headers[name] ?? `no ${name}`), typeof data === "string" ? data : JSON.stringify(data)].join(" ");
const call = async (name, made, ...headers) => console.log(`${name}: ${await made.then((answer) => told(answer, ...headers), (error) => error.code)}`);

// goOn sends a body when it is told to, as Node.js's http itself does, which axios is made of.
const goOn = (path, body) => new Promise((resolve, reject) => {
  const headers = { Expect: "100-continue", "Content-Length": body.length, "Content-Type": "text/plain" };
  const sent = http.request(base + path, { method: "POST", headers }).on("error", reject);
  sent.on("continue", () => sent.end(body));
  sent.on("response", (answer) => answer.toArray().then((chunks) => resolve({ status: answer.statusCode, headers: answer.headers, data: Buffer.concat(chunks).toString() }), reject));
  sent.flushHeaders();
});

(async () => {
  const { data: tokens } = await api.post("/tokens", { username: "reader", password: "Passw0rd!" });
  const bearer = { Authorization: `Bearer ${tokens.accessToken}` };
  await call("not signed in", api.post("/tokens", { username: "reader", password: "wrong" }));
  await call("guarded", api.get("/guarded", { headers: bearer }), "content-type");
  await call("without a token", api.get("/guarded"), "www-authenticate");
  await call("with a bad token", api.get("/guarded", { headers: { Authorization: "Bearer a.b.c" } }), "www-authenticate");
  await call("without the scope", api.delete("/guarded", { headers: bearer }), "www-authenticate");
  await call("parameters", api.get("/echo", { params: { a: [1, 2], b: "é x&y", c: null } }));
  await call("JSON", api.post("/echo", { name: "Ä" }));
  await call("a form", api.post("/echo", new URLSearchParams({ a: "1", b: "é x" })));
  await call("bytes", api.put("/echo", Buffer.from([0, 255, 128]), { headers: { "Content-Type": "application/octet-stream" } }));
  await call("nothing", api.delete("/echo"));
  await call("a large body", api.post("/echo", Buffer.alloc(1 << 20, "x"), { headers: { "Content-Type": "text/plain" } }));
  await call("a body in chunks", api.post("/echo", Readable.from(["a", "b", "c"]), { headers: { "Content-Type": "text/plain" } }));
  await call("a body that is too large", api.post("/echo", Buffer.alloc(11 << 20, "x"), { headers: { "Content-Type": "text/plain" }, maxRedirects: 0, maxBodyLength: Infinity }), "content-type");
  await call("Expect", api.post("/echo", { waits: true }, { headers: { Expect: "100-continue" } }));
  await call("told to go on", goOn("/echo", "waited"));
  await call("compressed", api.get("/compressed"), "content-encoding");
  await call("as it is", api.get("/compressed", { decompress: false, responseType: "arraybuffer" }).then(({ status, headers, data }) => ({ status, headers, data: gunzipSync(data).toString() })), "content-encoding");
  await call("a picture", api.get("/picture", { responseType: "arraybuffer", headers: { Accept: "image/png" } }).then(({ status, headers, data }) => ({ status, headers, data: data.toString("hex") })), "content-type");
  await call("redirected", api.get("/moved"));
  await call("not redirected", api.get("/moved", { maxRedirects: 0 }), "location");
  await call("HEAD", api.head("/echo"), "content-type");
  await call("none", api.get("/none/such"));
  await call("503", api.get("/busy"), "retry-after");
  await call("failed", api.get("/fails"));
  await call("limited at first", api.get("/limited"));
  await call("limited", api.get("/limited"), "content-type");
  await call("given up", api.get("/slow", { signal: AbortSignal.timeout(100) }));
  await call("no time", api.get("/slow", { timeout: 100 }));
  await call("too slow", api.get("/slow", { baseURL: new URL("hasty", base).href }));
  const reused = [];
  for (let n = 0; n < 3; n++) reused.push((await api.get("/echo")).request.reusedSocket);
  console.log(`kept alive: ${reused.slice(1).join(" ")}`);
  agent.destroy();
})();
