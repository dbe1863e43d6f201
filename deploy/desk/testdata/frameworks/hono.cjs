// An app of Hono.
const { Hono } = require("hono");
const { compress } = require("hono/compress");
const { setCookie } = require("hono/cookie");
const { bytes, page, ofBytes, whose } = require("./answers.cjs");

const single = (all) => Object.fromEntries(Object.entries(all).map(([name, values]) => [name, values.length > 1 ? values : values[0]]));

async function ofBody(c) {
  const type = c.req.header("content-type") ?? "";
  const bytes = Buffer.from(await c.req.arrayBuffer());
  if (bytes.length > 0 && type.startsWith("application/json")) return JSON.parse(bytes.toString());
  if (bytes.length > 0 && type.startsWith("application/x-www-form-urlencoded")) return await c.req.parseBody({ all: true });
  return ofBytes(bytes);
}

const routes = new Hono();
routes.get("/page", compress(), (c) => c.html(page));
routes.get("/picture", (c) => c.body(bytes, 200, { "Content-Type": "image/png" }));
routes.get("/moved", (c) => c.redirect("/echo/there?a=1&b=%C3%A9", 302));
routes.get("/cookies", (c) => {
  setCookie(c, "a", "1", { httpOnly: true });
  setCookie(c, "b", "two; three");
  return c.text("set");
});
routes.get("/status/:code", (c) => c.text(c.req.param("code"), Number(c.req.param("code"))));
routes.get("/nothing", (c) => c.body(null, 204));
routes.get("/several", (c) => c.text("several", 200, { "X-Several": ["one", "two"], Vary: "Accept" }));
routes.get("/fails", () => { throw new Error("as it should"); });
routes.get("/me", (c) => c.text(whose(c.env.event.requestContext.authorizer) ?? "nobody"));
routes.get("/where/*", (c) => {
  const url = new URL(c.req.url);
  return c.text(url.pathname + url.search);
});
routes.all("/echo/*", async (c) => {
  const rest = c.req.path.slice(c.req.path.indexOf("/echo/") + "/echo/".length).split("/").map(decodeURIComponent).join("|");
  return c.json({ method: c.req.method, rest, query: single(c.req.queries()), many: c.req.header("x-many"), cookie: c.req.header("cookie"), body: await ofBody(c) });
});

// The path of an HTTP API's event begins with the stage.
const app = new Hono();
for (const stage of ["/", "/http", "/one"]) app.route(stage, routes);
app.onError((error, c) => c.text("refused", error instanceof SyntaxError || error instanceof URIError ? 400 : 500));

exports.app = app;
