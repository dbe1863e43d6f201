// Calls as they come, with why each ended as it did, and what the gateway keeps from one to the next.
import assert from "node:assert/strict";
import {call, tokenOf} from "./callers.mjs";
import {desks, until, visit} from "./page.mjs";

const region = page => page.getByRole("region", {name: "Live", exact: true});
const calls = page => region(page).getByRole("list", {name: "Calls, the newest first"}).locator(":scope > li:visible");

// newest waits until the newest call is one with these texts, and gives it.
async function newest(page, ...texts) {
  let item = calls(page).first();
  await until(texts.join(" "), async () => await calls(page).count() ? item.locator("summary").first().textContent() : "", said => texts.every(text => said.includes(text)));
  return item;
}

visit("each refusal in a sentence, with what would change it", {path: "/#/live"}, async page => {
  const member = await tokenOf(desks.ours, "member"), admin = await tokenOf(desks.ours, "admin");
  for (const [address, request, status, why, change] of [
    ["/rest-token/users", {}, "401 Unauthorized", /Authorization/, /sign in|token/i],
    ["/rest-token/users", {token: "a.b.c"}, "401 Unauthorized", /token/i, /sign in|token/i],
    ["/rest-token/users", {token: member}, "403 Forbidden", /users\/read|polic|rule/i, /users\/read/],
    ["/http-lambda/users", {token: member}, "403 Forbidden", /users\/read|polic|rule/i, /users\/read/],
    ["/http-jwt/users", {token: admin}, "403 Forbidden", /scope/i, /scope/i],
    ["/rest-api-key/users", {}, "403 Forbidden", /key/i, /key/i],
    ["/rest-iam/users", {}, "403 Forbidden", /sign/i, /sign/i],
    ["/rest-token/users", {method: "POST", body: "{}", token: admin}, "400 Bad Request", /name|body|schema/i, /name|body/i],
    ["/http-lambda/nowhere", {token: admin}, "404 Not Found", /route|serves/i, /path|route|operation/i],
  ]) {
    assert.equal(await call(desks.ours + address, request), Number(status.slice(0, 3)), address);
    const item = await newest(page, status, address.split("/")[1]);
    await until(address + " " + status, () => item.locator(".why").first().textContent(), text => why.test(text)); // the one before may be like it
    await item.locator("summary").first().click();
    await item.getByText("What would change it:").waitFor();
    assert.match(await item.locator("p", {hasText: "What would change it:"}).textContent(), change, address + " " + status);
    assert.equal(await item.locator(".steps").getByText("stopped here").count() > 0, true, address + " " + status + " says where it stopped");
    await item.locator("summary").first().click();
  }
  assert.equal(await call(desks.ours + "/rest-token/users", {token: admin}), 200);
  const item = await newest(page, "200 OK", "rest-token");
  await item.locator("summary").first().click();
  const steps = await item.locator(".steps > li").allTextContents();
  for (const name of ["Route", "Policy cache", "Authorizer", "Policy", "Function", "Answer"]) assert.ok(steps.some(step => step.startsWith(name)), name + " in " + steps);
});

visit("too many", {desk: "narrow", path: "/#/live"}, async page => {
  const key = "narrow-demo-key-not-secret";
  while (await call(desks.narrow + "/narrow/users", {key}) !== 429);
  const item = await newest(page, "429 Too Many Requests");
  assert.match(await item.locator(".why").textContent(), /times a second/);
  await item.locator("summary").first().click();
  assert.match(await item.locator("p", {hasText: "What would change it:"}).textContent(), /wait|later|rate|throttle|seldom|slower/i);
});

visit("a function that fails", {desk: "odd", path: "/#/live"}, async page => {
  assert.equal(await call(desks.odd + "/rest-token/broken"), 502);
  const failed = await newest(page, "502 Bad Gateway");
  assert.match(await failed.locator(".why").textContent(), /function|odd/i);
});

visit("who cannot be told of, and a function that takes too long", {desk: "failing", path: "/#/live"}, async page => {
  const part = value => Buffer.from(typeof value === "string" ? value : JSON.stringify(value)).toString("base64url");
  const token = [part({alg: "RS256", kid: "1"}), part({iss: "http://127.0.0.1:1/issuer", sub: "ann", aud: "api", exp: 4102444800}), part("no signature")].join(".");
  assert.equal(await call(desks.failing + "/hasty/things/1", {token}), 500);
  const failed = await newest(page, "500 Internal Server Error");
  assert.match(await failed.locator(".why").textContent(), /keys-unavailable: it cannot have the keys of the token's issuer/);
  await failed.locator("summary").first().click();
  assert.match(await failed.locator("p", {hasText: "What would change it:"}).textContent(), /jwksUri can be fetched/);
  await failed.locator("summary").first().click();
  assert.equal(await call(desks.failing + "/hasty/slow"), 504);
  const late = await newest(page, "504 Gateway Timeout");
  assert.match(await late.locator(".why").textContent(), /took too long/);
  await late.locator("summary").first().click();
  assert.match(await late.locator("p", {hasText: "What would change it:"}).textContent(), /integrationTimeoutInMillis in .*hasty\.yaml \(50 now\)/);
  await region(page).getByLabel("Status").selectOption("5");
  assert.equal(await calls(page).count(), 2);
});

visit("pause, filters, a link to one call, and what came before", {path: "/#/live"}, async page => {
  await call(desks.ours + "/rest-token/users");
  await newest(page, "401", "rest-token");
  await region(page).getByRole("button", {name: "Pause"}).click();
  const before = await calls(page).count();
  await call(desks.ours + "/http-lambda/users");
  await region(page).getByText("Paused: more have come.").waitFor();
  assert.equal(await calls(page).count(), before);
  await region(page).getByRole("button", {name: "Pause"}).click();
  await newest(page, "401", "http-lambda");
  await region(page).getByLabel("Mode", {exact: true}).selectOption("rest-token");
  await newest(page, "rest-token");
  assert.ok((await calls(page).locator("summary").allTextContents()).every(text => text.includes("rest-token")));
  await region(page).getByLabel("Mode", {exact: true}).selectOption("");
  await region(page).getByLabel("Status").selectOption("5");
  await until("no call with 5xx", () => calls(page).count(), count => count === 0);
  await region(page).getByLabel("Status").selectOption("");
  await region(page).getByLabel("Find").fill("/http-lambda no such words");
  await until("no call with these words", () => calls(page).count(), count => count === 0);
  await region(page).getByLabel("Find").fill("");
  const item = calls(page).first();
  await item.locator("summary").first().click();
  const id = await item.locator("p", {hasText: /^Request /}).locator("code").textContent();
  await page.goto(desks.ours + "/?again#/live?id=" + id);
  await until("the call of the address is open", () => page.locator("details[open]").filter({hasText: id}).count(), count => count === 1);
  await region(page).getByRole("button", {name: "Clear"}).click();
  await region(page).getByText("No calls yet").waitFor();
});

visit("the policy cache: an entry, its time, and flush", {path: "/?as=reader#/live"}, async page => {
  const keeps = region(page).getByRole("complementary", {name: "What the gateway keeps"});
  const admin = await tokenOf(desks.ours, "admin");
  await call(desks.ours + "/rest-token/users", {token: admin});
  await newest(page, "200 OK");
  await call(desks.ours + "/rest-token/users", {token: admin});
  await newest(page, "200 OK", "cached");
  await until("an entry with its time", () => keeps.textContent(), text => /a0000000-0000-4000-8000-000000000001.* left/.test(text));
  assert.ok(!(await keeps.textContent()).includes(admin.slice(-20)), "the credential is not shown");
  await keeps.getByRole("button", {name: "Flush the policy cache of rest-token"}).click();
  await until("it is flushed", () => page.locator("#status").textContent(), text => /^Flushed [1-9]\d* entr(y|ies) of rest-token/.test(text));
  await until("no entry is left", () => keeps.textContent(), text => !text.includes("a0000000-0000-4000-8000-000000000001"));
  await call(desks.ours + "/rest-token/users", {token: admin});
  await until("the authorizer is asked again", () => calls(page).first().locator("summary").first().textContent(), text => text.includes("200 OK") && !text.includes("cached"));
  await call(desks.ours + "/rest-api-key/users", {key: "local-demo-key-not-secret"});
  await until("the key's calls are counted", () => keeps.textContent(), text => /demo: [1-9]\d* of 100000 used/.test(text));
});
