// The pictures of docs/tutorials/auditor.md: `make pictures` takes them and writes them into docs/pictures.

import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { auditedStore, launch, picture, serve, settle, visit, type World } from "./world";

const WIDTH = 1280;
const SCALE = 1.25;

let browser: Browser;
let world: World;
let model: string;

beforeAll(async () => {
  const store = auditedStore();
  model = store.model;
  world = await serve(store.url, "--audit");
  browser = await launch();
});

afterAll(async () => {
  await browser?.close();
  await world?.stop();
});

/** Take a picture of an address once a text is on the page; return errors of the console. */
async function take(name: string, address: string, height: number, shows: (page: Page) => Promise<void>) {
  const { page, faults, close } = await visit(browser, world, { width: WIDTH, height, scale: SCALE });
  await page.goto(address);
  await settle(page);
  await shows(page);
  await settle(page);
  await picture(page, name);
  await close();
  return faults;
}

/** Scroll to what the tab of a record shows. */
async function toTheTab(page: Page): Promise<void> {
  await page.getByRole("tablist").evaluate((tabs) => tabs.scrollIntoView({ block: "start" }));
}

describe("the pictures of the auditor's tutorial", () => {
  it("show the lineage of the model in production", async () => {
    const faults = await take("auditor-lineage", `/lineage?focus=a${model}&up=all&down=all`, 340, async (page) => {
      await page.locator(".react-flow__node", { hasText: "customers" }).waitFor();
      await page.getByRole("application", { name: /Lineage graph/ }).focus();
      await page.keyboard.press("0");
      await page.locator(":focus").blur();
    });
    expect(faults).toEqual([]);
  });

  it("show the file of the model that was changed", async () => {
    const faults = await take("auditor-files", `/artifacts/${model}?tab=files&file=rule.json`, 420, async (page) => {
      await page.getByText(/^SHA-256 of what was uploaded edc10ffe5f3e/).waitFor();
      await toTheTab(page);
    });
    expect(faults).toEqual([]);
  });

  it("show who made and who promoted the model", async () => {
    const faults = await take("auditor-history", `/artifacts/${model}?tab=history`, 480, async (page) => {
      await page
        .getByText(/bob \(token/)
        .first()
        .waitFor();
      await page
        .getByText(/ann \(token/)
        .first()
        .waitFor();
      await toTheTab(page);
    });
    expect(faults).toEqual([]);
  });
});
