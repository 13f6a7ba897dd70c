// Looks at pages in Chromium and prints what it found as JSON: `node browser.mjs UI_FOLDER < question > answer`.
//
// The question is {pages, coloured, framed, tabs}: addresses to look at; those of them whose colours are looked at in both
// schemes; those whose frame (sidebar, drawers) is looked at, too; and how many are looked at side by side. What stays
// out: which pages these are, and what a fault is.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";

const require = createRequire(path.join(path.resolve(process.argv[2]), "package.json"));
const { chromium } = require("playwright-core");
const AXE = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");
const NARROW = { width: 360, height: 740 };
const WIDE = { width: 1280, height: 900 };
const COLOURS = ["color-contrast", "link-in-text-block"];
const WITHOUT_COLOURS = Object.fromEntries(COLOURS.map((rule) => [rule, { enabled: false }]));

const { pages, coloured, framed, tabs } = JSON.parse(readFileSync(0, "utf8"));
const browser = await chromium.launch({
  executablePath: process.env.LINEAL_CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"],
});
const left = [...pages];
const answers = [];
await Promise.all(Array.from({ length: tabs }, look));
await browser.close();
process.stdout.write(JSON.stringify(answers));

/** Look at one page after the other in a tab. */
async function look() {
  const tab = await (await browser.newContext({ viewport: WIDE, colorScheme: "light" })).newPage();
  let answer;
  tab.on("console", (message) => message.type() === "error" && answer.errors.push(message.text()));
  tab.on("pageerror", (error) => answer.errors.push(String(error)));
  tab.on("request", (request) => answer.requests.push(request.url()));
  for (let address = left.shift(); address; address = left.shift()) {
    answer = { address, errors: [], requests: [], faults: [], overflow: [] };
    answers.push(answer);
    await tab.setViewportSize(WIDE);
    await tab.emulateMedia({ colorScheme: "light" });
    await tab.goto(address);
    await tab.evaluate(AXE);
    const part = framed.includes(address) ? undefined : "article";
    const hasColours = !part || coloured.includes(address);
    answer.faults.push(...(await faults(tab, "light", hasColours ? {} : { rules: WITHOUT_COLOURS }, part)));
    if (hasColours) {
      await tab.emulateMedia({ colorScheme: "dark" });
      answer.faults.push(...(await faults(tab, "dark", { runOnly: COLOURS }, part)));
    }
    await tab.setViewportSize(NARROW);
    answer.overflow = await overflow(tab);
    if (!part) {
      await tab.locator(".nav-overlay-icon").click();
      answer.faults.push(...(await faults(tab, "dark, with the drawer", {}, ".sidebar-drawer")));
    }
  }
}

/** What axe finds in the document or a part of it, as "scheme: rule: element". */
async function faults(tab, scheme, options, part) {
  const found = await tab.evaluate(
    async ([given, within]) => {
      const { violations } = await window.axe.run(within ?? document, {
        resultTypes: ["violations"],
        preload: false, // it would fetch the style sheets again, which a page that is a file cannot
        ...given,
      });
      return violations.flatMap(({ id, nodes }) => nodes.slice(0, 3).map(({ html }) => `${id}: ${html.slice(0, 160)}`));
    },
    [options, part],
  );
  return found.map((fault) => `${scheme}: ${fault}`);
}

/** The elements that reach beyond a narrow window, if the page can be scrolled sideways. */
function overflow(tab) {
  return tab.evaluate(() => {
    const width = document.documentElement.clientWidth;
    if (document.documentElement.scrollWidth <= width) return [];
    const beyond = [...document.querySelectorAll("article *")].filter((each) => each.getBoundingClientRect().right > width + 1);
    return beyond.slice(0, 3).map((each) => each.outerHTML.slice(0, 160));
  });
}
