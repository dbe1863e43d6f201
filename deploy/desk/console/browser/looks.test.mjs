// How the views look, with something in them: for those who read by ear, in little room, with large letters, or in other colours.
import assert from "node:assert/strict";
import {call, tokenOf} from "./callers.mjs";
import {desks, until, visit, wantAccessible, wantNoSideways} from "./page.mjs";
import {answered, openIdentity, send, show} from "./steps.mjs";

const views = ["Call", "Who may call what", "Token", "Live", "Workbench"];
const themes = ["light", "dark"];

// fill has each view show something: an answer, an explanation, a token, a refused call with its way, and a verdict.
async function fill(page, desk) {
  const member = await tokenOf(desk, "member");
  await show(page, "Call");
  await send(page);
  await answered(page, /^\d{3}/);
  await show(page, "Live");
  const all = page.getByRole("region", {name: "Live"}).getByRole("list", {name: /^Calls/}).locator(":scope > li").filter({hasText: "403"}), refused = all.first();
  const before = await all.count();
  await call(desk + "/rest-token/" + (desk === desks.ours ? "users" : "t000"), {token: member});
  await until("the call is listed", () => all.count(), count => count > before);
  await refused.locator("summary").first().click();
  await refused.getByText("What would change it:").waitFor();
  await show(page, "Who may call what");
  await page.getByRole("complementary", {name: "Explanation"}).getByText(/^(Allowed|Denied)/).first().waitFor({state: "attached"});
  await show(page, "Token");
  await page.getByRole("region", {name: "Token"}).getByText("Verified", {exact: true}).waitFor();
  await show(page, "Workbench");
  const once = page.getByRole("button", {name: "Try exp-past"});
  await until("a token can be tried", () => once.isEnabled());
  await once.click();
  await page.getByRole("row").filter({has: page.getByRole("rowheader", {name: "exp-past"})}).getByText("refused").waitFor();
}

for (const [desk, width] of [["ours", 1280], ["ours", 390], ["foreign", 390]]) {
  visit(desk + ", " + width + " px: axe finds nothing, and nothing is too wide", {desk, path: "/?as=admin", viewport: {width, height: 900}}, async page => {
    await fill(page, desks[desk]);
    for (const view of views) {
      await show(page, view);
      for (const theme of desk === "ours" ? themes : ["light"]) {
        await page.emulateMedia({colorScheme: theme});
        await wantAccessible(page, view + ", " + theme + ", " + width + " px");
      }
      await wantNoSideways(page, view + ", " + width + " px");
    }
    const dialog = await openIdentity(page);
    for (const theme of themes) {
      await page.emulateMedia({colorScheme: theme});
      await wantAccessible(page, "who calls, " + theme + ", " + width + " px");
    }
    await wantNoSideways(page, "who calls, " + width + " px");
    await page.keyboard.press("Escape");
    await dialog.waitFor({state: "hidden"});
    if (width > 600) return;
    await show(page, "Who may call what");
    await page.getByRole("grid").locator("button[tabindex='0']").click();
    await page.getByRole("dialog").getByText(/^(Allowed|Denied)/).first().waitFor();
    await wantAccessible(page, "an explanation on a phone");
  });
}

for (const username of ["newcomer", "mfa"]) {
  visit("what a sign-in asks " + username + " for: axe finds nothing", {path: "/?as=" + username, viewport: {width: 390, height: 900}}, async page => {
    await page.getByRole("dialog").getByRole("button", {name: "Go on"}).waitFor();
    for (const theme of themes) {
      await page.emulateMedia({colorScheme: theme});
      await wantAccessible(page, "the sign-in of " + username + ", " + theme);
    }
    await wantNoSideways(page, "the sign-in of " + username);
  });
}

visit("320 px, and letters of twice the size: nothing is too wide, or cut off", {path: "/?as=admin", viewport: {width: 320, height: 640}}, async page => {
  await fill(page, desks.ours);
  for (const view of views) {
    await show(page, view);
    await wantNoSideways(page, view + ", 320 px");
  }
  await page.setViewportSize({width: 1280, height: 900});
  await page.evaluate(() => { document.documentElement.style.fontSize = "200%"; });
  for (const view of views) {
    await show(page, view);
    await wantNoSideways(page, view + ", 200 %");
    const cut = await page.evaluate(() => [...document.querySelectorAll("main button, main label, main h2, main h3, main .chip")]
      .filter(element => element.offsetParent && (element.scrollWidth > element.clientWidth + 1 && element.clientWidth > 0 || element.scrollHeight > element.clientHeight + 3) && getComputedStyle(element).overflow !== "visible")
      .map(element => element.textContent.slice(0, 60)));
    assert.deepEqual(cut, [], view + ": cut off");
  }
});

visit("nothing moves for who wants nothing to move", {path: "/?as=admin", reducedMotion: "reduce"}, async page => {
  await page.getByRole("button", {name: /theme$/}).click();
  const moving = await page.evaluate(() => [...document.querySelectorAll("*")].filter(element => {
    const {transitionDuration, animationName} = getComputedStyle(element);
    return animationName !== "none" || transitionDuration.split(", ").some(duration => parseFloat(duration) > 0.01);
  }).map(element => element.tagName + "." + element.className));
  assert.deepEqual(moving, []);
});

visit("in forced colours what is chosen, and what has the focus, is seen", {path: "/?as=admin#/access", forcedColors: "active"}, async page => {
  await page.getByRole("grid").getByRole("columnheader", {name: "the caller"}).waitFor();
  const chosen = page.getByRole("navigation", {name: "Views"}).locator("[aria-current=page]");
  const look = locator => locator.evaluate(element => { const {color, borderColor, borderStyle, outlineStyle, textDecorationLine, fontWeight, backgroundColor} = getComputedStyle(element); return JSON.stringify([color, borderColor, borderStyle, outlineStyle, textDecorationLine, fontWeight, backgroundColor]); });
  assert.notEqual(await look(chosen), await look(page.getByRole("navigation", {name: "Views"}).getByRole("link", {name: "Live"})));
  await page.keyboard.press("Tab");
  assert.notEqual(await page.evaluate(() => getComputedStyle(document.activeElement).outlineStyle), "none");
  assert.equal(await page.locator(".chip:visible").first().evaluate(element => getComputedStyle(element).borderTopStyle), "solid");
});
