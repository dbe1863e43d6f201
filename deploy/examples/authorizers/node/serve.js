// Serves the handlers of authorizer.js on this machine, each at a path of its name, as Lambda's Invoke answers.
import { createServer } from "node:http";
import { json } from "node:stream/consumers";

import * as handlers from "./authorizer.js";

const server = createServer(async (request, response) => {
  const handler = handlers[request.url.slice(1)];
  if (!handler || request.method !== "POST") return response.writeHead(404).end();
  try {
    response.end(JSON.stringify(await handler(await json(request))));
  } catch (error) {
    response.writeHead(200, { "X-Amz-Function-Error": "Unhandled" }).end(JSON.stringify({ errorType: error.name, errorMessage: error.message }));
  }
});
server.listen(process.env.PORT ?? 9000, "127.0.0.1", () => console.log(`http://127.0.0.1:${server.address().port}`));
