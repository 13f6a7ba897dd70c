// What an address holds, and what Back, a reload and a link bring back; runs, time, columns, cycles.

import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { launch, picture, serve, settle, tutorialStore, type Visitor, visit, type World } from "./world";

let browser: Browser;
let world: World;
let visitor: Visitor;

beforeAll(async () => {
  world = await serve(tutorialStore(6), "--path-prefix", "/lineal");
  browser = await launch();
  visitor = await visit(browser, world, { height: 600 });
});

afterAll(async () => {
  await browser?.close();
  await world?.stop();
});

async function open(address: string) {
  await visitor.page.goto(`/lineal${address}`);
  await settle(visitor.page);
  return visitor.page;
}

describe("a link", () => {
  it("that would be too long is stored, and opens what it stood for", async () => {
    const filter = Array.from({ length: 120 }, (_, at) => `-name=not-this-name-${at}`).join(" ");
    const page = await open(`/artifacts?filter=${encodeURIComponent(`type=model ${filter}`)}&sort=name`);
    await page.waitForURL(/artifacts\?v=\w+$/);
    const rows = await page.locator(".grid-body .row").count();
    const other = await visit(browser, world);
    await other.page.goto(page.url());
    await settle(other.page);
    expect(await other.page.getByRole("combobox", { name: "Filter" }).inputValue()).toBe(`type=model ${filter}`);
    expect(await other.page.locator(".grid-body .row").count()).toBe(rows);
    expect(other.faults).toEqual([]);
    await other.close();
  });

  it("that was never stored says so", async () => {
    const page = await open("/artifacts?v=nothing");
    await page.getByRole("alert").waitFor();
    visitor.faults.length = 0;
  });

  it("leads to the tab of a record", async () => {
    const page = await open("/artifacts/3");
    await page.getByRole("tab", { name: /Versions/ }).click();
    await page.waitForURL(/tab=versions/);
    await page.reload();
    await page.getByRole("columnheader", { name: "Made by" }).waitFor();
  });
});

describe("Back", () => {
  it("leads to the same place of a list", async () => {
    const page = await open("/artifacts");
    await page.getByRole("grid").hover();
    await page.mouse.wheel(0, 700);
    await page.waitForTimeout(200);
    const before = await page.locator(".grid").evaluate((grid) => grid.scrollTop);
    expect(before).toBeGreaterThan(300);
    await page.locator(".record-link").nth(8).click();
    await page.getByRole("heading", { level: 1 }).waitFor();
    await page.goBack();
    await expect.poll(() => page.locator(".grid").evaluate((grid) => grid.scrollTop)).toBe(before);
  });

  it("leads to the same part of a graph", async () => {
    const page = await open("/lineage?focus=a3");
    const seen = () => page.locator(".react-flow__viewport").evaluate((view) => (view as HTMLElement).style.transform);
    await page.getByRole("button", { name: "Zoom In" }).click();
    await page.mouse.move(200, 500);
    await page.mouse.down();
    await page.mouse.move(320, 470, { steps: 4 });
    await page.mouse.up();
    await page.waitForTimeout(300);
    const before = await seen();
    await page.getByRole("button", { name: "More", exact: true }).click();
    await page.getByRole("menuitem", { name: "Types" }).click();
    await page.getByRole("heading", { level: 1, name: "Types" }).waitFor();
    await page.goBack();
    await settle(page);
    expect(await seen()).toBe(before);
  });
});

describe("an address that MLflow's clients print", () => {
  const created = async () => {
    const response = await fetch(`${world.address}/api/2.0/mlflow/runs/create`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ experiment_id: "0", run_name: "logged by MLflow", start_time: Date.now() }),
    });
    const { run } = (await response.json()) as { run: { info: { run_id: string } } };
    return run.info.run_id;
  };

  it("opens the run", async () => {
    const page = await open(`/#/experiments/0/runs/${await created()}`);
    await page.getByRole("heading", { level: 1, name: "logged by MLflow" }).waitFor();
    expect(new URL(page.url()).pathname).toMatch(/\/executions\/\d+$/);
  });

  it("lists the runs of the experiment, or says that there is no such run", async () => {
    await created();
    const page = await open("/#/experiments/0");
    await page.getByRole("link", { name: "logged by MLflow" }).first().waitFor();
    await open(`/experiments/0/runs/${"0".repeat(32)}`);
    await page.getByText("prop.run_id=").first().waitFor();
    expect(await page.locator(".grid-body .row").count()).toBe(0);
  });
});

describe("a list", () => {
  it("is narrowed to a time by its bars", async () => {
    const page = await open("/artifacts");
    const all = await page.locator("[aria-rowcount]").getAttribute("aria-rowcount");
    await page.locator(".time-bar").last().click();
    await page.waitForURL(/created/);
    await settle(page);
    const some = await page.locator("[aria-rowcount]").getAttribute("aria-rowcount");
    expect(Number(some)).toBeLessThan(Number(all));
    expect(Number(some)).toBeGreaterThan(0);
    await page.getByRole("button", { name: "all times" }).click();
    await settle(page);
    expect(await page.locator("[aria-rowcount]").getAttribute("aria-rowcount")).toBe(all);
  });

  it("keeps columns for each type, also when new data comes", async () => {
    const page = await open("/artifacts?filter=type=model");
    await page.getByRole("button", { name: "Columns" }).click();
    await page.getByRole("checkbox", { name: "Model type · property" }).check();
    await page.keyboard.press("Escape");
    await open("/artifacts");
    expect(await page.getByRole("columnheader", { name: "Model type" }).count()).toBe(0);
    await open("/artifacts?filter=type=model");
    expect(await page.getByRole("columnheader", { name: "Model type" }).count()).toBe(1);
  });

  it("shows what is new at its top, and waits to be asked where somebody reads on", async () => {
    const [top, below] = [await visit(browser, world), await visit(browser, world, { height: 500 })];
    for (const { page } of [top, below]) {
      await page.goto("/lineal/artifacts");
      await settle(page);
    }
    await below.page.locator(".grid").evaluate((grid) => grid.scrollTo(0, 400));
    const counts = () => Promise.all([top, below].map(({ page }) => page.locator(".list-status strong").textContent()));
    const before = await counts();
    tutorialStore(1);
    await below.page.getByRole("button", { name: /The store has changed/ }).waitFor({ timeout: 60_000 });
    await expect.poll(async () => (await counts())[0], { timeout: 60_000 }).not.toBe(before[0]);
    expect((await counts())[1]).toBe(before[1]);
    expect(await below.page.locator(".grid").evaluate((grid) => grid.scrollTop)).toBe(400);
    await below.page.getByRole("button", { name: /The store has changed/ }).click();
    await expect.poll(async () => (await counts())[1]).toBe((await counts())[0]);
    for (const visitor of [top, below]) {
      expect(visitor.faults).toEqual([]);
      await visitor.close();
    }
  }, 180_000);

  it("shows the last, least or greatest report of a metric, in its link", async () => {
    const page = await open("/artifacts?filter=type=model&columns=!name,metric.mean_error&sort=-metric.mean_error");
    await page.getByRole("button", { name: "Columns" }).click();
    await page.getByRole("combobox", { name: "Which report of Mean error" }).selectOption("least");
    await page.waitForURL(/sort=-least\.mean_error/);
    await settle(page);
    await picture(page, "least");
    await page.keyboard.press("Escape");
    await page.reload();
    await settle(page);
    const header = page.getByRole("columnheader", { name: "Mean error least" });
    expect(await header.getAttribute("aria-sort")).toBe("descending");
    expect(await page.locator(".grid-body .row .number").first().textContent()).toBe("3.1");
  });

  it("keeps its pinned column in sight", async () => {
    const page = await open("/artifacts?columns=!name,uri,version,type,state,made_by,workspace,run,created,updated,id");
    await page.locator(".grid").evaluate((grid) => grid.scrollTo(600, 0));
    const left = await page
      .locator(".record-link")
      .first()
      .evaluate((link) => link.getBoundingClientRect().left);
    const grid = await page.locator(".grid").evaluate((element) => element.getBoundingClientRect().left);
    expect(left).toBeGreaterThan(grid);
    await picture(page, "pinned");
  });
});

describe("a run", () => {
  it("has a graph of its own executions and all that they read and wrote", async () => {
    const page = await open("/runs");
    await page.locator(".record-link").first().click();
    await page.getByText("Graph of the run").click();
    await page.locator(".react-flow__node", { hasText: "train" }).waitFor();
    await settle(page);
    expect(await page.locator(".react-flow__node", { hasText: "orders" }).count()).toBe(1);
    expect(await page.locator(".react-flow__node", { hasText: "serve" }).count()).toBe(0);
  });
});

describe("the monitor", () => {
  it("shows model and system metrics on one axis of time", async () => {
    const page = await open("/monitor?metrics=mean_error,latency_ms&filter=label.service=forecast");
    const plots = page.getByRole("img", { name: /Mean error|Latency ms/ });
    await expect.poll(() => plots.count()).toBe(2);
    for (const plot of await plots.all()) expect(await plot.getAttribute("aria-label")).toMatch(/values from/);
  });
});

describe("the whole", () => {
  it("has had no error on the console and asked nobody else", () => {
    expect(visitor.faults).toEqual([]);
  });
});
