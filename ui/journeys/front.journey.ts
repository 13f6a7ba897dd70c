// The pictures of README.md: `make pictures` takes them and writes them into docs/pictures.

import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { frontStore, launch, serve, showWholeGraph, take, type World } from "./world";

let browser: Browser;
let world: World;
let model: string;

beforeAll(async () => {
  const store = frontStore();
  model = store.model;
  world = await serve(store.url);
  browser = await launch();
});

afterAll(async () => {
  await browser?.close();
  await world?.stop();
});

describe("the pictures of the front page", () => {
  it("show the versions of a model with their metrics", async () => {
    const columns = "!name,version,label.stage,metric.accuracy,metric.loss";
    const address = `/artifacts?filter=type=model metric.accuracy>0.9&sort=-metric.accuracy&columns=${columns}`;
    const faults = await take({ browser, world }, "readme-web-ui", address, 480, (page) =>
      page.getByText("0.9931").first().waitFor(),
    );
    expect(faults).toEqual([]);
  });

  it("show what a model was made from and where it went", async () => {
    const address = `/lineage?focus=a${model}&up=all&down=all`;
    const faults = await take({ browser, world }, "readme-lineage", address, 380, async (page) => {
      await page.locator(".react-flow__node", { hasText: "strokes-encoder" }).waitFor();
      await showWholeGraph(page);
    });
    expect(faults).toEqual([]);
  });
});
