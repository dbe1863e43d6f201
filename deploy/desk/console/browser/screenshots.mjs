// Makes the pictures of the console that the documents show, in the folder that SCREENSHOTS names.
import {join} from "node:path";
import {call, tokenOf} from "./callers.mjs";
import {desks, until, visit} from "./page.mjs";
import {answered, send, show} from "./steps.mjs";

const pictures = {
  async call(page) {
    await send(page);
    await answered(page, /^200/);
  },
  async access(page) {
    await show(page, "Who may call what");
    await page.getByRole("region", {name: "Who may call what", exact: true}).getByLabel("Mode", {exact: true}).selectOption("rest-token");
    await page.getByRole("row").filter({has: page.getByRole("rowheader", {name: "PUT /users/{id} updateUser"})}).locator("td.mine button").click();
    await page.getByRole("complementary", {name: "Explanation"}).getByText(/^Allowed/).first().waitFor();
  },
  async live(page) {
    const member = await tokenOf(desks.ours, "member"), admin = await tokenOf(desks.ours, "admin");
    await show(page, "Live");
    const all = page.getByRole("list", {name: /^Calls/}).locator(":scope > li").filter({hasText: "403"}), before = await all.count();
    for (const [path, request] of [["/rest-token/users", {}], ["/http-lambda/users", {token: admin}], ["/rest-token/users", {token: admin}],
      ["/rest-token/users", {method: "POST", body: "{}", token: admin}], ["/rest-token/users", {token: admin}], ["/rest-token/users", {token: member}]]) {
      await call(desks.ours + path, request);
    }
    await until("the last call is listed", () => all.count(), count => count > before);
    const refused = all.first();
    await refused.locator("summary").first().click();
    await refused.getByText("What would change it:").waitFor();
  },
  async workbench(page) {
    await show(page, "Workbench");
    const all = page.getByRole("button", {name: /^Try all/});
    await until("it can be tried", () => all.isEnabled());
    await all.click();
    await page.getByRole("status").getByText(/kinds: /).waitFor();
  },
};

for (const [name, prepare] of Object.entries(pictures)) {
  for (const colorScheme of ["light", "dark"]) {
    visit(name + ", " + colorScheme, {path: "/?as=" + (name === "access" ? "member" : "admin"), colorScheme, viewport: {width: 1280, height: 800}}, async page => {
      await prepare(page);
      await page.getByRole("status").and(page.locator(".toast")).evaluate(toast => toast.classList.remove("shown"));
      await page.evaluate(() => { document.activeElement.blur(); scrollTo(0, 0); });
      await page.screenshot({path: join(process.env.SCREENSHOTS, name + "-" + colorScheme + ".png")});
    });
  }
}
