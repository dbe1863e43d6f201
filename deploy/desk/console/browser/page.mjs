// What the tests of the console share: a page on a tab of its own, watched for what no page of a desk may do, and the steps that people take.
import assert from "node:assert/strict";
import {after, before, test} from "node:test";
import axe from "axe-core";
import {chromium} from "playwright-core";

// desks are the addresses of the desks that were started for a file of tests, by their names.
export const desks = JSON.parse(process.env.DESKS || "{}");

// Steps wait this long for what they look for, on a machine that does much else.
const patience = Number(process.env.PATIENCE || 120_000);

let browser;

before(async () => { browser = await chromium.connectOverCDP(process.env.BROWSER); });
after(() => browser?.close());

// visit is a test on the page of a desk. Whatever happens on it, the page asks its own origin alone, keeps nothing, opens no dialog of the
// browser's, and writes no error on its console but what matches noise. Options are those of a context, such as viewport and colorScheme.
export function visit(name, {desk = "ours", path = "/", noise, ...options}, steps) {
  test(name, async t => {
    const context = await newContext(options), amiss = [];
    try {
      const page = await context.newPage();
      await watch(page, new URL(desks[desk]).host, noise, amiss);
      await page.goto(desks[desk] + path);
      const begun = page.getByRole("navigation", {name: "Views"}).getByRole("link").first(), failed = page.getByRole("alert").first();
      await begun.or(failed).first().waitFor();
      if (!await begun.isVisible()) assert.fail("the page does not begin: " + await failed.textContent());
      await steps(page, t);
      assert.deepEqual(await kept(page), nothingKept, "the page keeps something");
      assert.deepEqual(amiss, []);
    } catch (error) {
      if (amiss.length && error.actual !== amiss) throw new Error(error.message + "\nand before that: " + amiss.join("\n"), {cause: error});
      throw error;
    } finally {
      await context.close();
    }
  });
}

// newContext is like a browser of somebody who was never here.
export async function newContext(options) {
  const context = await browser.newContext({viewport: {width: 1280, height: 900}, reducedMotion: "reduce", ...options});
  context.setDefaultTimeout(patience);
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  return context;
}

// watch adds to a list what a page does that it may not.
async function watch(page, host, noise, amiss) {
  await page.addInitScript(() => addEventListener("securitypolicyviolation", event => console.error("CSP: " + event.violatedDirective + " " + event.blockedURI)));
  page.on("console", message => {
    const isAnswer = message.text().startsWith("Failed to load resource: the server responded with a status of") && !message.location().url.includes("/_console/");
    if (message.type() === "error" && !isAnswer && !noise?.test(message.text())) amiss.push(message.text() + " " + message.location().url);
  });
  page.on("pageerror", error => amiss.push(error.stack));
  page.on("dialog", dialog => { amiss.push("a dialog: " + dialog.message()); return dialog.dismiss(); });
  page.on("popup", popup => amiss.push("a window: " + popup.url()));
  const asked = address => { if (/^(https?|wss?):/.test(address) && new URL(address).host !== host) amiss.push("asks " + address); };
  page.on("request", request => asked(request.url()));
  page.on("websocket", socket => asked(socket.url()));
}

// kept is what outlives a tab.
async function kept(page) {
  const there = await page.evaluate(async () => ({
    local: {...localStorage}, session: {...sessionStorage}, databases: await indexedDB.databases(), caches: await caches.keys(),
    workers: (await navigator.serviceWorker.getRegistrations()).length,
  }));
  return {...there, cookies: await page.context().cookies()};
}

const nothingKept = {local: {}, session: {}, databases: [], caches: [], workers: 0, cookies: []};

// all that axe knows of what a page must be (https://github.com/dequelabs/axe-core/blob/master/doc/API.md#axe-core-tags).
const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

// wantAccessible has axe look at the page as it is now.
export async function wantAccessible(page, where) {
  if (!await page.evaluate(() => "axe" in window)) await page.evaluate(axe.source);
  const violations = await page.evaluate(async tags => (await window.axe.run(document, {runOnly: tags, resultTypes: ["violations"]})).violations
    .map(({id, help, nodes}) => id + ": " + help + ": " + nodes.map(node => node.target.join(" ") + " " + node.any.map(check => check.message)).join("; ")), tags);
  assert.deepEqual(violations, [], where);
}

// wantNoSideways makes sure that nobody has to scroll the page sideways (WCAG 2.2, 1.4.10), and names what is too wide.
export async function wantNoSideways(page, where) {
  const tooWide = await page.evaluate(() => {
    const root = document.scrollingElement;
    if (root.scrollWidth <= root.clientWidth) return [];
    return ["the page has " + root.scrollWidth + " of " + root.clientWidth,
      ...[...document.querySelectorAll("body *")].filter(element => element.getBoundingClientRect().right > root.clientWidth + 1)
        .map(element => element.tagName + "." + element.className + " " + element.textContent.slice(0, 40)).slice(0, 8)];
  });
  assert.deepEqual(tooWide, [], where);
}

// until waits until something holds, and gives what it is then.
export async function until(what, get, holds = Boolean) {
  const deadline = Date.now() + patience;
  for (let got; ;) {
    got = await get();
    if (holds(got)) return got;
    assert.ok(Date.now() < deadline, what + ": " + JSON.stringify(got));
    await new Promise(next => setTimeout(next, 50));
  }
}
