// The home view: what ran last night, why it failed, what is in production; by pointer, by keyboard, on a phone, empty.

import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  emptyStore,
  indexed,
  launch,
  picture,
  recentStore,
  serve,
  settle,
  type Visitor,
  visit,
  type World,
} from "./world";

let browser: Browser;
let world: World;
let visitor: Visitor;

beforeAll(async () => {
  world = await serve(recentStore());
  browser = await launch();
  await indexed(world);
  visitor = await visit(browser, world, { width: 1440, height: 900 });
});

afterAll(async () => {
  expect(visitor?.faults).toEqual([]);
  await browser?.close();
  await world?.stop();
});

/** How many records the list says that it has. */
async function totalOfList(): Promise<string> {
  const total = visitor.page.locator(".list-status strong").first();
  await total.waitFor();
  return (await total.textContent()) ?? "";
}

async function open(address: string) {
  await visitor.page.goto(address);
  await settle(visitor.page);
  return visitor.page;
}

describe("the home view", () => {
  it("says what failed in a span of time, why, and what it read, without a click", async () => {
    const page = await open("/?span=30d");
    const failed = page.getByRole("region", { name: "What failed, and why" });
    await failed.locator(".failure-line").first().waitFor();
    expect(await page.locator(".home-span").textContent()).toMatch(/since \d+ \w{3} \d{4}, \d\d:\d\d/);
    await failed.locator(".home-inputs a").first().click();
    await page.waitForURL(/artifacts\/\d+$/);
  });

  it("leads to the list of all that it counts", async () => {
    const page = await open("/?span=30d");
    const ran = page.getByRole("region", { name: "What ran" });
    const said = (await ran.locator(".home-states strong").textContent()) ?? "";
    await ran.getByRole("link", { name: "All: what ran" }).click();
    await page.waitForURL(/executions\?/);
    await settle(page);
    expect(await totalOfList()).toBe(said.replace(/ .*/, ""));
    expect(new URL(page.url()).searchParams.get("sort")).toBe("-ran");
  });

  it("has no number that its list does not show: states, reasons, workspaces, models", async () => {
    const page = await open("/?span=30d");
    const links = page.locator(".home-states a, .home-panels .home-end a, .home-all a");
    await page.locator(".home-end a").first().waitFor();
    const numbers = await links.evaluateAll((found) =>
      found.map((link) => {
        const all = link.closest(".home-all");
        const text = all ? (all.textContent?.match(/of ([\d,]+\+?)/)?.[1] ?? "") : (link.textContent ?? "").trim();
        return { href: link.getAttribute("href") ?? "", number: text.replace(/[^\d,+].*/s, "") };
      }),
    );
    const counted = numbers.filter(({ number, href }) => number && !href.startsWith("/workspaces"));
    expect(counted.length).toBeGreaterThan(8);
    for (const { href, number } of counted) {
      await open(href);
      expect(`${href} ${await totalOfList()}`).toBe(`${href} ${number}`);
    }
  });

  it("shows the models in production with their numbers", async () => {
    const page = await open("/");
    const models = page.getByRole("region", { name: "Models in production" });
    await models.locator(".home-rows li").first().waitFor();
    expect(await models.locator(".home-end strong").first().textContent()).toMatch(/\d/);
  });

  it("is walked by keys: More holds Types and Audit", async () => {
    const page = await open("/");
    await page.getByRole("button", { name: "More", exact: true }).focus();
    await page.keyboard.press("Enter");
    await page.getByRole("menuitem", { name: "Types" }).waitFor();
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    await page.waitForURL(/types$|audit$/);
  });

  it("keeps old links to the list of artifacts", async () => {
    const page = await open("/?filter=type:model&sort=name");
    expect(new URL(page.url()).pathname).toBe("/artifacts");
    expect(page.url()).toContain("filter=type:model");
  });

  it("fails panel by panel", async () => {
    const { page } = visitor;
    await page.route("**/api/v1/home/models*", (route) => route.fulfill({ status: 400, body: "{}" }));
    await open("/?span=30d");
    const models = page.getByRole("region", { name: "Models in production" });
    await models.getByRole("button", { name: "Try again" }).waitFor();
    expect(await page.getByRole("region", { name: "What ran" }).locator(".home-rows li").count()).toBeGreaterThan(0);
    await page.unroute("**/api/v1/home/models*");
    visitor.faults.splice(0);
  });

  it("is drawn in one column on a phone, and in both themes", async () => {
    for (const [theme, width] of [
      ["light", 360],
      ["dark", 360],
      ["light", 1440],
      ["dark", 1440],
      ["light", 2560],
    ] as const) {
      const other = await visit(browser, world, { theme, width, height: 900 });
      await other.page.goto("/?span=30d");
      await settle(other.page);
      const wide = await other.page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      expect(wide).toBeLessThanOrEqual(0);
      await picture(other.page, `home-${theme}-${width}`);
      await other.close();
    }
  });
});

describe("a failed execution", () => {
  it("has its reason at the top, and the traceback folded with a way to copy it", async () => {
    const answer = await fetch(`${world.address}/api/v1/executions?q=has:error&limit=50`);
    const { items } = (await answer.json()) as { items: { id: string }[] };
    const page = await open(`/executions/${items[0]?.id}`);
    const why = page.getByRole("region", { name: "Why it did not complete" });
    await why.waitFor();
    await picture(page, "home-execution-failed");
    await page.goto("/executions?filter=has:error");
    await page.locator(".row .failure-line").first().waitFor();
    await picture(page, "home-executions-failed");
  });
});

describe("an empty store", () => {
  it("says how to begin, with the port of this server", async () => {
    const empty = await serve(emptyStore());
    const other = await visit(browser, empty);
    await other.page.goto("/");
    const { grpc_port: port } = (await (await fetch(`${empty.address}/api/v1/connection`)).json()) as {
      grpc_port: number;
    };
    await other.page.getByText(`url="grpc://127.0.0.1:${port}"`).waitFor();
    await other.page.getByText(`lineal tutorial --server 127.0.0.1:${port}`).waitFor();
    await other.page.getByRole("button", { name: "Copy the Python" }).click();
    expect(await other.page.evaluate(() => navigator.clipboard.readText())).toContain(`:${port}"`);
    await picture(other.page, "home-empty");
    await other.close();
    await empty.stop();
  });
});
