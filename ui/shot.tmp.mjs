import { chromium } from "playwright-core";

const [base, theme, size, ...paths] = process.argv.slice(2);
const [width, height] = size.split("x").map(Number);
const browser = await chromium.launch({
  executablePath: "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"],
});
const page = await browser.newPage({ viewport: { width, height }, colorScheme: theme });
page.on("console", (m) => ["error", "warning"].includes(m.type()) && console.log("CONSOLE", m.text().slice(0, 300)));
page.on("pageerror", (e) => console.log("ERROR", e.message.slice(0, 600)));
for (const [i, path] of paths.entries()) {
  const [address, ...acts] = path.split("@@");
  await page.goto(base + address, { waitUntil: "load" });
  await page.waitForLoadState("networkidle");
  await page.waitForTimeout(600);
  for (const act of acts) {
    const [kind, arg] = act.split("::");
    if (kind === "click") await page.click(arg);
    if (kind === "key") await page.keyboard.press(arg);
    if (kind === "type") await page.keyboard.type(arg);
    await page.waitForTimeout(500);
  }
  await page.screenshot({ path: `/tmp/ui-shots/s${i}.png` });
}
await browser.close();
