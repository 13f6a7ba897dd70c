// Names, uris and labels with markup, quotes, 10,000 letters, right-to-left text and emoji: shown as text, breaking nothing.

import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { launch, oddStore, picture, serve, settle, type Visitor, visit, type World } from "./world";

let browser: Browser;
let world: World;
let visitor: Visitor;
let odd: { id: string; name: string }[];

beforeAll(async () => {
  world = await serve(oddStore());
  browser = await launch();
  visitor = await visit(browser, world);
  const answer = await fetch(`${world.address}/api/v1/artifacts?q=${encodeURIComponent('has:"label.odd <i>key</i>"')}`);
  odd = ((await answer.json()) as { items: typeof odd }).items;
});

beforeEach(() => {
  visitor.faults.length = 0;
});

afterAll(async () => {
  await browser?.close();
  await world?.stop();
});

/** What would show that a text was taken for markup, code or a place to go to, or that it burst its box. */
async function damage(page: Page): Promise<string[]> {
  const found = await page.evaluate(() => {
    const marks = [...document.querySelectorAll("main b, main i, main script")].map(({ outerHTML }) => outerHTML);
    const links = [...document.querySelectorAll("a")].filter(({ protocol }) => !/^(https?|ftp|blob):$/.test(protocol));
    const isWide = document.documentElement.scrollWidth > window.innerWidth;
    return [...marks, ...links.map(({ href }) => href.slice(0, 80)), ...(isWide ? ["the page scrolls sideways"] : [])];
  });
  return [...found, ...visitor.faults];
}

/** Markup, 10,000 letters, right-to-left letters that turn others around, and code as an address. */
function worst(): typeof odd {
  return odd.filter(({ name }) => /^<script|^nnnn|\u202e|^javascript:/.test(name));
}

const PAGES: Record<string, (id: string) => string> = {
  "an artifact": (id) => `/artifacts/${id}`,
  "its metrics": (id) => `/artifacts/${id}?tab=metrics`,
  "its lineage": (id) => `/lineage?focus=a${id}&sel=a${id}`,
  "its lineage as a table": (id) => `/lineage?focus=a${id}&view=table`,
  "a preview in the list": (id) => `/artifacts?filter=type=model&preview=${id}`,
};

describe("odd names", () => {
  it("are those of nine models", () => {
    expect(odd.length).toBeGreaterThanOrEqual(8);
  });

  it.each(Object.entries(PAGES))("are text on %s", async (what, address) => {
    for (const { id } of worst()) {
      await visitor.page.goto(address(id));
      await settle(visitor.page);
      expect(await damage(visitor.page)).toEqual([]);
    }
    await picture(visitor.page, `odd-${what.replaceAll(" ", "-")}`);
  });

  it("stand whole in the heading of their page", async () => {
    for (const { id, name } of odd) {
      await visitor.page.goto(`/artifacts/${id}`);
      const heading = visitor.page.getByRole("heading", { level: 1 });
      await heading.waitFor();
      const shown = (await heading.textContent()) ?? "";
      // Long names may break at zero-width spaces, which are no part of them.
      expect(shown.replaceAll("\u200b", "").trim()).toBe(name.trim());
    }
  });

  it("are text in the list, in facets, in the search box and side by side", async () => {
    const { page } = visitor;
    await page.goto("/artifacts?filter=type=model&columns=!name,uri,label.team");
    await settle(page);
    await picture(page, "odd-list");
    expect(await damage(page)).toEqual([]);
    await page.keyboard.press("/");
    await page.keyboard.type("<script>");
    await page.getByRole("option", { name: /alert/ }).first().waitFor();
    expect(await damage(page)).toEqual([]);
    await page.goto(`/compare?all=1&ids=${odd.map(({ id }) => `a${id}`).join(",")}`);
    await settle(page);
    await picture(page, "odd-compare");
    expect(await damage(page)).toEqual([]);
  });

  it("of labels can be clicked in a facet", async () => {
    const { page } = visitor;
    await page.goto("/artifacts");
    const facets = page.getByRole("complementary", { name: "Facets" });
    await facets.getByRole("heading", { name: "odd <i>key</i>" }).waitFor();
    await facets.getByRole("button", { name: /<script/ }).click();
    await settle(page);
    expect(await page.locator(".grid-body .row").count()).toBe(1);
    expect(await page.locator("#filter-mistake").count()).toBe(0);
  });

  it("leave a narrow window whole", async () => {
    const narrow = await visit(browser, world, { width: 360, height: 740 });
    for (const { id } of worst()) {
      await narrow.page.goto(`/artifacts/${id}`);
      await settle(narrow.page);
      expect(await damage(narrow.page)).toEqual([]);
    }
    await narrow.close();
  });
});
