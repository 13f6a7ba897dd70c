// The pictures of docs/tutorials/data-scientist.md: `make pictures` takes them and writes them into docs/pictures.

import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { launch, pageStore, serve, showWholeGraph, take, type World } from "./world";

let browser: Browser;
let world: World;
let versions: string[];

beforeAll(async () => {
  world = await serve(pageStore("tutorials/data-scientist.md"));
  browser = await launch();
  const found = await fetch(`${world.address}/api/v1/artifacts?q=type=model name=wine`);
  const { items } = (await found.json()) as { items: { key: string }[] };
  versions = items.map(({ key }) => key).sort((one, other) => Number(one.slice(1)) - Number(other.slice(1)));
});

afterAll(async () => {
  await browser?.close();
  await world?.stop();
});

describe("the pictures of the data scientist's tutorial", () => {
  it("show three versions side by side", async () => {
    const address = `/compare?ids=${versions.slice(0, 3).join(",")}`;
    const faults = await take({ browser, world }, "tutorial-compare", address, 290, (page) =>
      page.getByText("test.accuracy").first().waitFor(),
    );
    expect(faults).toEqual([]);
  });

  it("show what the model in production was made from, and where it is used", async () => {
    const address = `/lineage?focus=${versions[2]}&up=all&down=all`;
    const faults = await take({ browser, world }, "tutorial-lineage", address, 420, async (page) => {
      await page.locator(".react-flow__node", { hasText: "measurements" }).first().waitFor();
      await showWholeGraph(page);
    });
    expect(faults).toEqual([]);
  });
});
