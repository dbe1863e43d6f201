// What all views are in: the bar, the address, the theme, and what the desk says of the page.
import assert from "node:assert/strict";
import {test} from "node:test";
import {desks, newContext, visit} from "./page.mjs";

const views = ["Call", "Who may call what", "Token", "Live", "Workbench"];

test("nothing but the desk's own files may run, look or be asked", async () => {
  const answer = await fetch(desks.ours, {headers: {Accept: "text/html"}});
  const policy = answer.headers.get("Content-Security-Policy");
  for (const part of ["default-src 'none'", "script-src 'self'", "style-src 'self'", "connect-src 'self'", "form-action 'none'", "base-uri 'none'", "frame-ancestors 'none'"]) {
    assert.ok(policy.split("; ").includes(part), part + " in " + policy);
  }
  assert.doesNotMatch(policy, /unsafe|\*|https?:|data:|blob:/);
  assert.equal(answer.headers.get("Referrer-Policy"), "no-referrer");
  assert.equal(answer.headers.get("X-Content-Type-Options"), "nosniff");
  assert.equal(answer.headers.get("Cache-Control"), "no-store");
});

test("other origins are told nothing", async () => {
  for (const site of ["cross-site", "same-site"]) {
    const answer = await fetch(desks.ours + "/_console/desk", {headers: {"Sec-Fetch-Site": site}});
    assert.equal(answer.status, 403, site);
  }
});

visit("a policy that is broken is seen", {noise: /Content Security Policy|CSP: script-src-elem inline/}, async page => {
  const seen = [];
  page.on("console", message => seen.push(message.text()));
  await page.evaluate(() => { const script = document.createElement("script"); script.textContent = "document.title = 'ran'"; document.body.append(script); });
  await page.evaluate(() => new Promise(next => setTimeout(next)));
  assert.ok(seen.some(text => text.startsWith("CSP: script-src-elem inline")), seen.join("\n"));
  assert.notEqual(await page.title(), "ran");
});

visit("each view has an address, a title and the focus", {}, async page => {
  assert.match(await page.title(), /^Users\b.*Portcullis$/);
  const bar = page.getByRole("navigation", {name: "Views"});
  assert.deepEqual(await bar.getByRole("link").allTextContents(), views);
  for (const view of [...views.slice(1), views[0]]) {
    await bar.getByRole("link", {name: view, exact: true}).click();
    await page.getByRole("region", {name: view, exact: true}).waitFor();
    assert.equal(await bar.locator("[aria-current=page]").textContent(), view);
    assert.equal(await page.evaluate(() => document.activeElement.textContent), view, "the focus");
    assert.equal(await page.locator("main > section:visible").count(), 1, view);
    assert.equal(await page.locator("h1:visible").count(), 1, view);
  }
  await page.goBack();
  await page.getByRole("region", {name: "Workbench", exact: true}).waitFor();
  await page.goto(desks.ours + "/#/nowhere");
  await page.getByRole("region", {name: "Call", exact: true}).waitFor();
});

visit("keys alone lead past the bar, and the view stays", {path: "/#/live"}, async page => {
  await page.keyboard.press("Tab");
  const skip = page.getByRole("link", {name: "Skip to the content"});
  assert.equal(await page.evaluate(() => document.activeElement.outerHTML.slice(0, 200)), await skip.evaluate(element => element.outerHTML), "the first stop");
  assert.ok((await skip.boundingBox()).y >= 0, "it is seen when it has the focus");
  await page.keyboard.press("Enter");
  assert.ok(await page.evaluate(() => document.getElementById("main").contains(document.activeElement)), "it leads past the bar");
  await page.getByRole("region", {name: "Live", exact: true}).waitFor();
});

visit("the theme is the system's until one is chosen", {colorScheme: "dark"}, async page => {
  const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const dark = await ground();
  await page.getByRole("button", {name: "Use the light theme"}).click();
  const light = await ground();
  assert.notEqual(light, dark);
  await page.getByRole("button", {name: "Use the dark theme"}).click();
  assert.equal(await ground(), dark);
  await page.reload();
  await page.emulateMedia({colorScheme: "light"});
  await page.getByRole("button", {name: "Use the dark theme"}).waitFor();
  assert.equal(await ground(), light, "what was chosen is kept, or the system is not followed");
});

test("without JavaScript the page says what there is", async () => {
  const context = await newContext({javaScriptEnabled: false});
  const page = await context.newPage();
  await page.goto(desks.ours);
  assert.match(await page.locator("main").textContent(), /needs JavaScript/);
  await context.close();
});
