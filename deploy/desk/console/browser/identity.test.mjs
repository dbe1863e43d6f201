// Who calls: each way to an identity, what a sign-in may ask for, and the life of tokens.
import assert from "node:assert/strict";
import {tokenOf} from "./callers.mjs";
import {desks, until, visit} from "./page.mjs";
import {answered, caller, chooseMode, chooseOperation, openIdentity, send, take} from "./steps.mjs";

const users = async (page, status) => {
  await chooseMode(page, "rest-token");
  await chooseOperation(page, "GET /users");
  await send(page);
  await answered(page, status);
};

visit("an account by the address of the page", {path: "/?as=admin"}, async page => {
  await caller(page, /^admin/);
  await users(page, /^200/);
});

visit("nobody by the address, and somebody who is not known", {path: "/?as=nobody"}, async page => {
  await caller(page, /^Nobody/);
  await users(page, /^401/);
  await page.goto(desks.ours + "/?as=stranger");
  const dialog = page.getByRole("dialog");
  assert.equal(await dialog.getByLabel("Username").inputValue(), "stranger");
  await dialog.getByLabel("Password").fill("Passw0rd!");
  await dialog.getByRole("button", {name: "Sign in", exact: true}).click();
  await dialog.getByRole("alert").getByText("Invalid credentials").waitFor();
});

visit("a wrong password, then the right one, by picking an account", {}, async page => {
  await caller(page, /^Nobody/);
  const dialog = await openIdentity(page);
  await dialog.getByLabel("Account").selectOption("reader");
  assert.equal(await dialog.getByLabel("Username").inputValue(), "reader");
  assert.equal(await dialog.getByLabel("Password").inputValue(), "Passw0rd!");
  await dialog.getByLabel("Password").fill("guessed");
  await dialog.getByRole("button", {name: "Sign in", exact: true}).click();
  await dialog.getByRole("alert").getByText("Invalid credentials").waitFor();
  await caller(page, /^Nobody/);
  await dialog.getByLabel("Password").fill("Passw0rd!");
  await dialog.getByRole("button", {name: "Sign in", exact: true}).click();
  await dialog.waitFor({state: "hidden"});
  await caller(page, /^reader/);
  assert.ok(await page.locator("#identity").evaluate(element => element === document.activeElement), "the focus is where the dialog was opened");
});

visit("who has to choose a new password", {path: "/?as=newcomer"}, async page => {
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("heading", {name: "A new password, for newcomer"}).waitFor();
  await dialog.getByLabel("New password").fill("short");
  await dialog.getByRole("button", {name: "Go on"}).click();
  await dialog.getByRole("alert").getByText(/password/i).waitFor();
  await dialog.getByLabel("New password").fill("Passw0rd!2");
  await dialog.getByRole("button", {name: "Go on"}).click();
  await dialog.waitFor({state: "hidden"});
  await caller(page, /^newcomer/);
  await users(page, /^403/);
});

visit("who has an authenticator app", {path: "/?as=mfa"}, async page => {
  const dialog = page.getByRole("dialog");
  const code = dialog.getByLabel("Code of the authenticator app");
  await code.fill("000000");
  await dialog.getByRole("button", {name: "Go on"}).click();
  await dialog.getByRole("alert").getByText(/not the code|Invalid|code/i).first().waitFor();
  await dialog.getByRole("button", {name: "Fill in the current code"}).click();
  assert.match(await code.inputValue(), /^\d{6}$/);
  await dialog.getByRole("button", {name: "Go on"}).click();
  await dialog.waitFor({state: "hidden"});
  await caller(page, /^mfa/);
});

visit("tokens are renewed, and end everywhere", {path: "/?as=reader"}, async page => {
  await caller(page, /^reader/);
  await users(page, /^200/);
  let dialog = await openIdentity(page);
  await dialog.getByRole("button", {name: "Refresh reader"}).click();
  await page.getByText("New tokens for reader.").waitFor({state: "attached"});
  await dialog.getByText("Secrets and signing out").click();
  await dialog.getByRole("button", {name: "Sign out everywhere: reader"}).click();
  await page.getByText(/^Signed out everywhere/).waitFor({state: "attached"});
  await dialog.getByRole("button", {name: "Refresh reader"}).click();
  await until("the refresh token is of no use", () => page.locator("#status").textContent(), text => /Refused|Not done/.test(text));
  await dialog.getByRole("button", {name: "Remove reader"}).click();
  await dialog.getByRole("button", {name: "Close"}).click();
  await caller(page, /^Nobody/);
});

visit("several at once, switched quickly, their secrets on demand", {path: "/?as=admin"}, async page => {
  await caller(page, /^admin/);
  await take(page, "Sign in", async dialog => {
    await dialog.getByLabel("Account").selectOption("member");
    await dialog.getByRole("button", {name: "Sign in", exact: true}).click();
  });
  await caller(page, /^member/);
  await users(page, /^403/);
  const dialog = await openIdentity(page);
  assert.doesNotMatch(await dialog.textContent(), /eyJ/);
  const admin = dialog.getByRole("listitem").filter({has: page.getByRole("button", {name: "Remove admin"})});
  await admin.getByText("Secrets and signing out").click();
  await dialog.getByRole("button", {name: "Show access token of admin"}).click();
  await until("the token is shown", () => admin.textContent(), text => /eyJ[\w-]+\.[\w-]+\./.test(text));
  await admin.getByRole("button", {name: /^admin/}).click();
  await page.keyboard.press("Escape");
  await caller(page, /^admin/);
  await users(page, /^200/);
});

visit("a token, a key or garbage that is pasted", {}, async page => {
  const paste = (text, name) => take(page, "Paste", async dialog => {
    await dialog.getByLabel("Token or API key").fill(text);
    await dialog.getByLabel("Name, for you").fill(name);
    await dialog.getByRole("button", {name: "Use it"}).click();
  });
  await paste("Bearer " + await tokenOf(desks.ours, "reader"), "mine");
  await caller(page, /^mine.*left/);
  await users(page, /^200/);
  await paste("garbage", "nonsense");
  await caller(page, /^nonsense/);
  await users(page, /^401/);
});

visit("where the API has no tokens of its own, the issuer is asked", {desk: "foreign", path: "/?as=reader"}, async page => {
  await caller(page, /^reader/);
  await page.goto(desks.foreign + "/?as=newcomer");
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("New password").fill("Passw0rd!2");
  await dialog.getByRole("button", {name: "Go on"}).click();
  await caller(page, /^newcomer/);
  const again = await openIdentity(page);
  await again.getByRole("tab", {name: "Sign in"}).click();
  await again.getByLabel("Account").selectOption("");
  await again.getByLabel("Username").fill("stranger");
  await again.getByLabel("Password").fill("Passw0rd!");
  await again.getByRole("button", {name: "Sign in", exact: true}).click();
  await again.getByRole("alert").getByText(/Incorrect username or password|not exist/).waitFor();
});

visit("by a proof of the password, with a wrong one and the right one", {}, async page => {
  const dialog = await openIdentity(page), sent = [];
  page.on("request", request => sent.push(request.postData() || ""));
  await dialog.getByLabel("Account").selectOption("reader");
  assert.ok(await dialog.locator('option[value="USER_SRP_AUTH"]').isDisabled(), "the API is not offered what it has not");
  await dialog.getByLabel("Through").selectOption("Cognito's protocol");
  await dialog.getByLabel("How to sign in").selectOption("USER_SRP_AUTH");
  await dialog.getByLabel("Password").fill("guessed");
  await dialog.getByRole("button", {name: "Sign in", exact: true}).click();
  await dialog.getByRole("alert").getByText(/Incorrect username or password/).waitFor();
  await dialog.getByLabel("Password").fill("Passw0rd!");
  await dialog.getByRole("button", {name: "Sign in", exact: true}).click();
  await dialog.waitFor({state: "hidden"});
  await caller(page, /^reader/);
  assert.ok(sent.some(body => body.includes("PASSWORD_CLAIM_SIGNATURE")) && !sent.some(body => /Passw0rd!|guessed/.test(body)), "the password is not sent");
});

visit("over https", {desk: "secure", path: "/?as=admin", ignoreHTTPSErrors: true}, async page => {
  await caller(page, /^admin/);
  await users(page, /^200/);
});
