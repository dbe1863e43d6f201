// One story from end to end by the keyboard alone: sign in, call, see why, flush.
import assert from "node:assert/strict";
import {until, visit} from "./page.mjs";
import {caller} from "./steps.mjs";

const mostStops = 200;

// tabTo presses Tab until an element has the focus. Each stop on the way has to be seen: it is marked, and not below the bar, over which the link past it is.
async function tabTo(page, locator, what) {
  for (let i = 0; i < mostStops; i++) {
    await page.keyboard.press("Tab");
    const hidden = await page.evaluate(() => {
      const {activeElement: stop} = document, bar = document.querySelector(".bar");
      if (stop === document.body || stop.matches("main, h1, h2, h4") || stop.closest("dialog") === stop) return "";
      const {top, bottom, width} = stop.getBoundingClientRect();
      const isMarked = getComputedStyle(stop).outlineStyle !== "none", isBelow = !bar.contains(stop) && !stop.matches(".skip") && !stop.closest("dialog") && bottom <= bar.getBoundingClientRect().bottom;
      return isMarked && !isBelow && width > 0 && top < innerHeight ? "" : stop.outerHTML.slice(0, 200);
    });
    assert.equal(hidden, "", "on the way to " + what + " the focus is not seen");
    if (await locator.count() && await locator.first().evaluate(element => element === document.activeElement)) return;
  }
  assert.fail(what + " is not reached: " + await page.evaluate(() => document.activeElement.outerHTML.slice(0, 200)));
}

visit("sign in, call, see why, flush", {}, async page => {
  const {keyboard} = page;
  await tabTo(page, page.locator("#identity"), "who calls");
  await keyboard.press("Enter");
  const dialog = page.getByRole("dialog", {name: "Who calls"});
  await dialog.waitFor();
  await tabTo(page, dialog.getByLabel("Account"), "the account");
  await keyboard.type("member");
  await until("the account is chosen", () => dialog.getByLabel("Username").inputValue(), name => name === "member");
  await tabTo(page, dialog.getByRole("button", {name: "Sign in", exact: true}), "signing in");
  await keyboard.press("Enter");
  await caller(page, /^member/);
  await dialog.waitFor({state: "hidden"});
  assert.ok(await page.locator("#identity").evaluate(element => element === document.activeElement), "the focus is where the dialog was opened");

  await keyboard.press("/");
  await keyboard.type("get users list");
  await keyboard.press("ArrowDown");
  await keyboard.press("Enter");
  await tabTo(page, page.getByRole("button", {name: "Send", exact: true}), "sending");
  await keyboard.press("Enter");
  const answer = page.getByRole("region", {name: "Answer", exact: true});
  await answer.getByText("403 Forbidden").waitFor();
  await until("it is told", () => page.getByRole("region", {name: "Request"}).getByRole("status").allTextContents(), texts => texts.some(text => text.startsWith("403 Forbidden")));
  const way = answer.getByRole("link", {name: "Its way through the gateway"});
  await tabTo(page, way, "the way through the gateway");
  await keyboard.press("Enter");
  const open = page.getByRole("region", {name: "Live", exact: true}).locator("details[open]").first();
  await open.getByText("What would change it:").waitFor();
  assert.ok(await open.locator("summary").first().evaluate(element => element === document.activeElement), "the call has the focus");

  const flush = page.getByRole("button", {name: "Flush the policy cache of rest-token"});
  await tabTo(page, flush, "flushing");
  await keyboard.press("Enter");
  await until("it is flushed", () => page.locator("#status").textContent(), text => /^Flushed \d+ entr/.test(text));
  await until("the focus stays", () => flush.evaluate(element => element === document.activeElement));

  await page.evaluate(() => document.getElementById("tab-access").focus());
  await keyboard.press("Enter");
  await tabTo(page, page.getByRole("grid").locator("button[tabindex='0']"), "the matrix");
  await keyboard.press("Control+Home");
  await keyboard.press("Enter");
  await page.getByRole("complementary", {name: "Explanation"}).getByText(/^Denied/).first().waitFor();
});
