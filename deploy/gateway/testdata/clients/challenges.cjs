// Calls an API with npm's openid-client as a program does that keeps to OAuth, and prints a line for each call of the list in its
// argument, which are METHOD, URL and TOKEN: the status, and the challenges as that reads them.
const { pathToFileURL } = require("node:url");

const calls = JSON.parse(process.argv[2]);
import(pathToFileURL(require.resolve("openid-client"))).then(async (client) => {
  const config = new client.Configuration({ issuer: "https://issuer.example" }, "app");
  client.allowInsecureRequests(config);
  for (const [method, url, token] of calls) {
    try {
      const response = await client.fetchProtectedResource(config, token, new URL(url), method);
      console.log(response.status, "no challenge");
    } catch (error) {
      if (!(error.cause instanceof Array)) throw error;
      console.log(error.status, JSON.stringify(error.cause));
    }
  }
});
