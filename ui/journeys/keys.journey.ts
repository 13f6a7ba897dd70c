// Keys in lists, facets and the search, and that nothing moves under the pointer: the tutorial's store in Chromium.

import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { largeStore, launch, picture, serve, settle, type Visitor, visit, type World } from "./world";

let browser: Browser;
let world: World;
let visitor: Visitor;
let page: Page;

beforeAll(async () => {
  world = await serve(largeStore(1500));
  browser = await launch();
});

beforeEach(async () => {
  visitor = await visit(browser, world, { width: 1440, height: 900 });
  page = visitor.page;
  return async () => {
    expect(visitor.faults).toEqual([]);
    await visitor.close();
  };
});

afterAll(async () => {
  await browser?.close();
  await world?.stop();
});

async function openList(): Promise<void> {
  await page.goto("/artifacts");
  await page.locator(".grid-body .row").first().waitFor();
  await page.locator(".facet-row").first().waitFor();
  await settle(page);
}

const focused = () =>
  page.evaluate(() => {
    const active = document.activeElement;
    return active?.getAttribute("role") ?? active?.id ?? active?.tagName;
  });
const chosen = () => page.locator("[role=option][aria-selected=true]");

describe("the search of the whole store", () => {
  it("has exact names first, versions as one, and opens by arrow keys", async () => {
    await openList();
    const name = await page.locator(".grid-body .row .record-link").first().getAttribute("title");
    await page.keyboard.press("/");
    await page.keyboard.type(name ?? "");
    await page
      .getByRole("option", { name: /\d+ versions/ })
      .first()
      .waitFor();
    await settle(page);
    expect(await chosen().locator(".found-name").textContent()).toContain((name ?? "").slice(0, 4));
    await page.keyboard.press("ArrowDown");
    expect(await chosen().textContent()).toMatch(/All \d+ versions/);
    await page.keyboard.press("End");
    expect(await chosen().textContent()).toContain("List all artifacts");
    await page.keyboard.press("Home");
    await picture(page, "search-open");
    await page.keyboard.press("Enter");
    await page.waitForURL(/artifacts\/\d+/);
  });

  it.each(["light", "dark"] as const)("shows what is chosen readably in the %s theme", async (theme) => {
    await page.emulateMedia({ colorScheme: theme });
    await openList();
    await page.keyboard.press("/");
    await page.keyboard.type("churn");
    await chosen().waitFor();
    await picture(page, `search-chosen-${theme}`);
    const colours = await chosen().evaluate((option) => {
      const quiet = option.querySelector(".muted") as HTMLElement;
      return [getComputedStyle(quiet).color, getComputedStyle(option).backgroundColor];
    });
    expect(contrast(colours[0] as string, colours[1] as string)).toBeGreaterThanOrEqual(4.5);
  });

  it("goes away with Esc", async () => {
    await openList();
    await page.keyboard.press("/");
    await page.keyboard.type("churn");
    await chosen().waitFor();
    await page.keyboard.press("Escape");
    expect(await page.getByRole("option").count()).toBe(0);
  });
});

function contrast(left: string, right: string): number {
  const luminance = (colour: string) => {
    const parts = (colour.match(/\d+/g) ?? []).slice(0, 3).map((part) => {
      const level = Number(part) / 255;
      return level <= 0.04045 ? level / 12.92 : ((level + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * (parts[0] ?? 0) + 0.7152 * (parts[1] ?? 0) + 0.0722 * (parts[2] ?? 0);
  };
  const [light, dark] = [luminance(left), luminance(right)].sort((a, b) => b - a) as [number, number];
  return (light + 0.05) / (dark + 0.05);
}

describe("the keys of a list", () => {
  it("work at once, since the focus starts in the rows", async () => {
    await openList();
    expect(await focused()).toBe("grid");
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press(" ");
    expect(await page.locator(".row-selected").count()).toBe(1);
    await page.getByRole("link", { name: "Executions", exact: true }).first().click();
    await page.waitForURL(/executions/);
    await page.locator(".grid-body .row").first().waitFor();
    expect(await focused()).toBe("grid");
  });

  it("leave the focus in a field where somebody writes, and the skip link leads to the rows", async () => {
    await page.goto("/artifacts");
    await page.locator("#filter").focus();
    await page.locator(".grid-body .row").first().waitFor();
    await settle(page);
    expect(await focused()).toBe("combobox");
    await page.locator(".skip").focus();
    await page.keyboard.press("Enter");
    expect(await focused()).toBe("grid");
  });

  it("go on after a tick with the mouse: arrows, Space and c", async () => {
    await openList();
    await page.locator(".row .tick").nth(2).click();
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press(" ");
    expect(await page.locator(".row-selected").count()).toBe(2);
    await page.keyboard.press("c");
    await page.waitForURL(/compare/);
  });
});

describe("the facets", () => {
  it("are one tab stop, with arrow keys, Home and End inside", async () => {
    await openList();
    expect(await page.locator(".facets-body button[tabindex='0']").count()).toBe(1);
    await page.locator(".facets-body button[tabindex='0']").focus();
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("End");
    const last = await page.evaluate(() => document.activeElement?.textContent);
    await page.keyboard.press("Tab");
    expect(await page.evaluate(() => document.activeElement?.closest(".facets-body"))).toBeNull();
    await page.keyboard.press("Shift+Tab");
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe(last);
    await page.keyboard.press("Home");
    await page.keyboard.press("Enter");
    await page.waitForURL(/filter=type/);
  });

  it("do not move when they are clicked", async () => {
    await openList();
    for (const at of [1, 0, 4]) {
      await page.locator(".facet-row").nth(at).hover();
      await watchShifts();
      await page.locator(".facet-row").nth(at).click();
      await settle(page);
      expect(await shifts()).toEqual([]);
    }
    await page.locator(".time-last .link-button").nth(1).hover();
    await watchShifts();
    await page.locator(".time-last .link-button").nth(1).click();
    await settle(page);
    expect(await shifts()).toEqual([]);
    await picture(page, "facets-held");
  });
});

/** Write down every layout shift from now on, also those right after a click, which browsers forgive. */
async function watchShifts(): Promise<void> {
  await page.evaluate(() => {
    const found: string[] = [];
    Object.assign(window, { found });
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries() as unknown as { value: number; sources: { node?: Node }[] }[]) {
        const what = entry.sources.map(
          ({ node }) => `${node?.parentElement?.className ?? ""}: ${node?.textContent ?? ""}`,
        );
        found.push(`${entry.value.toFixed(5)} ${what.map((text) => text.slice(0, 60)).join(" | ")}`);
      }
    }).observe({ type: "layout-shift" });
  });
}

function shifts(): Promise<string[]> {
  return page.evaluate(() => (window as unknown as { found: string[] }).found);
}
