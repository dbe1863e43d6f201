// Whatever a contract, a token or an answer says, it is text.
import assert from "node:assert/strict";
import {desks, until, visit} from "./page.mjs";
import {answered, chooseMode, chooseOperation, send, show} from "./steps.mjs";

// wantText makes sure that no markup of others is on the page as such.
async function wantText(page, where) {
  assert.equal(await page.locator("#hostile").count(), 0, where);
  assert.equal(await page.locator("main script, main iframe, main svg, main [onerror], main [onload], main img:not([src^='/_console/web/'])").count(), 0, where);
}

visit("names of the contract", {desk: "odd", path: "/?as=admin"}, async page => {
  assert.match(await page.title(), /^<img id="hostile"/);
  await chooseOperation(page, "GET /things/{id}");
  await until("the summary is there as it is written", () => page.getByRole("region", {name: "Call", exact: true}).textContent(), text => text.includes('<img id="hostile" src="x" onerror="alert(3)">'));
  await wantText(page, "Call");
  await chooseOperation(page, "POST /things/{id}");
  await wantText(page, "Call, a body");
  for (const view of ["Who may call what", "Token", "Live", "Workbench"]) {
    await show(page, view);
    if (view === "Who may call what") {
      await page.getByRole("grid").getByRole("row").filter({hasText: "POST"}).getByRole("button").last().click();
      await page.getByText("the scope things/<b>write</b> is missing").first().waitFor();
    }
    await wantText(page, view);
  }
});

visit("an answer, and its headers", {desk: "odd"}, async page => {
  await chooseMode(page, "http-lambda");
  await chooseOperation(page, "GET /hostile");
  await send(page);
  await answered(page, /^200/);
  const region = page.getByRole("region", {name: "Call", exact: true});
  await until("the answer is there as it came", () => region.textContent(), text => text.includes("alert(9)</script>"));
  await wantText(page, "an answer");
});

visit("a token's claims", {desk: "odd", path: "/#/token"}, async page => {
  const markup = '<img id="hostile" src="x" onerror="alert(10)">';
  const part = value => Buffer.from(JSON.stringify(value)).toString("base64url");
  await page.getByLabel("A token to look at").fill([part({alg: "RS256", kid: markup, typ: markup}), part({iss: markup, sub: markup, [markup]: {[markup]: [markup]}, exp: 1}), "AAAA"].join("."));
  await page.getByRole("button", {name: "Look at it"}).click();
  await until("the claims are there as they are written", () => page.getByRole("region", {name: "Token", exact: true}).textContent(), text => text.split(markup).length > 3);
  await wantText(page, "a token");
});

visit("a path that is called, in the list of calls", {desk: "odd", path: "/#/live"}, async page => {
  await fetch(desks.odd + "/rest-token/things/%3Cimg%20id=hostile%20src=x%20onerror=alert(11)%3E?a=<b%20id=hostile>", {headers: {Authorization: "<b id=hostile>"}});
  const item = page.getByRole("list", {name: /^Calls/}).locator(":scope > li").first();
  await item.locator("summary").first().click();
  for (const more of await item.locator("details summary").all()) if (await more.isVisible()) await more.click();
  await wantText(page, "a call's way");
});
