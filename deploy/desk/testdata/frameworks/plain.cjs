// A handler of Node.js's own http, without a framework.
const { gzipSync } = require("node:zlib");
const { bytes, page, ofBytes, whose } = require("./answers.cjs");

// answer answers; the response of serverless-http does not chain.
function answer(res, status, headers, body) {
  res.writeHead(status, headers);
  res.end(body);
}

const routes = {
  "/page": (req, res) => {
    const html = { "Content-Type": "text/html; charset=utf-8" };
    if (!/gzip/.test(req.headers["accept-encoding"] ?? "")) return answer(res, 200, html, page);
    answer(res, 200, { ...html, "Content-Encoding": "gzip" }, gzipSync(page));
  },
  "/picture": (req, res) => answer(res, 200, { "Content-Type": "image/png" }, bytes),
  "/moved": (req, res) => answer(res, 302, { Location: "/echo/there?a=1&b=%C3%A9" }),
  "/cookies": (req, res) => answer(res, 200, { "Set-Cookie": ["a=1; Path=/; HttpOnly", "b=two%3B%20three; Path=/"] }, "set"),
  "/nothing": (req, res) => answer(res, 204, {}),
  "/several": (req, res) => answer(res, 200, { "X-Several": ["one", "two"], Vary: "Accept" }, "several"),
  "/fails": () => { throw new Error("as it should"); },
  "/me": (req, res) => answer(res, 200, {}, whose(req.requestContext.authorizer) ?? "nobody"),
};

const ofForm = (text) => Object.fromEntries([...new Set(new URLSearchParams(text).keys())].map((name) => {
  const all = new URLSearchParams(text).getAll(name);
  return [name, all.length > 1 ? all : all[0]];
}));

async function echo(req, res, pathname, search) {
  const chunks = [];
  for await (const chunk of req) chunks.push(chunk);
  const bytes = Buffer.concat(chunks);
  const type = req.headers["content-type"] ?? "";
  let body = ofBytes(bytes);
  if (body && type.startsWith("application/json")) body = JSON.parse(bytes.toString());
  if (body && type.startsWith("application/x-www-form-urlencoded")) body = ofForm(bytes.toString());
  const rest = pathname.slice("/echo/".length).split("/").map(decodeURIComponent).join("|");
  const told = { method: req.method, rest, query: ofForm(search), many: req.headers["x-many"], cookie: req.headers.cookie, body };
  answer(res, 200, { "Content-Type": "application/json" }, JSON.stringify(told));
}

exports.handle = async (req, res) => {
  const [pathname, search] = req.url.split("?");
  const status = /^\/status\/(\d+)$/.exec(pathname);
  try {
    if (pathname.startsWith("/where/")) return answer(res, 200, {}, req.url);
    if (pathname.startsWith("/echo/")) return await echo(req, res, pathname, search);
    if (status) return answer(res, Number(status[1]), {}, status[1]);
    routes[pathname](req, res);
  } catch (error) {
    answer(res, error instanceof SyntaxError || error instanceof URIError ? 400 : 500, {}, "refused");
  }
};
