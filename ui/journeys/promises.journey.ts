// What a person finds on the tutorial's data in at most three clicks from the start page, without reading docs: every
// press of the pointer is counted by the browser itself.

import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { countClicks, launch, serve, settle, tutorialStore, type Visitor, visit, type World } from "./world";

const MOST = 3;

let browser: Browser;
let world: World;
let visitor: Visitor;
let page: Page;
let clicks: () => Promise<number>;

beforeAll(async () => {
  world = await serve(tutorialStore(3));
  browser = await launch();
});

beforeEach(async () => {
  visitor = await visit(browser, world);
  page = visitor.page;
  clicks = await countClicks(page);
  await page.goto("/artifacts");
  await settle(page);
  return async () => {
    expect(visitor.faults).toEqual([]);
    await visitor.close();
  };
});

afterAll(async () => {
  await browser?.close();
  await world?.stop();
});

async function promised(what: string): Promise<void> {
  const found = await clicks();
  console.log(`${what}: ${found} clicks`);
  expect(found).toBeGreaterThan(0);
  expect(found).toBeLessThanOrEqual(MOST);
}

describe("from the list of artifacts, in at most three clicks, a person finds", () => {
  it("all models with a label", async () => {
    const facets = page.getByRole("complementary", { name: "Facets" });
    await facets.getByRole("button", { name: /^Model/ }).click();
    await settle(page);
    await facets.getByRole("button", { name: /^autumn/ }).click();
    await settle(page);
    expect(await page.locator(".grid-body .row").count()).toBe(3);
    expect(new URL(page.url()).searchParams.get("filter")).toContain("label.season=autumn");
    await promised("all models with a label");
  });

  it("the data set that a model came from", async () => {
    await page.getByRole("link", { name: "loaf-forecast", exact: true }).first().click();
    const madeFrom = page.locator(".strip-side", { hasText: "Made from" });
    await madeFrom.getByRole("link", { name: "orders" }).click();
    await page.getByRole("heading", { level: 1, name: "orders" }).waitFor();
    await promised("the data set that a model came from");
  });

  it("which executions used a model", async () => {
    await page.getByRole("link", { name: "loaf-forecast", exact: true }).first().click();
    const usedBy = page.locator(".strip-side", { hasText: "Used by" });
    await usedBy.getByRole("link", { name: "serve" }).waitFor();
    await usedBy.getByRole("link", { name: "monitor" }).waitFor();
    await promised("which executions used a model");
  });

  it("which executions used a data set, with when and how", async () => {
    await page.getByRole("link", { name: "orders" }).first().click();
    await page.locator(".strip-side", { hasText: "Used by" }).getByRole("link", { name: "train" }).waitFor();
    await page.getByRole("tab", { name: /Events/ }).click();
    const read = page.getByRole("region", { name: "Read by" });
    await read.getByRole("link", { name: "train" }).waitFor();
    expect(await read.getByText(/input/).count()).toBe(1);
    await promised("which executions used a data set");
  });

  it("the accuracy of two models side by side", async () => {
    const ticks = page.getByRole("checkbox", { name: "Select loaf-forecast" });
    await ticks.nth(0).click();
    await ticks.nth(1).click();
    await page.getByRole("button", { name: "Compare" }).click();
    await page.getByRole("heading", { name: "Compare 2 artifacts" }).waitFor();
    await promised("the accuracy of two models side by side");
    // What both were measured by before they went live, apart from what production said later; here they are equal.
    await page.getByRole("button", { name: /Show \d+ identical fields/ }).click();
    const error = page.getByRole("row", { name: /^Mean error \(validation\)/ });
    expect(await error.getByRole("cell").allTextContents()).toEqual(["3.2", "3.2"]);
  });

  it("accuracy over versions", async () => {
    await page.getByRole("link", { name: "loaf-forecast", exact: true }).first().click();
    await settle(page);
    await page.getByRole("tab", { name: /Metrics/ }).click();
    await page.getByRole("link", { name: "Chart all versions" }).click();
    await page.waitForURL(/by=version/);
    const plot = page.getByRole("img", { name: /Mean error/ });
    await expect.poll(() => plot.getAttribute("aria-label")).toMatch(/3 values/);
    await promised("accuracy over versions");
  });
});
