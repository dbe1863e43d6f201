// A desk that stops and comes back, a function that takes its time, and tokens that end.
import assert from "node:assert/strict";
import {call} from "./callers.mjs";
import {desks, until, visit} from "./page.mjs";
import {answered, chooseOperation, send, show} from "./steps.mjs";

const switches = desks.switched;
desks.switched = await (await fetch(switches)).text();
const turn = way => fetch(switches + "/" + way, {method: "POST"});

const gone = /ERR_(CONNECTION_REFUSED|INCOMPLETE_CHUNKED_ENCODING|EMPTY_RESPONSE|CONNECTION_RESET|NETWORK_IO_SUSPENDED)|WebSocket connection to/;

visit("the desk stops and comes back", {desk: "switched", path: "/?as=admin", noise: gone}, async page => {
  await send(page);
  await answered(page, /^200/);
  await turn("stop");
  const banner = page.getByRole("alert").filter({hasText: "The desk does not answer"});
  await banner.waitFor();
  await send(page);
  await page.getByRole("region", {name: "Call", exact: true}).getByText(/running\?|no answer|not answer/i).first().waitFor();
  for (const view of ["Who may call what", "Token", "Workbench", "Live", "Call"]) await show(page, view);
  await turn("start");
  await banner.waitFor({state: "hidden"});
  await send(page);
  await answered(page, /^(200|401)/);
  await show(page, "Live");
  await call(desks.switched + "/rest-token/users");
  await page.getByRole("list", {name: /^Calls/}).locator(":scope > li").filter({hasText: "401"}).first().waitFor();
});

visit("a slow function is waited for, and can be left", {desk: "odd"}, async page => {
  await chooseOperation(page, "GET /slow");
  await send(page);
  const cancel = page.getByRole("region", {name: "Call", exact: true}).getByRole("button", {name: /^Cancel/});
  await cancel.waitFor();
  await cancel.click();
  await page.getByRole("region", {name: "Call", exact: true}).getByText(/^You ended it after/).first().waitFor();
});

visit("a token that ends is said to have ended", {desk: "odd", path: "/?as=admin"}, async page => {
  await page.getByRole("button", {name: /admin/}).first().waitFor();
  await page.clock.install();
  await page.clock.fastForward("02:00:00");
  await until("that it has ended", () => page.getByRole("banner").or(page.getByRole("region", {name: "Call", exact: true})).allTextContents(), texts => /ended/.test(texts.join(" ")));
});
