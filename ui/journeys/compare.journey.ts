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

describe("the versions of a model", () => {
  it("are compared by one click, the latest three", async () => {
    const page = await open("/artifacts/3");
    await page.getByRole("link", { name: "Compare the latest three" }).click();
    await page.getByRole("heading", { name: "Compare 3 artifacts" }).waitFor();
  });

  it("have metrics, labels and makers, and are ticked by keyboard and compared by c", async () => {
    const page = await open("/artifacts/3?tab=versions");
    await page.getByRole("columnheader", { name: "Mean error" }).waitFor();
    await page.getByText("autumn").first().waitFor();
    const boxes = page.getByRole("checkbox", { name: /^Tick version/ });
    await boxes.first().focus();
    await page.keyboard.press("Space");
    expect(await boxes.first().isChecked()).toBe(true);
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Shift+Space");
    await page.getByText("Compare 3 ticked").waitFor();
    await picture(page, "versions");
    await page.keyboard.press("c");
    await page.getByRole("heading", { name: "Compare 3 artifacts" }).waitFor();
  });

  it("are ticked by pointer, with Shift for a range", async () => {
    const page = await open("/artifacts/3?tab=versions");
    const boxes = page.getByRole("checkbox", { name: /^Tick version/ });
    await boxes.nth(0).click();
    await boxes.nth(2).click({ modifiers: ["Shift"] });
    await page.getByRole("button", { name: "Compare 3 ticked" }).click();
    await page.getByRole("heading", { name: "Compare 3 artifacts" }).waitFor();
  });
});

describe("a comparison", () => {
  it("hides what is equal until it is asked for, and keeps that in the address", async () => {
    const page = await open("/compare?ids=a3,a12,a21");
    expect(await page.getByRole("rowheader", { name: /learning_rate/ }).count()).toBe(0);
    await page.getByRole("button", { name: /Show \d+ identical fields/ }).focus();
    await page.keyboard.press("Enter");
    await page.getByRole("rowheader", { name: /learning_rate/ }).waitFor();
    await page.reload();
    await page.getByRole("button", { name: /Hide \d+ identical fields/ }).waitFor();
    await picture(page, "compare-all");
  });

  it("takes executions by the metrics of their outputs", async () => {
    const page = await open("/compare?ids=e1,e4&all=1");
    await page.getByRole("heading", { name: "Compare 2 executions" }).waitFor();
    await page.getByRole("rowheader", { name: /Mean error \(validation\)/ }).waitFor();
  });
});

describe("the monitor", () => {
  it("opens with the most reported metric and a line for each name", async () => {
    const page = await open("/monitor");
    const plot = page.getByRole("img", { name: /Mean error/ });
    await plot.waitFor();
    expect(await plot.getAttribute("aria-label")).toMatch(/loaf-forecast/);
    await page.getByText("1 name, a line for each").waitFor();
  });

  it("draws a metric by a label over time in three clicks", async () => {
    const page = await open("/artifacts");
    await page.getByRole("link", { name: "Monitor", exact: true }).click();
    await page.getByRole("button", { name: "Latency ms" }).click();
    await page.getByRole("button", { name: "Label service" }).click();
    await settle(page);
    expect(await page.getByRole("img", { name: /Latency ms/ }).getAttribute("aria-label")).toMatch(
      /forecast: \d values/,
    );
    await picture(page, "monitor-label");
  });

  it("is told a threshold by keyboard, and draws it with its value", async () => {
    const page = await open("/monitor?metrics=mean_error");
    await page.getByRole("textbox", { name: "Threshold of Mean error" }).focus();
    await page.keyboard.type("4");
    await page.keyboard.press("Enter");
    await page.waitForURL(/threshold=mean_error:4/);
    await page.locator(".plot-legend-extra", { hasText: /threshold 4/ }).waitFor();
    await page.reload();
    await page.locator(".plot-legend-extra", { hasText: /threshold 4/ }).waitFor();
  });

  it("says which way is better, and can be turned around", async () => {
    const page = await open("/monitor?metrics=mean_error&best=1");
    const mark = page.getByRole("button", { name: /Mean error: lower is better/ });
    await mark.focus();
    await page.keyboard.press("Enter");
    await page.getByRole("button", { name: /Mean error: higher is better/ }).waitFor();
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
