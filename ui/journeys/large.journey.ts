// A store of 100,000 artifacts: how long things take is measured and printed; what is promised of the DOM is asserted.

import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { largeStore, launch, picture, serve, settle, type Visitor, visit, type World } from "./world";

let browser: Browser;
let world: World;
let visitor: Visitor;

beforeAll(async () => {
  world = await serve(largeStore(100_000));
  browser = await launch();
  visitor = await visit(browser, world);
  // The search index follows a store once, when it is first read.
  for (;;) {
    const totals = (await (await fetch(`${world.address}/api/v1/totals`)).json()) as { complete: boolean };
    await fetch(`${world.address}/api/v1/artifacts?limit=1`);
    if (totals.complete) break;
    await new Promise((done) => setTimeout(done, 500));
  }
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

describe("a list of 100,000", () => {
  it("shows its first rows and facets", async () => {
    const { page } = visitor;
    await page.goto("/artifacts");
    await settle(page);
    const start = Date.now();
    await page.goto("/artifacts");
    await page.locator(".grid-body .row").first().waitFor();
    const rows = Date.now() - start;
    await page.locator(".facet-row").first().waitFor();
    console.log(`first rows ${rows} ms, with facets ${Date.now() - start} ms`);
    await settle(page);
    await picture(page, "large-artifacts");
    expect(await page.getByText("100,000 artifacts").count()).toBeLessThanOrEqual(1);
  });

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
    console.log(`scroll p95 frame ${found.p95.toFixed(1)} ms, longest task ${found.longest} ms, ${elements} elements`);
    expect(elements).toBeLessThan(1500);
  });

  it("answers a filter", async () => {
    const { page } = visitor;
    const start = Date.now();
    await page.goto("/artifacts?filter=type:model");
    await page.locator(".grid-body .row").first().waitFor();
    console.log(`filtered page ${Date.now() - start} ms`);
  });
});

describe("a large lineage", () => {
  it("of a hub shows its 300 readers as one stack, which can be searched", async () => {
    const { page } = visitor;
    const start = Date.now();
    await page.goto("/lineage?focus=a1&up=0&down=all");
    await page.locator(".react-flow__node, .far-view").first().waitFor();
    console.log(
      `lineage shown after ${Date.now() - start} ms: ${await page.locator(".lineage-chips > span").first().textContent()}`,
    );
    await settle(page);
    await picture(page, "large-lineage");
    const box = await page.locator(".graph").boundingBox();
    const found = await frames(page, async () => {
      await page.mouse.move((box?.x ?? 0) + 400, (box?.y ?? 0) + 300);
      await page.mouse.down();
      for (let step = 0; step < 40; step += 1) await page.mouse.move(400 + step * 8, 300 + step * 4);
      await page.mouse.up();
    });
    console.log(`pan p95 frame ${found.p95.toFixed(1)} ms, longest task ${found.longest} ms`);
  });

  it("opens on at most 60 and says how many more there are", async () => {
    const { page } = visitor;
    await page.goto("/lineage?focus=a1");
    await settle(page);
    await picture(page, "hub-lineage");
    expect(await page.locator(".lineage-chips").textContent()).toMatch(/more were not followed|stack/);
  });
});

describe("the whole", () => {
  it("has had no error on the console", () => {
    expect(visitor.faults).toEqual([]);
  });
});
