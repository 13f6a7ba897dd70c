// A server that asks who calls, in a real browser: the login, what an admin may see and others may not, the audit log.

import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { changedStore, launch, picture, serve, settle, token, type Visitor, visit, type World } from "./world";

let browser: Browser;
let world: World;
let admin: string;
let reader: string;

beforeAll(async () => {
  const store = changedStore();
  admin = token(store, "admin");
  reader = token(store, "reader");
  world = await serve(store, "--auth", "token", "--audit");
  browser = await launch();
});

afterAll(async () => {
  await browser?.close();
  await world?.stop();
});

/** Log in, which leads to the home view, and open the list. */
async function inside(secret: string, theme: "light" | "dark" = "light"): Promise<Visitor> {
  const visitor = await loggedIn(secret, theme);
  await visitor.page.waitForURL(`${world.address}/`);
  await visitor.page.goto("/artifacts");
  await visitor.page.locator(".grid-body .row").first().waitFor();
  return visitor;
}

/** Enter a token where the server asks for one. */
async function loggedIn(secret: string, theme: "light" | "dark" = "light"): Promise<Visitor> {
  const visitor = await visit(browser, world, { theme });
  await visitor.page.goto("/artifacts");
  await visitor.page.getByLabel("Access token").fill(secret);
  await visitor.page.getByRole("button", { name: "Log in" }).click();
  return visitor;
}

describe("the login", () => {
  it("leads to the home view and the list, keeps the token from scripts, and a reload stays logged in", async () => {
    const { page, faults, close } = await inside(reader);
    await page.reload();
    await page.locator(".grid-body .row").first().waitFor();
    expect(await page.evaluate(() => document.cookie)).toBe("");
    expect(faults).toEqual([]);
    await close();
  });

  it("says that a token is not valid", async () => {
    const { page, close } = await loggedIn("nothing");
    await page.getByRole("alert").waitFor();
    await picture(page, "login-refused");
    expect(await page.getByLabel("Access token").count()).toBe(1);
    await close();
  });
});

describe("the audit log", () => {
  it.each(["light", "dark"] as const)("is shown to an admin, by node, in the %s theme", async (theme) => {
    const { page, faults, close } = await inside(admin, theme);
    await page.goto("/artifacts/1");
    await page.getByRole("link", { name: "Changes" }).click();
    await page
      .getByRole("cell", { name: /update artifact 1/ })
      .first()
      .waitFor();
    await settle(page);
    await picture(page, `audit-${theme}`);
    expect(await page.locator("tbody tr").count()).toBe(2);
    expect(await page.locator("tbody").textContent()).toContain("9223372036854775807");
    await page.getByRole("link", { name: "All changes" }).click();
    await page.getByRole("cell", { name: /update execution 1/ }).waitFor();
    expect(faults).toEqual([]);
    await close();
  });

  it("is narrowed by call, in the address", async () => {
    const { page, close } = await inside(admin);
    await page.goto("/audit");
    await page.getByLabel("Call").fill("NoSuchCall");
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "No change fits" }).waitFor();
    expect(page.url()).toContain("rpc=NoSuchCall");
    await close();
  });

  it("is refused to a reader, who is told so", async () => {
    const { page, close } = await inside(reader);
    await page.goto("/audit");
    await page.getByText("This is not allowed").waitFor();
    await close();
  });
});
