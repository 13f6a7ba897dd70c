// A store of 100,000 artifacts, of LINEAL_LARGE_ARTIFACTS, or the one in LINEAL_LARGE_STORE: how long things take is
// measured and printed, as the median of five with the load of the machine; what is promised of the DOM is asserted.

import { loadavg } from "node:os";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { indexed, largeStore, launch, picture, serve, settle, type Visitor, visit, type World } from "./world";

let browser: Browser;
let world: World;
let visitor: Visitor;

beforeAll(async () => {
  world = await serve(largeStore(Number(process.env.LINEAL_LARGE_ARTIFACTS ?? 100_000)));
  browser = await launch();
  visitor = await visit(browser, world);
  await indexed(world);
});

afterAll(async () => {
  await browser?.close();
  await world?.stop();
});

/** Frame times while something happens: the 95th percentile, and the longest task. */
async function frames(page: Page, act: () => Promise<void>): Promise<{ p95: number; longest: number }> {
  await page.evaluate(() => {
    const times: number[] = [];
    const tasks: number[] = [];
    Object.assign(window, { times, tasks });
    new PerformanceObserver((list) => tasks.push(...list.getEntries().map(({ duration }) => duration))).observe({
      entryTypes: ["longtask"],
    });
    let last = performance.now();
    const tick = (now: number) => {
      times.push(now - last);
      last = now;
      requestAnimationFrame(tick);
    };
    requestAnimationFrame(tick);
  });
  await act();
  return page.evaluate(() => {
    const { times, tasks } = window as unknown as { times: number[]; tasks: number[] };
    const sorted = times.slice(2).sort((left, right) => left - right);
    return { p95: sorted[Math.floor(sorted.length * 0.95)] ?? 0, longest: Math.max(0, ...tasks) };
  });
}

const TIMES = 5;

/** Milliseconds until something can be seen after an address was entered, the median of five. */
async function shownAfter(address: string, ...what: string[]): Promise<number> {
  const { page } = visitor;
  const taken: number[] = [];
  for (let time = 0; time < TIMES; time += 1) {
    await page.goto("about:blank");
    const start = performance.now();
    await page.goto(address, { waitUntil: "commit" });
    for (const each of what) await page.locator(each).first().waitFor();
    taken.push(performance.now() - start);
  }
  return Math.round(taken.sort((left, right) => left - right)[Math.floor(TIMES / 2)] as number);
}

function say(what: string): void {
  console.log(`${what} (load ${loadavg()[0]?.toFixed(1)})`);
}

const ROW = ".grid-body .row";

/** Frames while the graph is dragged about. */
async function pan(page: Page): Promise<string> {
  const found = await frames(page, async () => {
    await page.mouse.move(400, 300);
    await page.mouse.down();
    for (let step = 0; step < 60; step += 1) await page.mouse.move(400 + step * 6, 300 + step * 4);
    await page.mouse.up();
  });
  return `p95 frame ${found.p95.toFixed(1)} ms, longest task ${found.longest} ms`;
}

describe("a large list", () => {
  it("shows its first rows and facets", async () => {
    const { page } = visitor;
    await page.goto("/artifacts");
    await settle(page);
    await picture(page, "large-artifacts");
    say(`first page with facets ${await shownAfter("/artifacts", ROW, ".facet-row")} ms`);
    say(`filtered page with facets ${await shownAfter("/artifacts?filter=type=model", ROW, ".facet-row")} ms`);
    const best = "/artifacts?filter=type=model metric.auc>0.9&sort=-metric.auc&columns=!name,metric.auc";
    say(`filtered and sorted by a metric ${await shownAfter(best, ROW)} ms`);
    say(`with a word ${await shownAfter("/artifacts?filter=churn", ROW)} ms`);
    say(`runs ${await shownAfter("/runs", ROW)} ms`);
  }, 300_000);

  it("scrolls with few elements in the document", async () => {
    const { page } = visitor;
    await page.goto("/artifacts");
    await settle(page);
    await page.getByRole("grid").hover();
    const found = await frames(page, async () => {
      for (let step = 0; step < 40; step += 1) await page.mouse.wheel(0, 240);
      await page.waitForTimeout(300);
    });
    const elements = await page.evaluate(() => document.querySelectorAll("*").length);
    say(`scroll p95 frame ${found.p95.toFixed(1)} ms, longest task ${found.longest} ms, ${elements} elements`);
    expect(elements).toBeLessThan(1500);
  });
});

describe("a large lineage", () => {
  it("of a hub shows its 300 readers in few stacks, near and from afar", async () => {
    const { page } = visitor;
    const address = "/lineage?focus=a1&up=0&down=all";
    const shown = await shownAfter(address, ".react-flow__node");
    await settle(page);
    say(`lineage shown after ${shown} ms: ${await page.locator(".lineage-chips > span").first().textContent()}`);
    await picture(page, "large-lineage");
    say(`pan, near: ${await pan(page)}`);
    await page.getByRole("application", { name: /Lineage graph/ }).focus();
    await page.keyboard.press("0");
    await page.locator(".far-view").waitFor();
    await picture(page, "large-lineage-far");
    say(`pan, all of it: ${await pan(page)}`);
  });

  it("as a table has its rows in few elements, to the last, and finds its selection", async () => {
    const { page } = visitor;
    const address = "/lineage?focus=a1&up=all&down=all&view=table";
    say(`lineage as a table shown after ${await shownAfter(address, "tr[aria-level]")} ms`);
    await settle(page);
    const grid = page.getByRole("treegrid");
    const rows = Number(await grid.getAttribute("aria-rowcount")) - 1;
    await page.locator(".treegrid").hover();
    const found = await frames(page, async () => {
      for (let step = 0; step < 40; step += 1) await page.mouse.wheel(0, 240);
      await page.waitForTimeout(300);
    });
    const elements = await page.evaluate(() => document.querySelectorAll("*").length);
    say(
      `scroll of ${rows} rows: p95 frame ${found.p95.toFixed(1)} ms, longest ${found.longest} ms, ${elements} elements`,
    );
    expect(elements).toBeLessThan(1500);
    await grid.focus();
    await page.keyboard.press("End");
    await page.locator(`tr[aria-rowindex="${rows + 1}"][aria-selected="true"]`).waitFor();
    await page.reload();
    await page.locator(`tr[aria-rowindex="${rows + 1}"][aria-selected="true"]`).waitFor();
    await picture(page, "large-lineage-table");
  });

  it("opens on at most 60 and says how many more there are", async () => {
    const { page } = visitor;
    await page.goto("/lineage?focus=a1");
    await settle(page);
    await picture(page, "hub-lineage");
    expect(await page.locator(".lineage-chips").textContent()).toMatch(/not shown|stack/);
  });
});

describe("the whole", () => {
  it("has had no error on the console", () => {
    expect(visitor.faults).toEqual([]);
  });
});
