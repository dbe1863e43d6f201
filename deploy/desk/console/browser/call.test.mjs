// Calls: every mode with what it takes, every kind of operation, and the call as code for other places.
import assert from "node:assert/strict";
import {execFile} from "node:child_process";
import {mkdtemp, rm, writeFile} from "node:fs/promises";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {promisify} from "node:util";
import {broken, tokenOf} from "./callers.mjs";
import {desks, until, visit} from "./page.mjs";
import {answered, caller, chooseMode, chooseOperation, field, openIdentity, region, send, show, take} from "./steps.mjs";

// ways to an identity, each by the tab of the dialog.
const signedIn = name => page => take(page, "Sign in", async dialog => {
  await dialog.getByLabel("Account").selectOption(name);
  await dialog.getByRole("button", {name: "Sign in", exact: true}).click();
});
const machine = page => take(page, "Machine", dialog => dialog.getByRole("button", {name: "Get a token"}).click());
const key = scopes => page => take(page, "API key", async dialog => {
  for (const scope of scopes) await dialog.getByRole("checkbox", {name: scope, exact: true}).check();
  await dialog.getByRole("button", {name: "Make a key"}).click();
});
const usageKey = page => take(page, "Usage plan", async dialog => {
  await dialog.getByLabel("Key").selectOption({label: "demo of rest-api-key"});
  await dialog.getByRole("button", {name: "Take it"}).click();
});
const signer = page => take(page, "IAM", async dialog => {
  await dialog.getByLabel("Caller").selectOption({index: 0});
  await dialog.getByRole("button", {name: "Sign as this one"}).click();
});

// goThrough calls an operation as each identity in modes, with the status that is to come of it.
async function goThrough(page, operation, all) {
  for (const [become, answers] of all) {
    await become(page);
    await chooseOperation(page, operation);
    for (const [mode, status] of Object.entries(answers)) {
      await chooseMode(page, mode);
      await send(page);
      await answered(page, new RegExp("^" + status)).catch(error => { error.message = mode + ", " + operation + ": " + error.message; throw error; });
    }
  }
}

visit("every mode of ours", {}, async page => {
  await goThrough(page, "GET /users", [
    [() => {}, {"rest-token": 401, "rest-api-key": 403, "rest-iam": 403, "rest-cognito": 401, "rest-request": 401, "http-jwt": 401, "http-lambda": 401, "http-iam": 403}],
    [signedIn("admin"), {"rest-token": 200, "http-lambda": 200, "rest-cognito": 401, "http-jwt": 403}],
    [signedIn("member"), {"rest-token": 403, "http-lambda": 403}],
    [machine, {"rest-token": 200, "rest-cognito": 200, "http-jwt": 200, "http-lambda": 200}],
    [usageKey, {"rest-api-key": 200}],
    [signer, {"rest-iam": 200, "http-iam": 200}],
    [key(["users/read"]), {"rest-request": 200}],
  ]);
});

visit("every mode of another contract", {desk: "foreign"}, async page => {
  await region(page).getByLabel("Find an operation").fill("t042");
  await until("three operations are left", () => region(page).getByRole("listbox").getByRole("option").count(), count => count === 3);
  await goThrough(page, "GET /t042", [
    [() => {}, {"rest-token": 401, "rest-api-key": 403, "rest-iam": 403, "rest-request": 401, "http-jwt": 401}],
    [signedIn("reader"), {"rest-token": 200, "http-lambda": 200, "rest-request": 403}],
    [machine, {"rest-cognito": 200, "http-jwt": 200}],
    [usageKey, {"rest-api-key": 200}],
    [signer, {"rest-iam": 200, "http-iam": 200}],
  ]);
  await signedIn("admin")(page);
  await chooseOperation(page, "GET /t042/{id}");
  await chooseMode(page, "rest-token");
  await field(page, "id (path)").fill("7");
  await send(page);
  await answered(page, /^200/);
  await chooseOperation(page, "POST /t042");
  await region(page).getByRole("textbox", {name: "Body"}).fill("{}");
  await send(page);
  await answered(page, /^400/);
  await region(page).getByRole("button", {name: "Example"}).click();
  await send(page);
  await answered(page, /^200/);
});

visit("a user's whole life", {path: "/?as=admin"}, async page => {
  await caller(page, /^admin/);
  await chooseOperation(page, "POST /users");
  await chooseMode(page, "rest-token");
  await region(page).getByLabel("name (required)").fill('Ada "the" <first>');
  assert.match(await region(page).getByRole("textbox", {name: "Body"}).inputValue(), /"name": "Ada \\"the\\" <first>"/, "the text follows the fields");
  await region(page).getByRole("textbox", {name: "Body"}).fill('{"id": "ada", "name": "Ada"}');
  assert.equal(await region(page).getByLabel("name (required)").inputValue(), "Ada", "the fields follow the text");
  await send(page);
  const made = await answered(page, /^201/);
  await made.getByText(/^Headers \(/).click();
  await made.getByRole("rowheader", {name: "location"}).waitFor();
  await region(page).getByRole("textbox", {name: "Body"}).fill("{");
  await region(page).getByText(/^No JSON: /).waitFor();
  await send(page);
  await answered(page, /^400/);

  await chooseOperation(page, "GET /users/{id}");
  await field(page, "id (path)").fill("ada");
  await send(page);
  const got = await answered(page, /^200/);
  await until("its body", () => got.getByRole("region", {name: "Body of the answer"}).textContent(), text => text.includes('"name": "Ada"'));
  await chooseOperation(page, "PUT /users/{id}");
  await field(page, "id (path)").fill("ada");
  await region(page).getByLabel(/^If-Match/i).fill('"no such version"');
  await region(page).getByRole("textbox", {name: "Body"}).fill('{"name": "Ada Lovelace"}');
  await send(page);
  await answered(page, /^(412|400)/);
  await region(page).getByLabel(/^If-Match/i).fill("");
  await send(page);
  await answered(page, /^200/);
  await chooseOperation(page, "GET /users");
  await region(page).getByLabel("limit", {exact: true}).fill("0");
  await send(page);
  await answered(page, /^400/);
  await region(page).getByLabel("limit", {exact: true}).fill("1");
  await region(page).getByRole("button", {name: "Add a query parameter"}).click();
  await region(page).getByLabel("Name of a query parameter").fill("more");
  await region(page).getByLabel("Value of a query parameter").fill("a b&c");
  await region(page).getByText("/users?limit=1&more=a%20b%26c").waitFor();
  await send(page);
  await answered(page, /^200/);
  await chooseOperation(page, "DELETE /users/{id}");
  await field(page, "id (path)").fill("ada");
  await send(page);
  await answered(page, /^200/);
  await region(page).getByRole("list", {name: "The last answers"}).getByRole("button", {name: /201.*POST \/users/}).click();
  await region(page).getByRole("region", {name: "Answer", exact: true}).getByText("201 Created").waitFor();
  await region(page).getByRole("region", {name: "Answer", exact: true}).getByRole("link", {name: "Its way through the gateway"}).click();
  await page.getByRole("region", {name: "Live", exact: true}).locator("details[open]").first().getByText("201 Created").first().waitFor();
});

visit("what is public, a path of one's own, and what is said before a call", {}, async page => {
  await chooseOperation(page, "POST /tokens");
  await chooseMode(page, "rest-token");
  await region(page).getByRole("textbox", {name: "Body"}).fill('{"username": "reader", "password": "Passw0rd!"}');
  await send(page);
  await answered(page, /^200/);
  await chooseOperation(page, "GET /users");
  await region(page).getByText("rest-token takes a token, and nobody is signed in.").waitFor();
  await chooseMode(page, "rest-api-key");
  await region(page).getByText("rest-api-key wants a key of its usage plan.").waitFor();
  await region(page).getByRole("button", {name: "Take the key demo"}).click();
  await send(page);
  await answered(page, /^200/);
  await chooseOperation(page, "");
  await region(page).getByLabel("Method").fill("PATCH");
  await region(page).getByLabel("Path", {exact: true}).fill("/no//such/../path?a=b");
  await region(page).getByText(/^A browser sends \/rest-api-key\/no\/\/path\?a=b for it/).waitFor();
  await send(page);
  await answered(page, /^40[34]/);
});

visit("a token that has ended", {}, async page => {
  const ended = await broken(desks.ours, await tokenOf(desks.ours, "admin"), "exp-past");
  await take(page, "Paste", async dialog => {
    await dialog.getByLabel("Token or API key").fill(ended);
    await dialog.getByLabel("Name, for you").fill("late");
    await dialog.getByRole("button", {name: "Use it"}).click();
  });
  await caller(page, /^late.*ended/);
  await chooseOperation(page, "GET /users");
  await chooseMode(page, "rest-token");
  await region(page).getByText("What late calls with has ended.").first().waitFor();
  await send(page);
  const answer = await answered(page, /^401/);
  await until("why", () => answer.textContent(), text => /token-expired: the token has expired, at \d\d:\d\d:\d\d on/.test(text));
  await answer.getByRole("link", {name: "Its way through the gateway"}).click();
  await page.getByRole("region", {name: "Live", exact: true}).locator("details[open]").first().getByText(/Sign in again; of the desk's accounts admin and reader may make this call/).waitFor();
});

visit("operations are found by keys", {desk: "foreign", path: "/?as=reader"}, async page => {
  await caller(page, /^reader/);
  await page.keyboard.press("/");
  await page.keyboard.type("get /t10");
  await until("those of ten tables are left", () => region(page).getByRole("listbox").getByRole("option").count(), count => count === 20);
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  const heading = region(page).getByRole("region", {name: "Request"}).getByRole("heading", {level: 2});
  await until("the second one is chosen", () => heading.textContent(), text => text.includes("/t100/{id}"));
  await page.keyboard.press("End");
  await page.keyboard.press("Enter");
  await until("the last one is chosen", () => heading.textContent(), text => text.includes("/t109/{id}"));
});

const run = promisify(execFile);

// There is a Python that has requests.
const hasRequests = await run("python3", ["-c", "import requests"]).then(() => true, () => false);

// runs are how a snippet of each language is run.
const runs = {
  curl: text => run("bash", ["-c", text]),
  fetch: text => run(process.execPath, ["--input-type=module", "-e", text]),
  Python: text => run("python3", ["-c", text]),
  Go: async text => {
    const folder = await mkdtemp(join(tmpdir(), "portcullis-snippet-"));
    try {
      await writeFile(join(folder, "main.go"), text);
      return await run("go", ["run", join(folder, "main.go")], {cwd: folder, env: {...process.env, GOFLAGS: "", GOWORK: "off"}});
    } finally {
      await rm(folder, {recursive: true});
    }
  },
};

visit("a call as code does what the page did", {path: "/?as=admin"}, async page => {
  await caller(page, /^admin/);
  await chooseOperation(page, "PUT /users/{id}");
  await chooseMode(page, "http-lambda");
  await field(page, "id (path)").fill("it's \"odd\" $HOME `x` & <b>/é");
  await region(page).getByRole("textbox", {name: "Body"}).fill('{"name": "it\'s \\"odd\\" $HOME `x` \\\\ ${y} %d é"}');
  await send(page);
  const status = (await (await answered(page, /^\d{3}/)).locator(".status").textContent()).slice(0, 3);
  await region(page).getByText("Copy as code").click();
  const shown = region(page).getByRole("region", {name: "The call as code"});
  for (const [language, start] of Object.entries(runs)) {
    await region(page).getByRole("tab", {name: language, exact: true}).click();
    const box = region(page).getByRole("checkbox", {name: "with the credential"});
    await box.uncheck();
    await until("the variable", () => shown.textContent(), text => text.includes("TOKEN"));
    assert.doesNotMatch(await shown.textContent(), /eyJ/, language);
    await box.check();
    await until("the token", () => shown.textContent(), text => text.includes("eyJ"));
    await region(page).getByRole("button", {name: "Copy the call as code"}).click();
    const text = await until("it is copied", () => page.evaluate(() => navigator.clipboard.readText()), copied => copied.includes("eyJ") && (language === "curl") === copied.startsWith("curl"));
    if (language === "Python" && !hasRequests) continue;
    const {stdout} = await start(text);
    assert.match(stdout, language === "curl" ? new RegExp("^HTTP/1\\.1 " + status) : new RegExp("^" + status), language + "\n" + text);
  }
});

visit("signed calls as code", {}, async page => {
  await signer(page);
  await chooseOperation(page, "GET /users");
  await chooseMode(page, "rest-iam");
  await region(page).getByText("Copy as code").click();
  await region(page).getByRole("checkbox", {name: "with the credential"}).check();
  const shown = region(page).getByRole("region", {name: "The call as code"});
  const text = await until("the signature", () => shown.textContent(), code => code.includes("AWS4-HMAC-SHA256"));
  const {stdout} = await runs.curl(text);
  assert.match(stdout, /^HTTP\/1\.1 200/);
});
