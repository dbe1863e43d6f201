// The steps that people take on the console, by what they see.
import assert from "node:assert/strict";
import {until} from "./page.mjs";

// show brings a view into view.
export async function show(page, view) {
  await page.getByRole("navigation", {name: "Views"}).getByRole("link", {name: view, exact: true}).click();
  await page.getByRole("region", {name: view, exact: true}).waitFor();
}

// caller waits until the bar names who calls.
export const caller = (page, name) => until("who calls", () => page.locator("#identity").textContent(), text => name.test(text));

// openIdentity opens the dialog of who calls, and gives it.
export async function openIdentity(page) {
  await page.locator("#identity").click();
  const dialog = page.getByRole("dialog", {name: "Who calls"});
  await dialog.waitFor();
  return dialog;
}

// take makes an identity in one of the ways that the dialog has.
export async function take(page, way, fill) {
  const dialog = await openIdentity(page);
  await dialog.getByRole("tab", {name: way, exact: true}).click();
  await fill(dialog);
  await dialog.waitFor({state: "hidden"});
}

// region is the view of calls.
export const region = page => page.getByRole("region", {name: "Call", exact: true});

// chooseOperation chooses what is called by its key, such as "GET /users/{id}"; "": a method and a path of one's own.
export async function chooseOperation(page, key) {
  await page.getByRole("listbox", {name: "Operations"}).getByRole("option").and(page.locator("[data-key=" + JSON.stringify(key) + "]")).click();
  await region(page).getByRole("region", {name: key.includes(" ") || key === "" ? "Request" : "WebSocket"}).waitFor();
}

const request = page => region(page).getByRole("region", {name: "Request"});

// chooseMode chooses the mode of the next call.
export const chooseMode = (page, mode) => request(page).getByLabel("Mode", {exact: true}).selectOption(mode);

// field is one of the request, by its label.
export const field = (page, label) => request(page).getByLabel(label, {exact: true});

const past = page => region(page).getByRole("list", {name: "The last answers"}).getByRole("listitem");

const before = new WeakMap(); // how many answers there were before the last call, by pages

// send sends the request as it stands, and does not wait for what comes of it.
export async function send(page) {
  const button = request(page).getByRole("button", {name: "Send", exact: true});
  await button.waitFor();
  before.set(page, await past(page).count());
  await button.click();
}

// answered waits for what came of the last call, whose status in words, or else what kept it from being sent, has to match.
export async function answered(page, want) {
  await until("an answer", () => past(page).count(), count => count > before.get(page));
  const answer = region(page).getByRole("region", {name: "Answer", exact: true});
  assert.match(await answer.locator(".status, .said").first().textContent(), want, await answer.textContent());
  return answer;
}
