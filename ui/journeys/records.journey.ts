// Records as people read them: the columns of models, headline numbers, the preview, and values of every kind.

import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { frontStore, launch, picture, serve, settle, valuesStore, visit, type World } from "./world";

let browser: Browser;
let front: World;
let values: World;
let model: string;
let everything: string;
let store: ReturnType<typeof valuesStore>;

const SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="40" height="20"><rect width="40" height="20"/></svg>';

beforeAll(async () => {
  browser = await launch();
  const fronts = frontStore();
  store = valuesStore();
  model = fronts.model;
  everything = store.id;
  front = await serve(fronts.url);
  values = await serve(store.url);
});

afterAll(async () => {
  await browser?.close();
  await front?.stop();
  await values?.stop();
});

async function open(world: World, path: string): Promise<{ page: Page; end: () => Promise<void> }> {
  const visitor = await visit(browser, world);
  await visitor.page.goto(path);
  await settle(visitor.page);
  return {
    page: visitor.page,
    end: async () => {
      expect(visitor.faults).toEqual([]);
      await visitor.close();
    },
  };
}

describe("a list of models", () => {
  it("shows aliases, labels and the headline metric without being asked", async () => {
    const { page, end } = await open(front, "/artifacts?filter=type:model");
    for (const name of ["Version", "Labels", "Aliases", "Accuracy", "Made by"])
      await page.getByRole("columnheader", { name }).waitFor();
    expect(
      await page
        .getByRole("row", { name: /production/ })
        .first()
        .textContent(),
    ).toContain("0.9902");
    await picture(page, "models");
    await end();
  });

  it("offers the other metrics among the columns, by keyboard", async () => {
    const { page, end } = await open(front, "/artifacts?filter=type:model");
    await page.getByRole("button", { name: "Columns" }).focus();
    await page.keyboard.press("Enter");
    await page.getByRole("textbox", { name: "Find a column" }).fill("loss");
    await page.getByRole("checkbox", { name: "Loss · metric" }).focus();
    await page.keyboard.press("Space");
    await page.keyboard.press("Escape");
    await page.getByRole("columnheader", { name: "Loss" }).waitFor();
    await end();
  });

  it("previews metrics and neighbours beside it", async () => {
    const { page, end } = await open(front, `/artifacts?filter=type:model&preview=${model}`);
    const preview = page.getByRole("complementary", { name: /Preview of/ });
    await preview
      .getByRole("region", { name: "Made from" })
      .getByRole("link", { name: /digits/ })
      .waitFor();
    expect(await preview.getByRole("region", { name: "Metrics" }).textContent()).toContain("Accuracy0.9902");
    await picture(page, "preview");
    await end();
  });
});

describe("a record", () => {
  it("begins with its headline numbers and their line over the versions", async () => {
    const { page, end } = await open(front, `/artifacts/${model}`);
    const numbers = page.getByRole("region", { name: "Headline numbers" });
    await numbers.getByRole("img").first().waitFor();
    expect(await numbers.textContent()).toContain("0.9902");
    await picture(page, "headline");
    await numbers
      .getByRole("link", { name: /6 versions/ })
      .first()
      .press("Enter");
    await page.waitForURL(/tab=versions/);
    await end();
  });

  it("of metrics begins with its values and leads to its model", async () => {
    const { page, end } = await open(front, "/artifacts?filter=type:metrics");
    await page.locator(".record-link").first().click();
    await page
      .getByRole("region", { name: "Values" })
      .getByRole("link", { name: /digits/ })
      .click();
    await page.getByRole("region", { name: "Headline numbers" }).waitFor();
    await end();
  });
});

describe("values", () => {
  it("that try to be run are shown and do nothing", async () => {
    const { page, end } = await open(values, `/artifacts/${everything}`);
    await page.getByText("40 rows × 3 columns").waitFor();
    expect(await page.getByRole("tabpanel").locator("img.picture").count()).toBe(2);
    expect(await page.evaluate(() => document.documentElement.dataset.run)).toBeUndefined();
    const links = await page
      .getByRole("tabpanel")
      .locator("a")
      .evaluateAll((found) => found.map((link) => (link as HTMLAnchorElement).href));
    expect(links).toEqual([
      "https://example.org/run/1",
      "https://images.example/plot.png",
      "https://tracker.example/plot.png",
    ]);
    await picture(page, "values");
    await end();
  });

  it("that name a picture show it from an allowed origin, and ask no other one for it", async () => {
    const allowing = await serve(store.url, "--image-origins", "https://images.example");
    const { page, close } = await visit(browser, allowing);
    const asked: string[] = [];
    await page.route(/\.example\/plot\.png$/, (route) => {
      asked.push(new URL(route.request().url()).origin);
      return route.fulfill({ contentType: "image/svg+xml", body: SVG });
    });
    await page.goto(`/artifacts/${everything}`);
    const shown = page.locator('img.picture[src="https://images.example/plot.png"]');
    await expect.poll(() => shown.evaluate((image) => (image as HTMLImageElement).naturalWidth)).toBe(40);
    await page.getByText("Pictures of https://tracker.example are shown here if").waitFor();
    await settle(page);
    await picture(page, "values-origins");
    expect(asked).toEqual(["https://images.example"]);
    const loads = await page.evaluate(async () => {
      const image = new Image();
      image.src = "https://tracker.example/plot.png";
      return image.decode().then(
        () => true,
        () => false,
      );
    });
    expect([loads, asked.length]).toEqual([false, 1]);
    await close();
    await allowing.stop();
  });

  it("that are JSON can be searched and unfolded by keyboard", async () => {
    const { page, end } = await open(values, `/artifacts/${everything}`);
    const box = page.getByRole("textbox", { name: "Search in this JSON" });
    await box.fill("size");
    await page.getByText("9 matches").waitFor();
    await box.fill("");
    await page.getByText("layers", { exact: true }).press("Enter");
    await page.getByText("[9]").waitFor();
    await end();
  });

  it("of a record are one JSON, as a tree that is searched and as text", async () => {
    const { page, end } = await open(front, `/artifacts/${model}?tab=raw`);
    await page.getByRole("textbox", { name: "Search in this JSON" }).fill("accuracy");
    await page.getByText(/^\d+ matches$/).waitFor();
    await picture(page, "json");
    await page.getByRole("button", { name: "Show as text" }).press("Enter");
    expect(JSON.parse((await page.locator("pre.raw").textContent()) ?? "").id).toBe(model);
    await end();
  });
});
