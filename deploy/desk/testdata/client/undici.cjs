// Calls a mode of a desk, at the address that is its argument, by undici as a program does: by its fetch and request, and by clients of one
// connection, with pipelining and without. It prints a line for what comes of each call.
const { Client, Pool, Agent, request, fetch, interceptors } = require("undici");
const { gunzipSync } = require("node:zlib");
const { Readable } = require("node:stream");

const [base] = process.argv.slice(2);
const { origin, pathname } = new URL(base);

const ofFetch = async (answer, ...names) => [answer.status, ...names.map((name) => answer.headers.get(name) ?? `no ${name}`), await answer.text()].join(" ");
const ofRequest = async ({ statusCode, headers, body }, ...names) => [statusCode, ...names.map((name) => headers[name] ?? `no ${name}`), await body.text()].join(" ");
const say = async (name, made) => console.log(`${name}: ${await made.catch((error) => error.name)}`);

// many makes calls at once on one connection, and tells whether each got the answer to its own.
async function many(client, count) {
  const answers = await Promise.all(Array.from({ length: count }, (_, n) => client.request({ path: `${pathname}/echo?n=${n}`, method: "GET", headers: { "X-Number": `${n}` } })
    .then(async ({ statusCode, body }) => statusCode === 200 && (await body.text()).includes(`n=${n} `))));
  return answers.filter(Boolean).length;
}

(async () => {
  const signIn = { method: "POST", body: JSON.stringify({ username: "reader", password: "Passw0rd!" }), headers: { "content-type": "application/json" } };
  const { accessToken } = await (await fetch(base + "/tokens", signIn)).json();
  const bearer = { authorization: `Bearer ${accessToken}` };
  await say("guarded", fetch(base + "/guarded", { headers: bearer }).then((a) => ofFetch(a, "content-type")));
  await say("without a token", fetch(base + "/guarded").then((a) => ofFetch(a, "www-authenticate")));
  await say("without the scope", fetch(base + "/guarded", { method: "DELETE", headers: bearer }).then((a) => ofFetch(a, "www-authenticate")));
  await say("by request", request(base + "/guarded", { headers: bearer }).then(ofRequest));
  await say("JSON", fetch(base + "/echo", { method: "POST", body: JSON.stringify({ name: "Ä" }), headers: { "content-type": "application/json" } }).then(ofFetch));
  await say("a form", fetch(base + "/echo", { method: "POST", body: new URLSearchParams({ a: "1" }) }).then(ofFetch));
  await say("a stream", fetch(base + "/echo", { method: "PUT", body: Readable.toWeb(Readable.from([Buffer.from("abc")])), duplex: "half", headers: { "content-type": "text/plain" } }).then(ofFetch));
  await say("a large body", request(base + "/echo", { method: "POST", body: Buffer.alloc(1 << 20, "x"), headers: { "content-type": "text/plain" } }).then(ofRequest));
  await say("a body that is too large", request(base + "/echo", { method: "POST", body: Buffer.alloc(11 << 20, "x"), headers: { "content-type": "text/plain" } }).then(ofRequest));
  await say("compressed", fetch(base + "/compressed").then((a) => ofFetch(a, "content-encoding")));
  await say("as it is", request(base + "/compressed", { headers: { "accept-encoding": "gzip" } }).then(async ({ statusCode, headers, body }) => `${statusCode} ${headers["content-encoding"]} ${gunzipSync(Buffer.from(await body.arrayBuffer()))}`));
  await say("redirected", fetch(base + "/moved").then(ofFetch));
  await say("not redirected", fetch(base + "/moved", { redirect: "manual" }).then((a) => ofFetch(a, "location")));
  await say("redirected by an interceptor", request(base + "/moved", { dispatcher: new Agent().compose(interceptors.redirect({ maxRedirections: 2 })) }).then(ofRequest));
  await say("HEAD", fetch(base + "/echo", { method: "HEAD" }).then(ofFetch));
  await say("503", fetch(base + "/busy").then((a) => ofFetch(a, "retry-after")));
  await say("tried again", request(base + "/recovers", { dispatcher: new Agent().compose(interceptors.retry({ minTimeout: 1, maxTimeout: 1, statusCodes: [503] })) }).then(ofRequest));
  await say("failed", fetch(base + "/fails").then(ofFetch));
  await say("limited at first", fetch(base + "/limited").then(ofFetch));
  await say("limited", fetch(base + "/limited").then((a) => ofFetch(a, "content-type")));
  await say("given up", fetch(base + "/slow", { signal: AbortSignal.timeout(100) }).then(ofFetch));
  await say("no time", request(base + "/slow", { headersTimeout: 100 }).then(ofRequest));
  await say("too slow", fetch(new URL("hasty/slow", base)).then(ofFetch));
  for (const pipelining of [0, 1, 10]) {
    let connections = 0;
    const client = new Client(origin, { pipelining }).on("connect", () => connections++);
    const right = await many(client, 40);
    console.log(`pipelining ${pipelining}: ${right} answers by ${pipelining === 0 ? "as many connections: " + (connections === 40) : `connections: ${connections}`}`);
    await client.close();
  }
  const pool = new Pool(origin, { connections: 4, pipelining: 5 });
  console.log(`a pool: ${await many(pool, 200)} answers`);
  await pool.close();
  // One that is given up among others takes none of theirs along, but for those that share its connection, which undici makes again.
  const client = new Client(origin, { pipelining: 10 });
  const gone = new AbortController();
  const given = client.request({ path: `${pathname}/slow`, method: "GET", signal: gone.signal }).catch((error) => error.name);
  const others = many(client, 5);
  setTimeout(() => gone.abort(), 200);
  console.log(`given up among others: ${await given}, ${await others} answers`);
  await client.close();
})();
