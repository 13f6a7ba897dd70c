// Seventeen tasks that people do every day, each from the home view, with counted clicks; keys.tasks.journey.ts does them
// by keyboard alone. A click is a press of the pointer; a text that is typed is none. The counts are printed and bounded.

import type { Browser } from "playwright-core";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { Person } from "./person";
import {
  addModel,
  emptyStore,
  launch,
  lineageStore,
  picture,
  recentStore,
  serve,
  settle,
  visit,
  type World,
} from "./world";

let browser: Browser;
let store: string;
let world: World;
let wide: World;
let person: Person;

beforeAll(async () => {
  store = recentStore();
  [world, wide] = await Promise.all([serve(store), serve(lineageStore("wide").url)]);
  browser = await launch();
});

beforeEach(() => {
  return () => person.leave();
});

afterAll(async () => {
  await browser?.close();
  await Promise.all([world?.stop(), wide?.stop()]);
});

describe("by pointer", () => {
  it("1: which models are in production, with their numbers", async () => {
    person = await Person.at(browser, world);
    const production = person.region("Models in production");
    expect(await production.getByRole("listitem").count()).toBeGreaterThan(3);
    expect(await production.getByRole("listitem").first().textContent()).toMatch(/0\.\d+/);
    await picture(person.page, "task-1-home");
    await person.click(production.getByRole("link", { name: /^All/ }));
    await expect.poll(() => person.page.locator("[aria-rowcount]").getAttribute("aria-rowcount")).toBe("41");
    await picture(person.page, "task-1-list");
    await person.took("production models", 3);
  });

  it("2: where a data set came from, and who uses it", async () => {
    person = await Person.at(browser, wide);
    await person.click(person.searchBox);
    await person.find("imagenet-shards");
    const short = person.region(/Lineage in short/);
    expect(await short.textContent()).toMatch(/Made from.*prepare.*Used by.*train/s);
    await picture(person.page, "task-2-data-set");
    await person.took("source and users of a data set", 3, 1);
  });

  it("3: the latest three versions of a model, compared", async () => {
    person = await Person.at(browser, world);
    await person.click(person.searchBox);
    await person.find("resnet-sweep");
    await person.click(person.page.getByRole("link", { name: "Compare the latest three" }));
    await person.heading(/^Compare 3/).waitFor();
    expect(await person.page.locator("main").textContent()).toMatch(/accuracy/i);
    await picture(person.page, "task-3-compare");
    await person.took("compare three versions", 3, 4);
  });

  it("3: three chosen versions of a model, compared by ticks", async () => {
    person = await Person.at(browser, world);
    await person.click(person.searchBox);
    await person.find("resnet-sweep");
    await person.click(person.page.getByRole("tab", { name: /^Versions/ }));
    const ticks = person.page.getByRole("checkbox", { name: /^Tick version/ });
    for (const at of [0, 2, 4]) await person.click(ticks.nth(at));
    await person.press("c");
    await person.heading(/^Compare 3/).waitFor();
    await person.took("compare three versions by ticks", 5);
  });

  it("4: accuracy by a label over time", async () => {
    person = await Person.at(browser, world);
    await person.click(person.page.getByRole("link", { name: "Monitor", exact: true }));
    const choices = person.page.getByRole("group", { name: "Metrics to plot" });
    await person.click(choices.getByRole("button", { name: "Accuracy", exact: true }));
    await person.click(
      person.page.getByRole("group", { name: "A line for each" }).getByRole("button", { name: /optimizer/ }),
    );
    const plot = person.page.getByRole("img", { name: /^accuracy/i });
    await expect.poll(() => plot.getAttribute("aria-label")).toMatch(/adam.*sgd|sgd.*adam/s);
    await picture(person.page, "task-4-monitor");
    await person.took("accuracy by label over time", 3, 3);
  });

  it("5: what failed last night, and why", async () => {
    person = await Person.at(browser, world);
    const failed = person.region(/What failed/);
    expect(await failed.textContent()).toMatch(/Error|OOMKilled/);
    await person.click(failed.getByRole("listitem").getByRole("link").first());
    await person.page
      .getByText(/Traceback/)
      .first()
      .waitFor();
    await picture(person.page, "task-5-failed");
    await person.took("why last night failed", 3, 3);
  });

  it("6: everything that holds some words", async () => {
    person = await Person.at(browser, world);
    await person.click(person.page.getByRole("link", { name: "Executions", exact: true }));
    await person.click(person.page.getByRole("combobox", { name: "Filter" }));
    await person.page.keyboard.type('error:"out of memory"');
    await person.press("Enter");
    await expect.poll(() => person.rows.count()).toBeGreaterThan(3);
    expect(await person.rows.first().textContent()).toMatch(/memory/i);
    await picture(person.page, "task-6-words");
    await person.took("free text", 3);
  });

  it("7: a list as it is, shared by its link", async () => {
    person = await Person.at(browser, world);
    await person.click(person.page.getByRole("link", { name: "Artifacts", exact: true }));
    await person.click(person.page.getByRole("button", { name: /^Metrics/ }).first());
    await person.click(
      person.page
        .getByRole("columnheader", { name: /^Created/ })
        .getByRole("button")
        .first(),
    );
    const seen = await person.rows.allTextContents();
    const other = await visit(browser, world, { width: 1440, height: 900 });
    await other.page.goto(person.page.url());
    await settle(other.page);
    expect(await other.page.locator(".grid-body .row").allTextContents()).toEqual(seen);
    await other.close();
    await person.took("share by link", 3);
  });

  it("8: a list as CSV", async () => {
    person = await Person.at(browser, world);
    await person.click(person.page.getByRole("link", { name: "Artifacts", exact: true }));
    await person.click(person.page.getByRole("button", { name: "Export" }));
    const csv = await person.fileAfter(() => person.click(person.page.getByRole("menuitem", { name: /CSV/ }).first()));
    expect(csv.trim().split("\n").length).toBeGreaterThan(1500);
    await person.took("CSV", 3);
  });

  it("9: a lineage of 441 nodes, all of it, and then short", async () => {
    person = await Person.at(browser, wide);
    await person.click(person.searchBox);
    await person.find("resnet-sweep");
    await person.click(person.page.getByRole("link", { name: "Full ancestry" }));
    await picture(person.page, "task-9-441");
    expect(await person.page.locator(".lineage-chips").textContent()).toContain("441");
    await person.click(person.page.getByRole("button", { name: "Merge versions: 441 → 9 nodes" }));
    expect(await person.page.locator(".lineage-chips").textContent()).toMatch(/^9 nodes/);
    await picture(person.page, "task-9-merged");
    await person.took("a lineage of 441 nodes", 3);
  });

  it("12: the dark theme, which stays", async () => {
    person = await Person.at(browser, world);
    await person.click(person.page.getByRole("button", { name: "Theme" }));
    await person.click(person.page.getByRole("menuitem", { name: "Dark" }));
    await person.page.reload();
    await settle(person.page);
    const scheme = () => person.page.evaluate(() => document.documentElement.getAttribute("data-mantine-color-scheme"));
    expect(await scheme()).toBe("dark");
    await picture(person.page, "task-12-dark");
    await person.took("dark", 2, 2);
  });

  it("15: a description written and a version promoted, and that is undone", async () => {
    person = await Person.at(browser, world);
    await person.click(person.searchBox);
    await person.find("resnet-sweep");
    await person.click(person.page.getByRole("button", { name: "Edit description" }));
    await person.page.keyboard.type("Reviewed on Monday.");
    await person.press("Control+Enter");
    await person.page.locator(".field-description").getByText("Reviewed on Monday.").waitFor();
    await person.click(person.page.getByRole("button", { name: "Edit aliases" }));
    await person.page.getByRole("combobox", { name: "New alias" }).fill("candidate");
    await person.press("Enter");
    await person.page
      .getByText(/has the alias candidate/)
      .first()
      .waitFor();
    await picture(person.page, "task-15-promoted");
    await person.click(person.page.getByRole("button", { name: /^Undo/ }));
    await expect
      .poll(() => person.page.locator("article header, .record-header").first().textContent())
      .not.toContain("candidate");
    expect(await person.page.locator(".field-description").textContent()).toContain("Reviewed on Monday.");
    await person.took("edit and promote", 5);
  });

  it("16: what is logged now, without a reload", async () => {
    person = await Person.at(browser, world, { clock: true });
    await person.click(person.page.getByRole("link", { name: "Artifacts", exact: true }));
    addModel(store, "logged-just-now");
    await person.letHalfAMinutePass();
    await person.page.getByRole("link", { name: "logged-just-now" }).first().waitFor();
    await person.took("live", 1, 1);
  });

  it("17: the first rows, and how soon", async () => {
    person = await Person.at(browser, world);
    // Printed, not bounded: a crowded machine is slow for no fault. large.journey.ts compares.
    const taken: number[] = [];
    for (let time = 0; time < 5; time += 1) {
      await person.page.goto("about:blank");
      const start = performance.now();
      await person.page.goto("/artifacts", { waitUntil: "commit" });
      await person.rows.first().waitFor();
      taken.push(Math.round(performance.now() - start));
    }
    console.log(`first rows after ${taken.sort((left, right) => left - right).join(", ")} ms`);
  });
});

/** Every page fits into a window of 360 px. */
describe("11: at 360 px", () => {
  const ADDRESSES = [
    "/",
    "/artifacts",
    "/artifacts/1",
    "/executions/1",
    "/lineage?focus=a4",
    "/monitor",
    "/compare?ids=a2,a5",
  ];
  it.each(ADDRESSES)("%s needs no scrolling to the side", async (address) => {
    person = await Person.at(browser, world, { width: 360, height: 740 });
    await person.open(address);
    await picture(person.page, `task-11-${address.replaceAll(/\W+/g, "-")}`);
    expect(await person.page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
  });
});

describe("13: an empty store", () => {
  it("says how to begin, with the address that its server has", async () => {
    const empty = await serve(emptyStore());
    person = await Person.at(browser, empty);
    const said = (await person.page.locator("main").textContent()) ?? "";
    const { grpc_port } = (await (await fetch(`${empty.address}/api/v1/connection`)).json()) as { grpc_port: number };
    expect(said).toContain(String(grpc_port));
    await picture(person.page, "task-13-empty");
    await person.took("empty store", 0);
    await empty.stop();
  });
});

describe("14: a server that goes away", () => {
  it("leaves the rows where they are, says so once, and is read again when it is back", async () => {
    const other = await serve(store);
    person = await Person.at(browser, other);
    await person.click(person.page.getByRole("link", { name: "Artifacts", exact: true }));
    const before = await person.rows.count();
    await other.stop();
    await person.page.getByRole("button", { name: "Metrics" }).first().click();
    const notice = person.page.getByText("The server does not answer");
    await notice.waitFor({ timeout: 60_000 });
    expect(await notice.count()).toBe(1);
    await picture(person.page, "task-14-down");
    expect(await person.rows.count()).toBe(before);
    const again = await serve(store, "--http-port", new URL(other.address).port);
    await notice.waitFor({ state: "hidden", timeout: 60_000 });
    await person.page
      .getByRole("button", { name: /^Metrics/ })
      .first()
      .click();
    await person.page.waitForURL(/filter=/);
    await expect.poll(() => person.rows.first().textContent(), { timeout: 30_000 }).toMatch(/holdout/);
    await again.stop();
    person.visitor.faults.length = 0; // the browser reports each request that failed
  }, 180_000);
});
