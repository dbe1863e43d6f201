// Every way to break the caller's token, tried on the desk's own gateway.
import assert from "node:assert/strict";
import {until, visit} from "./page.mjs";
import {show} from "./steps.mjs";

const region = page => page.getByRole("region", {name: "Workbench", exact: true});
const rows = page => region(page).getByRole("region", {name: "Broken tokens"}).locator("tbody tr:visible");

visit("one, then all, and none is accepted", {path: "/?as=admin#/workbench"}, async page => {
  const all = region(page).getByRole("button", {name: /^Try all \d+$/});
  await until("it can be tried", () => all.isEnabled());
  const kinds = Number((await all.textContent()).match(/\d+/)[0]);
  assert.ok(kinds > 200, kinds + " kinds");
  await region(page).getByLabel("Find").fill("alg-none-title");
  await until("one kind is left", () => rows(page).count(), count => count === 1);
  await region(page).getByRole("button", {name: "Try alg-none-title"}).click();
  await until("its verdict", () => rows(page).first().textContent(), text => /refused.*401 Unauthorized/.test(text));
  await region(page).getByRole("status").getByText("1 kind: 1 refused, 0 accepted.").waitFor();
  await region(page).getByLabel("Find").fill("");
  await all.click();
  const summary = await until("the summary", () => region(page).getByRole("status").first().textContent(), text => text.startsWith(kinds + " kinds: "));
  assert.match(summary, / 0 accepted/);
  assert.ok(Number(summary.match(/(\d+) refused/)[1]) > kinds * .8, summary);
  assert.doesNotMatch(summary, /cannot be told/);
  assert.equal((await region(page).getByRole("alert").textContent()).trim(), "");
  await region(page).getByLabel("Verdict").selectOption("accepted");
  await until("no row is an accepted one", () => rows(page).count(), count => count === 0);
});

visit("a run can be cancelled, and other modes are tried", {path: "/?as=reader#/workbench"}, async page => {
  await region(page).getByLabel("Mode", {exact: true}).selectOption("http-lambda");
  const all = region(page).getByRole("button", {name: /^Try all \d+$/});
  await until("it can be tried", () => all.isEnabled());
  await all.click();
  const cancel = region(page).getByRole("button", {name: "Cancel"});
  await until("it is cancelled or done", async () => {
    if (await cancel.isVisible()) await cancel.click({timeout: 1000}).catch(() => {});
    return all.isEnabled();
  });
  const said = await region(page).getByRole("status").first().textContent();
  assert.match(said, / 0 accepted/);
});

visit("of a WebSocket API it is tried who may connect, and calls of clients stay", {path: "/?as=reader#/workbench"}, async page => {
  await region(page).getByLabel("Mode", {exact: true}).selectOption("websocket");
  assert.deepEqual(await region(page).getByLabel("Operation").locator("option").allTextContents(), ["$connect"]);
  assert.ok(await region(page).getByLabel("Path, as it is sent").isHidden());
  await until("it can be tried", () => region(page).getByRole("button", {name: "Try exp-past"}).isEnabled());
  await region(page).getByRole("button", {name: "Try exp-past"}).click();
  await until("its verdict", () => rows(page).filter({hasText: "exp-past"}).first().textContent(), text => /refused.*401 Unauthorized.*token-expired/.test(text));
  await show(page, "Live");
  const live = page.getByRole("region", {name: "Live", exact: true}), calls = live.getByRole("list", {name: /^Calls/}).locator(":scope > li:visible");
  await until("clients' calls alone", () => calls.allTextContents(), texts => texts.every(text => !text.includes("workbench")));
  await live.getByLabel("Calls of").selectOption("bench");
  await until("the workbench's", () => calls.allTextContents(), texts => texts.length >= 3 && texts.every(text => text.includes("workbench")) && texts.some(text => text.includes("CONNECT") && text.includes("401")));
});

visit("nobody is told what to do", {path: "/#/workbench"}, async page => {
  await region(page).getByText(/Sign in with a token first/).waitFor();
  assert.ok(await region(page).getByRole("button", {name: /^Try all \d+$/}).isDisabled());
});

visit("of another contract", {desk: "foreign", path: "/?as=reader#/workbench"}, async page => {
  await until("it can be tried", () => region(page).getByRole("button", {name: /^Try all \d+$/}).isEnabled());
  await region(page).getByLabel("Operation").selectOption("GET /t042");
  await region(page).getByRole("button", {name: "Try exp-past"}).click();
  await until("its verdict", () => rows(page).filter({hasText: "exp-past"}).first().textContent(), text => /refused.*401 Unauthorized.*token-expired/.test(text));
});
