// Reads the site as a person does, and prints what came of it as JSON: `node reader.mjs UI_FOLDER < question > answer`.
//
// The question is {root, word}: where the site begins, and what is searched for. The person searches, opens the first hit,
// and chooses another theme, which the next page must keep.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";

const require = createRequire(path.join(path.resolve(process.argv[2]), "package.json"));
const { chromium } = require("playwright-core");

const { root, word } = JSON.parse(readFileSync(0, "utf8"));
const browser = await chromium.launch({
  executablePath: process.env.LINEAL_CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"],
});
const page = await browser.newPage();
const answer = { errors: [], requests: [] };
page.on("console", (message) => message.type() === "error" && answer.errors.push(message.text()));
page.on("pageerror", (error) => answer.errors.push(String(error)));
page.on("request", (request) => answer.requests.push(request.url()));

await page.goto(root);
answer.start = await page.title();
await page.getByRole("textbox", { name: "Search" }).fill(word);
await page.keyboard.press("Enter");
const hits = page.locator("#search-results li a");
await hits.first().waitFor();
await page.waitForFunction(() => /found/i.test(document.querySelector("#search-results")?.textContent ?? ""));
answer.hits = await hits.evaluateAll((links) => links.map((link) => link.href));
await hits.first().click();
await page.locator("article h1").waitFor();
answer.opened = page.url();
const theme = () => page.evaluate(() => document.body.dataset.theme);
answer.themes = [await theme()];
await page.locator(".theme-toggle:visible").click();
answer.themes.push(await theme());
await page.locator(".sidebar-brand").click();
await page.waitForURL((address) => address.href !== answer.opened); // loaded, it has its theme
answer.themes.push(await theme());
await browser.close();
process.stdout.write(JSON.stringify([answer]));
