// The tasks of tasks.journey.ts by keyboard alone: not one press of the pointer. Each ends with what a person sees.

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

describe("10: by keyboard alone", () => {
  it("1: which models are in production", async () => {
    person = await Person.at(browser, world);
    await person.enter(/^All: models in production$/);
    await expect.poll(() => person.page.locator("[aria-rowcount]").getAttribute("aria-rowcount")).toBe("41");
    await person.took("production models, by keyboard", 0);
  });

  it("2: where a data set came from, and who uses it", async () => {
    person = await Person.at(browser, wide);
    await person.press("/");
    await person.find("imagenet-shards");
    const short = person.region(/Lineage in short/);
    expect(await short.textContent()).toMatch(/Made from.*prepare.*Used by.*train/s);
    await person.took("source and users, by keyboard", 0);
  });

  it("3: the latest three versions of a model, compared", async () => {
    person = await Person.at(browser, world);
    await person.press("/");
    await person.find("resnet-sweep");
    await person.enter(/^Compare the latest (3|three)/);
    await person.heading(/^Compare 3/).waitFor();
    expect(await person.page.locator("main").textContent()).toMatch(/accuracy/i);
    await person.took("compare three, by keyboard", 0);
  });

  it("4: accuracy by a label over time", async () => {
    person = await Person.at(browser, world);
    await person.enter(/^Monitor$/);
    await person.enter(/^Accuracy$/);
    await person.enter(/optimizer/);
    const plot = person.page.getByRole("img", { name: /^accuracy/i });
    await expect.poll(() => plot.getAttribute("aria-label")).toMatch(/adam.*sgd|sgd.*adam/s);
    await person.took("accuracy by label, by keyboard", 0);
  });

  it("5: what failed last night, and why", async () => {
    person = await Person.at(browser, world);
    await person.enter(/^(prepare|train|evaluate)$/);
    await person.page
      .getByText(/Traceback/)
      .first()
      .waitFor();
    await person.took("why last night failed, by keyboard", 0);
  });

  it("6: everything that holds some words", async () => {
    person = await Person.at(browser, world);
    await person.enter(/^Executions$/);
    await person.page.locator(".grid-body .row").first().waitFor();
    await person.press("f");
    await person.page.keyboard.type('error:"out of memory"');
    await person.press("Enter");
    await expect.poll(() => person.rows.first().textContent()).toMatch(/memory/i);
    await person.took("free text, by keyboard", 0);
  });

  it("7: a list as it is, shared by its link", async () => {
    person = await Person.at(browser, world);
    await person.enter(/^Artifacts$/);
    await person.rows.first().waitFor();
    await person.facet(/^Metrics/);
    await person.press("Enter");
    await expect.poll(() => person.page.locator("[aria-rowcount]").getAttribute("aria-rowcount")).toBe("473");
    await person.enter(/^Created/);
    const seen = await person.rows.allTextContents();
    await person.enter(/^Views/);
    await person.enter(/^Copy the link/);
    const other = await visit(browser, world, { width: 1440, height: 900 });
    await other.page.goto(await person.clipboard());
    await settle(other.page);
    expect(await other.page.locator(".grid-body .row").allTextContents()).toEqual(seen);
    await other.close();
    await person.took("share by link, by keyboard", 0);
  });

  it("8: a list as CSV", async () => {
    person = await Person.at(browser, world);
    await person.enter(/^Artifacts$/);
    await person.rows.first().waitFor();
    await person.enter(/^Export/);
    await person.press("ArrowDown");
    await person.page.locator("[role=menuitem]:focus").waitFor();
    const csv = await person.fileAfter(() => person.press("Enter"));
    const [head = "", ...lines] = csv.trim().split("\n");
    expect(head).toMatch(/name.*type/);
    expect(lines.length).toBeGreaterThan(1499);
    await person.took("CSV, by keyboard", 0);
  });

  it("9: a lineage of 441 nodes, all of it, and then short", async () => {
    person = await Person.at(browser, wide);
    await person.press("/");
    await person.find("resnet-sweep");
    await person.enter(/^Full ancestry$/);
    const chips = person.page.locator(".lineage-chips");
    await expect.poll(() => chips.textContent(), { timeout: 30_000 }).toContain("441 nodes");
    await person.enter(/^Merge versions: 441 → 9 nodes$/);
    expect(await chips.textContent()).toMatch(/^9 nodes/);
    await person.tabTo(/^Lineage graph, 9 nodes/);
    await person.press("ArrowLeft");
    await person.page.getByRole("complementary", { name: "Details of the selection" }).waitFor();
    await picture(person.page, "keys-9-merged");
    await person.took("a lineage of 441 nodes, by keyboard", 0);
  });

  it("11: at 360 px, from the menu to a record", async () => {
    person = await Person.at(browser, world, { width: 360, height: 740 });
    await person.enter(/^Menu$/);
    await person.enter(/^Artifacts$/);
    await person.rows.first().waitFor();
    await person.enter(/^Narrow down/);
    await person.facet(/^Model/);
    await person.press("Enter");
    await expect.poll(() => person.page.locator(".list-status").textContent()).toMatch(/^4\d\d artifacts/);
    await picture(person.page, "keys-11-list");
    await person.tabTo(/^List of artifacts$/);
    await person.press("ArrowDown", "Enter");
    await person.page.getByRole("heading", { level: 1 }).waitFor();
    expect(await person.page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
    await picture(person.page, "keys-11-record");
    await person.took("360 px, by keyboard", 0);
  });

  it("12: the dark theme, which stays", async () => {
    person = await Person.at(browser, world);
    await person.enter(/^Theme$/);
    await person.press("ArrowDown", "End");
    expect(await person.focused()).toBe("Dark");
    await person.press("Enter");
    await person.page.reload();
    await settle(person.page);
    const background = () => person.page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    expect(Math.max(...((await background()).match(/\d+/g) ?? ["255"]).map(Number))).toBeLessThan(60);
    await person.took("dark, by keyboard", 0);
  });

  it("13: an empty store, whose first steps are copied", async () => {
    const empty = await serve(emptyStore());
    person = await Person.at(browser, empty);
    await person.enter(/^Copy the Python$/);
    const { grpc_port } = (await (await fetch(`${empty.address}/api/v1/connection`)).json()) as { grpc_port: number };
    expect(await person.clipboard()).toContain(String(grpc_port));
    expect(await person.page.locator("main").textContent()).toContain(String(grpc_port));
    await person.took("empty store, by keyboard", 0);
    await empty.stop();
  });

  it("14: a server that goes away, and Retry when it is back", async () => {
    const other = await serve(store);
    person = await Person.at(browser, other);
    await person.enter(/^Artifacts$/);
    await person.rows.first().waitFor();
    const before = await person.rows.count();
    await other.stop();
    await person.facet(/^Metrics/);
    await person.page.keyboard.press("Enter");
    const notice = person.page.getByRole("alert").filter({ hasText: "The server does not answer" });
    await notice.waitFor({ timeout: 60_000 });
    expect(await notice.count()).toBe(1);
    expect(await person.rows.count()).toBe(before);
    await picture(person.page, "keys-14-down");
    await person.tabTo(/^Retry$/);
    const again = await serve(store, "--http-port", new URL(other.address).port);
    await person.page.keyboard.press("Enter");
    await notice.waitFor({ state: "hidden", timeout: 60_000 });
    await expect.poll(() => person.rows.first().textContent(), { timeout: 30_000 }).toMatch(/holdout/);
    await person.took("server down, by keyboard", 0);
    await again.stop();
    person.visitor.faults.length = 0; // the browser reports each request that failed
  }, 180_000);

  it("15: a description written and a version promoted, and that is undone", async () => {
    person = await Person.at(browser, world);
    await person.press("/");
    await person.find("resnet-sweep");
    const description = person.page.locator(".field-description");
    await person.enter(/^Edit description$/);
    await person.page.locator("textarea:focus").waitFor();
    await person.page.keyboard.press("Control+a");
    await person.page.keyboard.type("Reviewed by keyboard.");
    await person.press("Control+Enter");
    await description.getByText("Reviewed by keyboard.").waitFor();
    await expect.poll(() => person.focused()).toBe("Edit description");
    await person.enter(/^Edit aliases$/);
    await person.page.locator("input:focus").waitFor();
    await person.page.keyboard.type("shadow");
    await person.press("Enter");
    await person.page.locator(".field-aliases").getByText("shadow", { exact: true }).waitFor();
    await expect.poll(() => person.focused()).toBe("Edit aliases");
    await picture(person.page, "keys-15-promoted");
    await person.press("Control+z");
    await person.page.locator(".field-aliases").getByText("shadow", { exact: true }).waitFor({ state: "hidden" });
    expect(await description.textContent()).toContain("Reviewed by keyboard.");
    await person.took("edit and promote, by keyboard", 0);
  });

  it("16: what is logged now, without a reload, and opened", async () => {
    person = await Person.at(browser, world, { clock: true });
    await person.enter(/^Artifacts$/);
    await person.rows.first().waitFor();
    addModel(store, "logged-by-keyboard");
    await person.letHalfAMinutePass();
    await expect.poll(() => person.rows.first().textContent(), { timeout: 20_000 }).toContain("logged-by-keyboard");
    await person.press("Home", "Enter");
    await person.heading(/^logged-by-keyboard/).waitFor();
    await person.took("live, by keyboard", 0);
  });

  it("17: the first rows, and how soon", async () => {
    // Printed, not bounded: a crowded machine is slow for no fault. large.journey.ts compares.
    const taken: number[] = [];
    for (let time = 0; time < 3; time += 1) {
      person = await Person.at(browser, world);
      await person.tabTo(/^Artifacts$/);
      const start = performance.now();
      await person.page.keyboard.press("Enter");
      await person.rows.first().waitFor();
      taken.push(Math.round(performance.now() - start));
      await settle(person.page);
      if (time < 2) await person.leave();
    }
    console.log(`first rows after Enter, ${taken.sort((left, right) => left - right).join(", ")} ms`);
    await person.took("speed, by keyboard", 0);
  });
});
