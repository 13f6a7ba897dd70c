// What people come for, on the data of the tutorial: in few actions, by pointer and by keyboard.

import { readFileSync } from "node:fs";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { launch, picture, serve, settle, tutorialStore, type Visitor, visit, type World } from "./world";

let browser: Browser;
let world: World;
let visitor: Visitor;

beforeAll(async () => {
  world = await serve(tutorialStore(3));
  browser = await launch();
  visitor = await visit(browser, world);
});

afterAll(async () => {
  await browser?.close();
  await world?.stop();
});

async function open(address: string) {
  await visitor.page.goto(address);
  await settle(visitor.page);
  return visitor.page;
}

describe("a person", () => {
  it("sees what a model was made from after / name Enter", async () => {
    const page = await open("/");
    await page.keyboard.press("/");
    await page.keyboard.type("loaf-forecast");
    await page.keyboard.press("Enter");
    await page.waitForURL(/artifacts\/\d+$/);
    await page.getByRole("heading", { name: "Made from" }).waitFor();
    const strip = page.getByRole("region", { name: "Lineage in short" });
    await strip.getByText("orders").first().waitFor();
    await strip.getByText("train").first().waitFor();
    expect(await strip.getByText("serve").count()).toBeGreaterThan(0);
  });

  it("opens a record by the id or uri from a log", async () => {
    const page = await open("/");
    await page.keyboard.press("/");
    await page.keyboard.type("bigquery://bakery/orders");
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { level: 1, name: "orders" }).waitFor();
    expect(page.url()).toMatch(/artifacts\/\d+$/);
  });

  it("compares two versions: sort, tick two, c", async () => {
    const page = await open("/artifacts?filter=name=loaf-forecast");
    await page.getByRole("grid").focus();
    for (const key of [" ", "ArrowDown", " ", "c"]) await page.keyboard.press(key);
    await page.getByRole("heading", { name: "Compare 2 artifacts" }).waitFor();
    await settle(page);
    await page.getByRole("button", { name: /Show \d+ identical field/ }).click();
    await page.getByRole("rowheader", { name: "Mean error (validation)" }).waitFor();
  });

  it("sees accuracy over versions in two actions", async () => {
    const page = await open("/monitor?name=loaf-forecast&metrics=mean_error");
    await page.getByText("By version").click();
    await settle(page);
    expect(await page.getByRole("img", { name: /Mean error/ }).getAttribute("aria-label")).toMatch(/3 values/);
  });

  it("sees how two records are related by Shift and click", async () => {
    const page = await open("/lineage?focus=a3&sel=a3");
    await page.locator(".react-flow__node", { hasText: "orders" }).click({ modifiers: ["Shift"] });
    await page.getByText(/path 1 of 1/).waitFor();
    expect(await page.locator(".is-way").count()).toBe(3);
  });
});

describe("the lineage graph", () => {
  it("is walked by keys, spoken, expanded and folded", async () => {
    const page = await open("/lineage?focus=a3&up=1&down=0");
    await page.getByRole("application", { name: /Lineage graph/ }).focus();
    await page.keyboard.press("ArrowLeft");
    await page.locator("[aria-live]", { hasText: /train, Execution/ }).waitFor({ state: "attached" });
    const nodes = async () =>
      Number.parseInt((await page.locator(".lineage-chips > span").first().textContent()) ?? "", 10);
    const before = await nodes();
    await page.keyboard.press("e");
    await expect.poll(nodes).toBeGreaterThan(before);
    await page.keyboard.press("r");
    await expect.poll(nodes).toBe(before);
  });

  it("says how many neighbours are not shown before they are asked for", async () => {
    const page = await open("/lineage?focus=a3&up=1&down=0");
    const more = page.getByRole("button", { name: /Show 2 more outputs of loaf-forecast/ });
    await more.click();
    await settle(page);
    expect(await page.locator(".react-flow__node", { hasText: "serve" }).count()).toBe(1);
  });

  it("hides with undo, and comes back by Back and by reload", async () => {
    const page = await open("/lineage?focus=a3&sel=e2");
    await page.getByRole("application", { name: /Lineage graph/ }).focus();
    await page.keyboard.press("h");
    await page.getByText("hidden: serve").waitFor();
    await page.reload();
    await page.getByText("hidden: serve").waitFor();
    await page.goBack();
    await page.locator(".react-flow__node", { hasText: "serve" }).waitFor();
  });

  it("has the same set as a table", async () => {
    const page = await open("/lineage?focus=a3");
    await page.locator(".react-flow__node").first().waitFor();
    const nodes = await page.locator(".react-flow__node").count();
    await page.getByText("Table", { exact: true }).click();
    await settle(page);
    expect(await page.getByRole("treegrid").locator("tr[aria-level]").count()).toBe(nodes);
  });

  it("is exported whole, as SVG, PNG, CSV, JSON and Mermaid", async () => {
    const page = await open("/lineage?focus=a3");
    const starts: Record<string, string> = {
      "SVG picture": "<svg",
      "CSV, one row a node": "kind,id",
      JSON: "{",
      Mermaid: "flowchart LR",
    };
    for (const [name, start] of Object.entries(starts)) {
      expect((await download(name)).toString("utf8").startsWith(start)).toBe(true);
    }
    expect((await download("PNG picture")).subarray(1, 4).toString()).toBe("PNG");

    async function download(name: string): Promise<Buffer> {
      await page.getByRole("button", { name: "Export" }).click();
      const [file] = await Promise.all([page.waitForEvent("download"), page.getByRole("menuitem", { name }).click()]);
      return readFileSync(await file.path());
    }
  });

  it("knows what there was before, as of a time", async () => {
    const page = await open("/lineage?focus=a3&asof=1");
    await page.getByText(/as of .*1970/).waitFor();
    expect(await page.locator(".react-flow__node").count()).toBeLessThanOrEqual(1);
  });
});

describe("the filter", () => {
  it("underlines a mistake, says the fix and keeps the last result", async () => {
    const page = await open("/artifacts?filter=type=model");
    const rows = await page.locator(".grid-body .row").count();
    const box = page.getByRole("combobox", { name: "Filter" });
    await box.fill("types:model");
    await page.locator(".filter mark").waitFor({ state: "attached" });
    expect(await page.locator("#filter-mistake").textContent()).toContain("Did you mean type?");
    expect(await page.locator(".grid-body .row").count()).toBe(rows);
  });

  it("goes on with keys and values of the store, by the keyboard alone", async () => {
    const page = await open("/artifacts");
    const box = page.getByRole("combobox", { name: "Filter" });
    await box.fill("sea");
    await page.getByRole("option", { name: /^label\.season/ }).waitFor();
    for (const value of ["label.season=", "label.season=autumn "]) {
      await page.keyboard.press("ArrowDown");
      await page.keyboard.press("Enter");
      expect(await box.inputValue()).toBe(value);
      if (value.endsWith("=")) await page.getByRole("option", { name: /^autumn/ }).waitFor();
    }
    await page.keyboard.press("Enter");
    await page.waitForURL(/label\.season/);
    await settle(page);
    expect(await page.locator(".grid-body .row").count()).toBe(3);
  });

  it("is written by the server where a link names what to list", async () => {
    const page = await open("/types");
    await page
      .getByRole("link", { name: /\d records?$/ })
      .first()
      .click();
    await page.waitForURL(/filter=type/);
    expect(await page.getByRole("combobox", { name: "Filter" }).inputValue()).toMatch(/^type=/);
    expect(new URL(page.url()).searchParams.get("where")).toBeNull();
    await settle(page);
    expect(await page.locator(".grid-body .row").count()).toBeGreaterThan(0);
  });

  it("says where the server's own filter query is wrong", async () => {
    const page = await open("/artifacts?fx=name = = 'x'");
    await page.locator("#filter-mistake").waitFor();
    visitor.faults.length = 0;
  });

  it("that fits nothing offers to drop a term", async () => {
    const page = await open("/artifacts?filter=type=model name=nothing-like-it");
    await page.getByRole("button", { name: "without name=nothing-like-it" }).click();
    await settle(page);
    expect(await page.locator(".grid-body .row").count()).toBeGreaterThan(0);
  });

  it("with misspelt names says which no record has, and searches with the nearest", async () => {
    const page = await open("/artifacts?filter=type=metrics metric.mean_eror<10 label.taem=forecasting");
    await page.getByText("No artifact has the label taem; did you mean team?").waitFor();
    await page.getByText("No artifact has the metric mean_eror; did you mean mean_error?").waitFor();
    await picture(page, "filter-misspelt");
    const meant = "type=metrics metric.mean_error<10 label.team=forecasting";
    await page.getByRole("button", { name: `Search for ${meant}` }).click();
    await settle(page);
    expect(await page.getByRole("combobox", { name: "Filter" }).inputValue()).toBe(meant);
    expect(await page.getByText(/did you mean/).count()).toBe(0);
  });

  it("that only executions could fit leads to them", async () => {
    const page = await open("/artifacts?filter=state=complete");
    await page.getByText("No artifact has the state complete; executions do").waitFor();
    await picture(page, "filter-of-executions");
    await page.getByRole("link", { name: "Search executions" }).click();
    await page.waitForURL(/executions\?filter=state/);
    await settle(page);
    expect(await page.locator(".grid-body .row").count()).toBeGreaterThan(0);
  });
});

describe("the whole", () => {
  it("has had no error on the console and asked nobody else", () => {
    expect(visitor.faults).toEqual([]);
  });
});
