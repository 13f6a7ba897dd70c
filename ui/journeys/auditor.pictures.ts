// The pictures of docs/tutorials/auditor.md: `make pictures` takes them and writes them into docs/pictures.

import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { auditedStore, launch, serve, showWholeGraph, take, type World } from "./world";

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

/** Scroll to what the tab of a record shows. */
async function toTheTab(page: Page): Promise<void> {
  await page.getByRole("tablist").evaluate((tabs) => tabs.scrollIntoView({ block: "start" }));
}

describe("the pictures of the auditor's tutorial", () => {
  it("show the lineage of the model in production", async () => {
    const faults = await take(
      { browser, world },
      "auditor-lineage",
      `/lineage?focus=a${model}&up=all&down=all`,
      340,
      async (page) => {
        await page.locator(".react-flow__node", { hasText: "customers" }).waitFor();
        await showWholeGraph(page);
      },
    );
    expect(faults).toEqual([]);
  });

  it("show the file of the model that was changed", async () => {
    const faults = await take(
      { browser, world },
      "auditor-files",
      `/artifacts/${model}?tab=files&file=rule.json`,
      420,
      async (page) => {
        await page.getByText(/^SHA-256 of what was uploaded edc10ffe5f3e/).waitFor();
        await toTheTab(page);
      },
    );
    expect(faults).toEqual([]);
  });

  it("show who made and who promoted the model", async () => {
    const faults = await take(
      { browser, world },
      "auditor-history",
      `/artifacts/${model}?tab=history`,
      480,
      async (page) => {
        await page
          .getByText(/bob \(token/)
          .first()
          .waitFor();
        await page
          .getByText(/ann \(token/)
          .first()
          .waitFor();
        await toTheTab(page);
      },
    );
    expect(faults).toEqual([]);
  });
});
