// Who may call what: the matrix, what a cell says of itself, and the policy.
import assert from "node:assert/strict";
import {until, visit} from "./page.mjs";

const region = page => page.getByRole("region", {name: "Who may call what", exact: true});
const matrix = page => region(page).getByRole("grid", {name: "Who may call what"});
const explanation = page => page.getByRole("complementary", {name: "Explanation"});

// cellOf is the cell of an operation in the column with a name.
async function cellOf(page, operation, column) {
  const names = await matrix(page).getByRole("columnheader").allTextContents();
  const index = names.findIndex(name => name.includes(column));
  assert.ok(index > 0, column + " in " + names);
  return matrix(page).getByRole("row").filter({has: page.getByRole("rowheader", {name: operation})}).locator("td").nth(index - 1).getByRole("button");
}

const choose = (page, mode) => region(page).getByLabel("Mode", {exact: true}).selectOption(mode);

visit("nobody may call what is public, and each cell says why", {path: "/#/access"}, async page => {
  await matrix(page).waitFor();
  await choose(page, "rest-token");
  const cell = await cellOf(page, "POST /tokens signIn", "the caller");
  assert.match(await cell.textContent(), /public/);
  assert.match(await (await cellOf(page, "GET /users listUsers", "the caller")).textContent(), /no/);
  assert.match(await (await cellOf(page, "GET /users listUsers", "readers")).textContent(), /yes/);
  await (await cellOf(page, "POST /users createUser", "readers")).click();
  await explanation(page).getByText("the scope users/write is missing").first().waitFor();
  await explanation(page).getByText(/^Denied/).first().waitFor();
  await region(page).getByText(/No statement decides the explained call|The statement that decides the explained call is marked/).waitFor();
});

visit("the caller's column is lit, and says what an owner may", {path: "/?as=member#/access"}, async page => {
  await matrix(page).getByRole("columnheader", {name: "the caller"}).waitFor();
  await choose(page, "rest-token");
  const own = await cellOf(page, "GET /users/{id} getUser", "the caller");
  await until("the member may get itself", () => own.textContent(), text => text.includes("own {id}"));
  await own.click();
  await explanation(page).getByText(/^Allowed/).first().waitFor();
  assert.match(await explanation(page).getByLabel("Path, as it is sent").inputValue(), /^\/users\/a0000000-0000-4000-8000-000000000003$/);
  await region(page).getByText("The statement that decides the explained call is marked").waitFor();
  assert.match(await region(page).locator("mark").textContent(), /"Effect": "Allow"/);
  const [size] = (await region(page).getByRole("meter", {name: "Size of the policy"}).getAttribute("aria-label")).match(/\d[\d.]* (bytes|KB) of \d+/);
  assert.ok(size);
  await explanation(page).getByLabel("Path, as it is sent").fill("/users/another");
  await explanation(page).getByRole("button", {name: "Explain"}).click();
  await explanation(page).getByText(/^Denied/).first().waitFor();
  await explanation(page).getByText("{id} is not the caller's own id").first().waitFor();
  await explanation(page).getByRole("link", {name: "Call it"}).click();
  await page.getByRole("region", {name: "Call", exact: true}).getByRole("heading", {name: "GET /users/{id}"}).waitFor();
});

visit("each mode says what it decides by", {path: "/?as=admin#/access"}, async page => {
  await matrix(page).getByRole("columnheader", {name: "the caller"}).waitFor();
  const modes = await region(page).getByLabel("Mode", {exact: true}).locator("option").allTextContents();
  assert.deepEqual(modes.sort(), ["http-iam", "http-jwt", "http-lambda", "rest-api-key", "rest-cognito", "rest-iam", "rest-request", "rest-token", "websocket"]);
  const policy = page.getByRole("region", {name: "The compiled policy of"});
  for (const [mode, want] of [["rest-iam", /checks the signature/], ["rest-api-key", /looks the API key up/], ["http-jwt", /verifies the token, and compares its scopes/],
    ["rest-cognito", /verifies the token, and compares its scopes/], ["rest-token", /"Version": "2012-10-17"/], ["rest-request", /"Version": "2012-10-17"/],
    ["http-lambda", /"Version": "2012-10-17"/], ["http-iam", /checks the signature/], ["websocket", /"Version": "2012-10-17"/]]) {
    await choose(page, mode);
    await until(mode, () => policy.textContent(), text => want.test(text));
  }
  await matrix(page).getByRole("rowheader", {name: "$connect"}).waitFor();
  assert.match(await (await cellOf(page, "subscribe", "the caller")).textContent(), /yes/);
});

visit("keys lead through the matrix", {path: "/?as=reader#/access"}, async page => {
  await matrix(page).getByRole("columnheader", {name: "the caller"}).waitFor();
  const first = matrix(page).locator("tbody tr").first();
  assert.equal(await matrix(page).locator("button[tabindex='0']").count(), 1, "one cell is in the order of tabs");
  await matrix(page).locator("button[tabindex='0']").focus();
  const at = () => page.evaluate(() => { const cell = document.activeElement.closest("td"); return [cell.parentElement.rowIndex, cell.cellIndex]; });
  await page.keyboard.press("Control+Home");
  assert.deepEqual(await at(), [1, 1]);
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowRight");
  assert.deepEqual(await at(), [2, 2]);
  await page.keyboard.press("Control+End");
  const [rows, columns] = [await matrix(page).locator("tbody tr").count(), await first.locator("td").count()];
  assert.deepEqual(await at(), [rows, columns]);
  await page.keyboard.press("Control+Home");
  await page.keyboard.press("Enter");
  await until("the first operation is explained", () => explanation(page).getByRole("heading", {level: 2}).textContent(), text => text.startsWith("GET /users"));
  await region(page).getByLabel("Find an operation").fill("delete users");
  await region(page).getByText("1 of " + rows + " operations").waitFor();
  await region(page).getByLabel("Find an operation").fill("");
  await region(page).getByLabel("Show").selectOption("closed");
  await until("what a reader may not", () => matrix(page).getByRole("rowheader").allTextContents(), names => names.length > 0 && names.every(name => !name.startsWith("GET")));
});

visit("hundreds of operations", {desk: "foreign", path: "/?as=reader#/access"}, async page => {
  await matrix(page).getByRole("columnheader", {name: "the caller"}).waitFor();
  await region(page).getByText("330 operations", {exact: true}).waitFor();
  assert.equal(await matrix(page).locator("tbody tr").count(), 330);
  await region(page).getByLabel("Find an operation").fill("t042");
  await region(page).getByText("3 of 330 operations").waitFor();
  await (await cellOf(page, "POST /t042 insert_t042", "the caller")).click();
  await explanation(page).getByText("the scope t042/write is missing").waitFor();
  await (await cellOf(page, "POST /t042 insert_t042", "admins")).click();
  await explanation(page).getByText(/^Allowed/).first().waitFor();
});

visit("on a phone the explanation is a dialog that gives the focus back", {path: "/?as=reader#/access", viewport: {width: 390, height: 800}}, async page => {
  await matrix(page).getByRole("columnheader", {name: "the caller"}).waitFor();
  const cell = await cellOf(page, "POST /users createUser", "the caller");
  await cell.click();
  const dialog = page.getByRole("dialog");
  await dialog.getByText("the scope users/write is missing").first().waitFor();
  await page.keyboard.press("Escape");
  await dialog.waitFor({state: "hidden"});
  assert.ok(await cell.evaluate(element => element === document.activeElement));
});
