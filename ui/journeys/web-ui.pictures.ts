// The pictures of docs/web-ui.md: `make pictures` takes them and writes them into docs/pictures.

import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { indexed, launch, pageStore, serve, showWholeGraph, take, tutorialStore, type World } from "./world";

const HEIGHT = 720;

let browser: Browser;
let bakery: World;
let wines: World;
let model: string;
let versions: string[];

/** The keys of the artifacts that a search finds, the oldest first. */
async function keysOf(world: World, search: string): Promise<string[]> {
  const found = await fetch(`${world.address}/api/v1/artifacts?q=${encodeURIComponent(search)}`);
  const { items } = (await found.json()) as { items: { key: string }[] };
  return items.map(({ key }) => key).sort((one, other) => Number(one.slice(1)) - Number(other.slice(1)));
}

beforeAll(async () => {
  bakery = await serve(tutorialStore(3));
  wines = await serve(pageStore("recipes/compare-two-trainings.md"));
  await Promise.all([bakery, wines].map(indexed));
  [model = ""] = await keysOf(bakery, "type=model name=loaf-forecast");
  versions = await keysOf(wines, "type=model name=wine");
  browser = await launch();
});

afterAll(async () => {
  await browser?.close();
  for (const world of [bakery, wines]) await world?.stop();
});

describe("the pictures of the guide to the web UI", () => {
  it("show models in the list, with facets", async () => {
    const world = { browser, world: bakery };
    const faults = await take(world, "web-ui-list", "/artifacts?filter=type=model", HEIGHT, (page) =>
      page.getByText("season-encoder").first().waitFor(),
    );
    expect(faults).toEqual([]);
  });

  it("show an artifact with what it was made from", async () => {
    const world = { browser, world: bakery };
    const faults = await take(world, "web-ui-artifact", `/artifacts/${model.slice(1)}`, HEIGHT, (page) =>
      page.getByText("Made from").first().waitFor(),
    );
    expect(faults).toEqual([]);
  });

  it("show the lineage of a model", async () => {
    const world = { browser, world: bakery };
    const faults = await take(world, "web-ui-lineage", `/lineage?focus=${model}`, HEIGHT, async (page) => {
      await page.locator(".react-flow__node", { hasText: "orders" }).waitFor();
      await showWholeGraph(page);
    });
    expect(faults).toEqual([]);
  });

  it("show two versions side by side", async () => {
    const address = `/compare?ids=${versions.slice(0, 2).join(",")}`;
    const faults = await take({ browser, world: wines }, "web-ui-compare", address, HEIGHT, (page) =>
      page.getByText("test.accuracy").first().waitFor(),
    );
    expect(faults).toEqual([]);
  });

  it("show metrics over time", async () => {
    const faults = await take({ browser, world: bakery }, "web-ui-monitor", "/monitor", HEIGHT, (page) =>
      page.locator(".uplot").first().waitFor(),
    );
    expect(faults).toEqual([]);
  });
});
