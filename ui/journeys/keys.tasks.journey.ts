// The tasks of tasks.journey.ts by keyboard alone: not one press of the pointer.

import type { Browser } from "playwright-core";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { Person } from "./person";
import { launch, lineageStore, recentStore, serve, type World } from "./world";

let browser: Browser;
let world: World;
let wide: World;
let person: Person;

beforeAll(async () => {
  [world, wide] = await Promise.all([serve(recentStore()), serve(lineageStore("wide").url)]);
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
  it("which models are in production", async () => {
    person = await Person.at(browser, world);
    await person.enter(/^All: models in production$/);
    await expect.poll(() => person.page.locator("[aria-rowcount]").getAttribute("aria-rowcount")).toBe("41");
    await person.took("production models, by keyboard", 0);
  });

  it("where a data set came from, and who uses it", async () => {
    person = await Person.at(browser, wide);
    await person.press("/");
    await person.find("imagenet-shards");
    await person.heading("imagenet-shards").waitFor();
    await person.took("source and users, by keyboard", 0);
  });

  it("the latest three versions of a model, compared", async () => {
    person = await Person.at(browser, world);
    await person.press("/");
    await person.find("resnet-sweep");
    await person.enter(/^Compare the latest (3|three)/);
    await person.heading(/^Compare 3/).waitFor();
    await person.took("compare three, by keyboard", 0);
  });

  it("accuracy by a label over time", async () => {
    person = await Person.at(browser, world);
    await person.enter(/^Monitor$/);
    await person.enter(/^Accuracy$/);
    await person.enter(/optimizer/);
    const plot = person.page.getByRole("img", { name: /^accuracy/i });
    await expect.poll(() => plot.getAttribute("aria-label")).toMatch(/adam.*sgd|sgd.*adam/s);
    await person.took("accuracy by label, by keyboard", 0);
  });

  it("what failed last night, and why", async () => {
    person = await Person.at(browser, world);
    await person.enter(/^(prepare|train|evaluate)$/);
    await person.page
      .getByText(/Traceback/)
      .first()
      .waitFor();
    await person.took("why last night failed, by keyboard", 0);
  });

  it("everything that holds some words", async () => {
    person = await Person.at(browser, world);
    await person.enter(/^Executions$/);
    await person.page.locator(".grid-body .row").first().waitFor();
    await person.press("f");
    await person.page.keyboard.type('error:"out of memory"');
    await person.press("Enter");
    await expect.poll(() => person.rows.first().textContent()).toMatch(/memory/i);
    await person.took("free text, by keyboard", 0);
  });
});
