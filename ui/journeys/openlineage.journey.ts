// A shop whose pipelines send OpenLineage's events: from a data set to its columns, to where one came from, to the run with
// its SQL, and to the lineage of the model that the data set became.

import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { seriousFindings } from "./axe";
import {
  emptyStore,
  launch,
  openLineageShop,
  picture,
  type Shop,
  serve,
  settle,
  type Visitor,
  visit,
  type World,
} from "./world";

let browser: Browser;
let world: World;
let shop: Shop;
let visitor: Visitor;

beforeAll(async () => {
  const url = emptyStore();
  world = await serve(url);
  shop = openLineageShop(url, world);
  browser = await launch();
  visitor = await visit(browser, world, { width: 1440, height: 900 });
});

beforeEach(() => {
  visitor.faults.length = 0;
});

afterAll(async () => {
  await browser?.close();
  await world?.stop();
});

function pane(page: Page, column: string) {
  return page.getByRole("region", { name: `Column ${column}` });
}

describe("a data set that events told of", () => {
  it("leads from its columns to where one came from, to the run with its SQL, and to the lineage", async () => {
    const { page, faults } = visitor;
    await page.goto(`/artifacts/${shop.sales}`);
    await page.getByRole("tab", { name: "Columns" }).click();
    await page.getByRole("row", { name: /revenue/ }).click();
    const column = pane(page, "revenue");
    await column.getByText("✗ failed").waitFor();
    await column.getByText(/direct, aggregation · sum\(amount\)/).waitFor();
    await column.getByRole("button", { name: "amount" }).click();
    await column.getByRole("link", { name: /public.*orders/ }).waitFor();
    await settle(page);
    await picture(page, "openlineage-columns");
    expect(await seriousFindings(page)).toEqual([]);
    await column.getByRole("link", { name: "build_sales" }).first().click();
    await page.getByText("<b>not markup</b>").first().waitFor();
    expect(await page.getByRole("link", { name: "https://git.example" }).count()).toBe(1);
    await settle(page);
    await picture(page, "openlineage-run");
    expect(await seriousFindings(page)).toEqual([]);
    await page.getByRole("article").getByRole("link", { name: "Lineage", exact: true }).click();
    await page.locator(".gnode", { hasText: "stg_orders" }).first().waitFor();
    expect(faults).toEqual([]);
  });

  it("is in the ancestry of the model that another run made from it, with its sources", async () => {
    const { page, faults } = visitor;
    await page.goto(`/lineage?focus=a${shop.model}&up=all&down=0`);
    const node = (name: string) => page.locator(".gnode", { hasText: name }).first();
    for (const name of ["train churn", "build_sales", "stage_orders", "orders"]) await node(name).waitFor();
    await settle(page);
    await picture(page, "openlineage-lineage");
    expect(faults).toEqual([]);
  });

  it("shows 5,000 columns by those in sight, and goes through them by keys", async () => {
    const { page, faults } = visitor;
    await page.goto(`/artifacts/${shop.wide}?tab=columns`);
    const table = page.getByRole("grid", { name: "Columns" });
    await table.focus();
    await page.keyboard.press("End");
    await page.getByRole("row", { name: /feature_4999/ }).waitFor();
    expect(await page.getByRole("row").count()).toBeLessThan(60);
    await page.keyboard.press("Enter");
    await pane(page, "feature_4999").getByRole("link", { name: /sales/ }).waitFor();
    expect(await page.evaluate(() => document.activeElement?.textContent)).toMatch(/4999/);
    await page.reload();
    await pane(page, "feature_4999").waitFor();
    await page.getByRole("row", { name: /feature_4999/ }).waitFor();
    await page.getByRole("searchbox", { name: "Filter the columns" }).fill("_0042");
    await page.getByText("1 of 5,000 columns").waitFor();
    expect(faults).toEqual([]);
  });

  it("runs nothing of what facets say, and links to no address that does", async () => {
    const { page, faults } = visitor;
    for (const address of [
      `/executions/${shop.oddRun}`,
      `/artifacts/${shop.odd}`,
      `/artifacts/${shop.odd}?tab=columns`,
    ]) {
      await page.goto(address);
      await page.getByText("<img src=x onerror=alert(1)>").first().waitFor();
      const row = page.getByRole("grid", { name: "Columns" }).getByRole("row").nth(1);
      if (address.endsWith("columns")) await row.click();
      else await page.getByText("as JSON").waitFor();
      await page.evaluate(() => {
        for (const folded of document.querySelectorAll("details")) folded.open = true;
      });
      await settle(page);
      const run = "a[href^='javascript:' i], a[href^='data:' i], img[src=x], script:not([src])";
      expect(await page.locator(run).count()).toBe(0);
    }
    expect(faults).toEqual([]);
  });

  it("has pages of jobs, with what they do and their runs", async () => {
    const { page, faults } = visitor;
    await page.goto(`/workspaces/${shop.job}`);
    await page.getByText("Revenue of each customer").first().waitFor();
    await page.getByRole("tab", { name: /Executions/, selected: true }).waitFor();
    await page.getByRole("tab", { name: /Artifacts/ }).click();
    await page.getByText("What its executions read and wrote is in its graph.").waitFor();
    await page.getByRole("link", { name: "Lineage of what it holds" }).click();
    await page.locator(".gnode", { hasText: "sales" }).first().waitFor();
    await page.goto(`/workspaces/${shop.job}`);
    await page
      .getByRole("link", { name: /build_sales/ })
      .first()
      .waitFor();
    await settle(page);
    await picture(page, "openlineage-job");
    expect(await seriousFindings(page)).toEqual([]);
    expect(faults).toEqual([]);
  });
});

describe.each([
  ["dark", { theme: "dark", width: 1440, height: 900 }],
  ["phone", { theme: "light", width: 390, height: 844 }],
] as const)("on a %s screen", (name, options) => {
  it("columns and runs fit, and nothing is hard to read", async () => {
    const other = await visit(browser, world, options);
    const { page, faults } = other;
    for (const [part, address] of [
      ["columns", `/artifacts/${shop.sales}?tab=columns&column=revenue`],
      ["run", `/executions/${shop.run}`],
    ] as const) {
      await page.goto(address);
      await page.getByText(part === "columns" ? "Comes from" : "From OpenLineage").waitFor();
      await settle(page);
      const shown = part === "columns" ? ".columns-body" : ".facets-part";
      await page.locator(shown).evaluate((element) => element.scrollIntoView());
      await picture(page, `openlineage-${part}-${name}`);
      expect(await seriousFindings(page)).toEqual([]);
      const wider = await page.evaluate(
        () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
      );
      expect(wider).toBe(0);
    }
    expect(faults).toEqual([]);
    await other.close();
  });
});
