// An app of Express.
const { gzipSync } = require("node:zlib");
const express = require("express");
const { bytes, page, ofBytes, whose } = require("./answers.cjs");

// appOf makes the app; authorizer gives what the authorizer of a request says.
function appOf(authorizer) {
  const routes = express.Router();
  routes.use(express.json(), express.urlencoded({ extended: false }), express.raw({ type: () => true, limit: "10mb" }));
  routes.get("/page", (req, res) => {
    res.type("html");
    if (!req.acceptsEncodings("gzip")) return res.send(page);
    res.set("Content-Encoding", "gzip").send(gzipSync(page));
  });
  routes.get("/picture", (req, res) => res.type("png").send(bytes));
  routes.get("/moved", (req, res) => res.redirect(302, "/echo/there?a=1&b=%C3%A9"));
  routes.get("/cookies", (req, res) => res.cookie("a", "1", { httpOnly: true }).cookie("b", "two; three").send("set"));
  routes.get("/status/:code", (req, res) => res.status(Number(req.params.code)).send(req.params.code));
  routes.get("/nothing", (req, res) => res.status(204).end());
  routes.get("/several", (req, res) => res.append("X-Several", "one").append("X-Several", "two").append("Vary", "Accept").send("several"));
  routes.get("/fails", () => { throw new Error("as it should"); });
  routes.get("/me", (req, res) => res.send(whose(authorizer(req)) ?? "nobody"));
  routes.get("/where/*rest", (req, res) => res.send(req.originalUrl));
  routes.all("/echo/*rest", (req, res) => res.json({
    method: req.method, rest: req.params.rest.join("|"), query: { ...req.query }, many: req.get("x-many"), cookie: req.get("cookie"),
    body: Buffer.isBuffer(req.body) ? ofBytes(req.body) : req.body,
  }));
  const app = express().disable("x-powered-by").disable("etag");
  app.use(routes);
  app.use(["/http", "/one"], routes); // where the adapter leaves the stage in the path, as an HTTP API's event has it
  app.use((error, req, res, next) => res.status(error.status ?? 500).send("refused"));
  return app;
}

exports.appOf = appOf;
exports.app = appOf((req) => req.requestContext.authorizer);
