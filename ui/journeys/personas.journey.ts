// Who asks what, beside the tasks of tasks.journey.ts: by pointer in so many actions, some again by keyboard. An action
// is a click, a key that does something by itself, or a text with Enter; Tab is the way to a place and no action.

import { readFileSync } from "node:fs";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { launch, oddStore, picture, serve, settle, tutorialStore, type Visitor, visit, type World } from "./world";

let browser: Browser;
let bakery: World;
let factory: World;
let visitor: Visitor | undefined;
let actions = 0;

beforeAll(async () => {
  [bakery, factory] = [await serve(tutorialStore(3)), await serve(oddStore())];
  browser = await launch();
});

beforeEach(() => {
  actions = 0;
  return async () => {
    expect(visitor?.faults).toEqual([]);
    await visitor?.close();
  };
});

afterAll(async () => {
  await browser?.close();
  await Promise.all([bakery?.stop(), factory?.stop()]);
});

async function open(world: World, address = "/"): Promise<Page> {
  visitor = await visit(browser, world);
  await visitor.page.goto(address);
  await settle(visitor.page);
  return visitor.page;
}

/** The name of a data set that a live model was made from. */
async function badData(): Promise<string> {
  const items = async (path: string) => {
    const answer = await fetch(`${factory.address}/api/v1/${path}`);
    return ((await answer.json()) as { items: { key: string; name: string }[] }).items;
  };
  const [model] = await items("artifacts?q=type=model state=live&order_by=id");
  const [data] = await items(`lineage/relatives?focus=${model?.key}&direction=up&q=type=data_set`);
  return data?.name ?? "";
}

/** One action, after which the page rests. */
async function act(page: Page, doing: () => Promise<unknown>): Promise<void> {
  actions += 1;
  await doing();
  await settle(page);
}

async function find(page: Page, text: string): Promise<void> {
  await act(page, async () => {
    await page.keyboard.press("/");
    await page.keyboard.type(text);
    await page.keyboard.press("Enter");
    await page.waitForURL(/(artifacts|executions)\/\d+$/);
  });
}

/** Tab to what is named so; the focus must be seen where it is. */
async function tabTo(page: Page, name: RegExp): Promise<void> {
  for (let tabs = 0; tabs < 120; tabs += 1) {
    await page.keyboard.press("Tab");
    const here = await page.evaluate(() => {
      const place = document.activeElement as HTMLInputElement;
      return place.getAttribute("aria-label") ?? (place.labels?.[0]?.textContent || place.textContent || "").trim();
    });
    if (name.test(here)) return;
  }
  throw new Error(`Tab never comes to ${name}`);
}

async function pressOn(page: Page, name: RegExp, key = "Enter"): Promise<void> {
  await tabTo(page, name);
  await act(page, () => page.keyboard.press(key));
}

async function csvAfter(page: Page, doing: () => Promise<unknown>): Promise<string> {
  const [file] = await Promise.all([page.waitForEvent("download"), doing()]);
  return readFileSync(await file.path(), "utf8");
}

function took(who: string, most: number): void {
  console.log(`${who}: ${actions} actions`);
  expect(actions).toBeLessThanOrEqual(most);
}

describe("by pointer", () => {
  it("a data engineer lists the live models that a bad data set reached", async () => {
    const page = await open(factory);
    await find(page, await badData());
    await act(page, () => page.getByRole("link", { name: "Impact" }).click());
    await act(page, () => page.getByRole("button", { name: /Only the \d+ live/ }).click());
    await picture(page, "lineage-live");
    const csv = await csvAfter(page, () => act(page, () => page.getByRole("button", { name: "CSV" }).click()));
    const [head = "", ...lines] = (csv.split("\r\n\r\n")[0] ?? "").split("\r\n");
    const states = lines.map((line) => line.split(",").at(head.split(",").indexOf("state")));
    expect(states.filter((state) => state === "LIVE").length).toBeGreaterThan(0);
    expect(states.filter((state) => state !== "LIVE").length).toBe(1);
    took("data engineer", 4);
  });

  it("a scientist compares the two best of many", async () => {
    const page = await open(factory, "/artifacts?filter=type=model&columns=!name,version,metric.auc");
    await act(page, () => page.getByRole("button", { name: "auc" }).click());
    const ticks = page.getByRole("checkbox", { name: /^Select churn/ });
    await act(page, () => ticks.nth(0).click());
    await act(page, () => ticks.nth(1).click());
    await page.getByRole("grid").focus();
    await act(page, () => page.keyboard.press("c"));
    await page.getByRole("heading", { name: "Compare 2 artifacts" }).waitFor();
    took("scientist", 4);
  });

  it("who is on call sees what failed on which input", async () => {
    const page = await open(factory);
    await act(page, () => page.getByRole("link", { name: "Executions", exact: true }).click());
    const facets = page.getByRole("complementary", { name: "Facets" });
    await act(page, () => facets.getByRole("button", { name: /^failed/i }).click());
    await act(page, () => page.locator(".record-link").first().click());
    await page.locator(".failed").first().waitFor(); // the note that says why, as far as it is known
    expect(await page.getByRole("region", { name: "Inputs" }).getByRole("link").count()).toBeGreaterThan(0);
    await picture(page, "execution-failed");
    took("on call", 3);
  });

  it("a reviewer sees how two records are related", async () => {
    const page = await open(bakery, "/lineage?focus=a3");
    const node = (key: string) => page.locator(`.react-flow__node[data-id="${key}"]`);
    await act(page, () => node("a1").click());
    await act(page, () => node("a3").click({ modifiers: ["Shift"] }));
    await page.getByText(/path 1 of 1/).waitFor();
    took("reviewer", 2);
  });

  it("anybody opens a uri from a log", async () => {
    const page = await open(bakery);
    await find(page, "bigquery://bakery/orders");
    await page.getByRole("heading", { level: 1, name: "orders" }).waitFor();
    took("anybody", 1);
  });
});

describe("by keyboard alone", () => {
  it("a data engineer", async () => {
    const page = await open(factory);
    await find(page, await badData());
    await pressOn(page, /^Impact$/);
    await pressOn(page, /^Only the \d+ live$/);
    expect(await csvAfter(page, () => pressOn(page, /^CSV$/))).toContain("LIVE");
    took("data engineer", 4);
  });

  it("a reviewer", async () => {
    const page = await open(bakery, "/lineage?focus=a3");
    await page.locator('.react-flow__node[data-id="a1"]').waitFor(); // keys move between nodes that are drawn
    await tabTo(page, /^Lineage graph/);
    for (const key of ["ArrowLeft", "ArrowLeft"]) {
      await page.keyboard.press(key);
      await settle(page); // the address follows each step: keys that come sooner start from where it was
    }
    await act(page, () => page.keyboard.press("Shift+Enter"));
    await page.getByText(/path 1 of 1/).waitFor();
    took("reviewer", 1);
  });
});

describe("an old version", () => {
  it("has a lineage of its own: its run and its data, not those of the newest", async () => {
    const page = await open(bakery);
    const models = await (await fetch(`${bakery.address}/api/v1/artifacts?q=name=loaf-forecast&order_by=id`)).json();
    const [oldest] = (models as { items: { id: string; version: string }[] }).items;
    await find(page, "loaf-forecast");
    await act(page, () => page.getByRole("tab", { name: /Versions/ }).click());
    const row = page.getByRole("row", { name: new RegExp(oldest?.version ?? "") });
    await act(page, () => row.getByRole("link", { name: "Lineage" }).click());
    expect(page.url()).toContain(`focus=a${oldest?.id}`);
    const data = page.locator(".react-flow__node", { hasText: "orders" });
    expect(await data.count()).toBe(1);
    expect(await data.textContent()).toContain(oldest?.version);
  });
});
