// Monitoring and comparing: lines for names and labels, what is not drawn, versions, and up to 200 records at once.

import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { launch, picture, serve, settle, tutorialStore, type Visitor, visit, type World } from "./world";

let browser: Browser;
let world: World;
let visitor: Visitor;

beforeAll(async () => {
  world = await serve(tutorialStore(3));
  browser = await launch();
  visitor = await visit(browser, world);
});

afterAll(async () => {
  await browser?.close();
  await world?.stop();
});

async function open(address: string) {
  await visitor.page.goto(address);
  await settle(visitor.page);
  return visitor.page;
}

describe("the monitor", () => {
  it("opens with the most reported metric and a line for each name", async () => {
    const page = await open("/monitor");
    const plot = page.getByRole("img", { name: /mean_error/ });
    await plot.waitFor();
    expect(await plot.getAttribute("aria-label")).toMatch(/loaf-forecast/);
    await page.getByText("1 name, a line for each").waitFor();
  });

  it("draws a metric by a label over time in three clicks", async () => {
    const page = await open("/artifacts");
    await page.getByRole("link", { name: "Monitor", exact: true }).click();
    await page.getByRole("button", { name: "latency_ms" }).click();
    await page.getByRole("button", { name: "label.service" }).click();
    await settle(page);
    expect(await page.getByRole("img", { name: /latency_ms/ }).getAttribute("aria-label")).toMatch(
      /forecast: \d values/,
    );
    await picture(page, "monitor-label");
  });

  it("is told a threshold by keyboard, and draws it with its value", async () => {
    const page = await open("/monitor?metrics=mean_error");
    await page.getByRole("textbox", { name: "Threshold of mean_error" }).focus();
    await page.keyboard.type("4");
    await page.keyboard.press("Enter");
    await page.waitForURL(/threshold=mean_error:4/);
    await page.locator(".plot-legend-extra", { hasText: /threshold 4/ }).waitFor();
    await page.reload();
    await page.locator(".plot-legend-extra", { hasText: /threshold 4/ }).waitFor();
  });

  it("says which way is better, and can be turned around", async () => {
    const page = await open("/monitor?metrics=mean_error&best=1");
    const mark = page.getByRole("button", { name: /mean_error: lower is better/ });
    await mark.focus();
    await page.keyboard.press("Enter");
    await page.getByRole("button", { name: /mean_error: higher is better/ }).waitFor();
  });

  it("hides a line from its legend", async () => {
    const page = await open("/monitor?metrics=mean_error");
    const line = page.locator(".plot-legend button").first();
    await line.click();
    expect(await line.getAttribute("aria-pressed")).toBe("false");
  });

  it("has had no error on the console", () => {
    expect(visitor.faults).toEqual([]);
  });
});
