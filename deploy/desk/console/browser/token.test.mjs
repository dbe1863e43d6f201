// What a credential is, claim by claim, and what came of it.
import assert from "node:assert/strict";
import {broken, tokenOf} from "./callers.mjs";
import {desks, until, visit} from "./page.mjs";
import {answered, chooseMode, chooseOperation, send, show, take} from "./steps.mjs";

const region = page => page.getByRole("region", {name: "Token", exact: true});

// row is what a table says of a member.
async function row(page, table, name) {
  const found = region(page).getByRole("table", {name: table, exact: true}).getByRole("row").filter({has: page.getByRole("rowheader", {name, exact: true})});
  return (await found.locator("td").allTextContents()).join(" | ");
}

async function look(page, token) {
  await region(page).getByLabel("A token to look at").fill(token);
  await region(page).getByRole("button", {name: "Look at it"}).click();
  await region(page).getByRole("heading", {name: "The token that was pasted"}).waitFor();
}

visit("a good token: what each claim did", {path: "/?as=admin#/token"}, async page => {
  await region(page).getByText("Verified", {exact: true}).waitFor();
  await region(page).getByRole("heading", {name: "What admin brings"}).waitFor();
  assert.match(await row(page, "Claims", "iss"), /issuer/);
  assert.match(await row(page, "Claims", "sub"), /a0000000-0000-4000-8000-000000000001.*subject/);
  assert.match(await row(page, "Claims", "cognito:groups"), /admins.*groups/);
  assert.match(await row(page, "Claims", "exp"), /20\d\d.*time/);
  assert.match(await row(page, "Header", "kid"), /\|/);
  assert.match(await row(page, "Header", "alg"), /RS256/);
  assert.match(await row(page, "Scopes", "users/write"), /admins/);
  assert.match(await row(page, "Groups", "admins"), /users\/read/);
  assert.match(await row(page, "The context of the authorizer", "sub"), /a0000000-0000-4000-8000-000000000001/);
  await region(page).getByText(/^Time: /).getByText(/ left$/).waitFor();
});

visit("an API key: whose it is, what it may, and by whom it is counted", {path: "/#/token"}, async page => {
  await take(page, "API key", async dialog => {
    await dialog.getByLabel("Owner").fill("billing");
    await dialog.getByRole("checkbox", {name: "users/read", exact: true}).check();
    await dialog.getByRole("button", {name: "Make a key"}).click();
  });
  await region(page).getByRole("heading", {name: "What Key of billing brings"}).waitFor();
  await region(page).getByText("Verified", {exact: true}).waitFor();
  await region(page).getByText(/The key is good; an authorizer/).waitFor();
  assert.match(await row(page, "Scopes", "users/read"), /the key/);
  assert.match(await row(page, "The context of the authorizer", "sub"), /billing/);
  assert.match(await row(page, "The context of the authorizer", "scheme"), /apiKey/);
  assert.match(await row(page, "The context of the authorizer", "keyId"), /\w{16}/);
  await region(page).getByText("Usage plan's key", {exact: true}).waitFor();
  assert.equal(await region(page).getByRole("table", {name: "Claims"}).count(), 0, "a key has no claims");
  assert.doesNotMatch(await region(page).textContent(), /pk_\w+_\w+/);
  await region(page).getByRole("button", {name: "Show the key"}).click();
  const key = await region(page).locator("code.secret").textContent();
  assert.match(key, /^pk_\w{16}_\w{49}$/);
  await take(page, "Paste", async dialog => {
    await dialog.getByLabel("Token or API key").fill(key.slice(0, -1) + (key.endsWith("0") ? "1" : "0"));
    await dialog.getByRole("button", {name: "Use it"}).click();
  });
  await region(page).getByText("api-key-mistyped", {exact: true}).waitFor();
});

visit("a token and a key with one call: each has its own scopes", {path: "/?as=reader#/token"}, async page => {
  await region(page).getByText("Verified", {exact: true}).waitFor();
  await take(page, "API key", async dialog => {
    await dialog.getByLabel("Owner").fill("billing");
    await dialog.getByRole("checkbox", {name: "users/write", exact: true}).check();
    await dialog.getByRole("checkbox", {name: "With the token of reader, in one call"}).check();
    await dialog.getByRole("button", {name: "Make a key"}).click();
  });
  await region(page).getByRole("heading", {name: "What reader and a key brings"}).waitFor();
  await region(page).getByText(/The token and the key are good; each has its own scopes/).waitFor();
  assert.match(await row(page, "Scopes", "users/write"), /^users\/write \| the key|^the key/);
  assert.match(await row(page, "Scopes", "users/read"), /group readers/);
  assert.match(await row(page, "Claims", "sub"), /a0000000-0000-4000-8000-000000000002/);
  assert.match(await row(page, "The context of the authorizer", "scheme"), /apiKey bearer/);
  assert.deepEqual(await region(page).getByRole("button", {name: /^Show the (token|key)$/}).count(), 2);
  await show(page, "Who may call what");
  const access = page.getByRole("region", {name: "Who may call what", exact: true});
  await access.getByLabel("Mode", {exact: true}).selectOption("rest-request");
  const cell = access.getByRole("row").filter({has: page.getByRole("rowheader", {name: "POST /users createUser"})}).locator("td.mine button");
  await until("the key lets it write", () => cell.textContent(), text => text.includes("yes"));
  await access.getByLabel("Mode", {exact: true}).selectOption("rest-token");
  await until("the token alone does not", () => cell.textContent(), text => text.includes("no"));
  await show(page, "Call");
  await chooseMode(page, "rest-request");
  await chooseOperation(page, "POST /users");
  await send(page);
  await answered(page, /^201/);
});

visit("who signs: the policy of the mode's file", {path: "/#/token"}, async page => {
  await take(page, "IAM", async dialog => {
    await dialog.getByLabel("Caller").selectOption({index: 0});
    await dialog.getByRole("button", {name: "Sign as this one"}).click();
  });
  await region(page).getByText("Verified", {exact: true}).waitFor();
  const policy = region(page).locator("section.card").filter({has: page.getByRole("heading", {name: "The IAM policy of who signs"})});
  assert.match(await policy.textContent(), /"execute-api:/);
  await region(page).getByText(/^arn:aws:iam::123456789012:/).first().waitFor();
  await region(page).getByText(/^nothing: the issuer's ids own nothing here/).waitFor();
  assert.equal(await region(page).locator("code.secret").count(), 0, "the desk keeps the secret key to itself");
});

visit("a secret is shown on demand, and can be copied without that", {path: "/?as=reader#/token"}, async page => {
  await region(page).getByText("Verified", {exact: true}).waitFor();
  const token = region(page).locator("code.secret");
  assert.doesNotMatch(await region(page).textContent(), /eyJ[\w-]+\.[\w-]+\./);
  await region(page).getByRole("button", {name: "Copy the token"}).click();
  await until("it is copied", () => page.locator("#status").textContent(), text => text === "Copied the token.");
  const copied = await page.evaluate(() => navigator.clipboard.readText());
  assert.match(copied, /^eyJ[\w-]+\.[\w-]+\.[\w-]+$/);
  await region(page).getByRole("button", {name: "Show the token"}).click();
  assert.equal(await token.textContent(), copied);
  await region(page).getByRole("button", {name: "Hide the token"}).click();
  assert.doesNotMatch(await token.textContent(), /eyJ/);
});

visit("nobody, garbage, and tokens that are broken", {path: "/#/token"}, async page => {
  await region(page).getByText("No credential", {exact: true}).waitFor();
  const good = await tokenOf(desks.ours, "reader");
  for (const [token, verdict, code] of [
    ["not a token", "Unreadable", ""],
    [await broken(desks.ours, good, "exp-past"), "Refused", "token-expired"],
    [await broken(desks.ours, good, "alg-none-signed"), "Refused", ""],
    [good.slice(0, -6) + "AAAAAA", "Refused", ""],
    ["Bearer " + good, "Verified", ""],
  ]) {
    await look(page, token);
    await until(verdict + " of " + token.slice(0, 12), () => region(page).locator(".said").first().textContent(), text => text.startsWith(verdict) && text.includes(code));
  }
  const [head, claims, signature] = good.split(".");
  const other = {...JSON.parse(Buffer.from(claims, "base64url")), iss: "https://issuer.example"};
  await look(page, [head, Buffer.from(JSON.stringify(other)).toString("base64url"), signature].join("."));
  await until("another issuer's", () => region(page).locator(".said").first().textContent(), text => /^Refused.*issuer/.test(text));
  assert.match(await row(page, "Claims", "iss"), /issuer\.example/, "what it says is shown all the same");
  await region(page).getByRole("button", {name: "Back to the caller's"}).click();
  await region(page).getByText("No credential", {exact: true}).waitFor();
});
