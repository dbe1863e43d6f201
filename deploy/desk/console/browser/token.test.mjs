// What a credential is, claim by claim, and what came of it.
import assert from "node:assert/strict";
import {broken, tokenOf} from "./callers.mjs";
import {desks, until, visit} from "./page.mjs";

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
