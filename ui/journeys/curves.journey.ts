// A run of MLflow: what was logged, its curves, several runs over each other, and what its model came from.

import { readFileSync } from "node:fs";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { seriousFindings } from "./axe";
import { everySecond, type LoggedRun, Tracking, training } from "./mlflow";
import { emptyStore, launch, picture, serve, settle, type Visitor, visit, type World } from "./world";

let browser: Browser;
let world: World;
let visitor: Visitor;
let experiment: string;
let base: LoggedRun;
let fast: LoggedRun;
let distilled: LoggedRun;
const sweep: LoggedRun[] = [];

beforeAll(async () => {
  world = await serve(emptyStore());
  const tracking = new Tracking(world);
  const first = await tracking.experiment("loaf-classifier");
  experiment = first;
  const second = await tracking.experiment("loaf-distilled");
  base = await training(tracking, first, "resnet-base", 1);
  fast = await training(tracking, first, "resnet-fast", 3);
  distilled = await training(tracking, second, "distilled", 2);
  for (let number = 0; number < 24; number += 1) {
    const run = await tracking.start(second, `sweep-${number}`);
    await tracking.metric(
      run,
      "train/loss",
      everySecond(20, (step) => Math.exp(-step / (4 + number))),
    );
    await tracking.end(run);
    sweep.push(run);
  }
  browser = await launch();
  visitor = await visit(browser, world, { width: 1440, height: 900 });
});

afterAll(async () => {
  await browser?.close();
  await world?.stop();
});

async function open(address: string, page: Page = visitor.page): Promise<Page> {
  await page.goto(address);
  await settle(page);
  return page;
}

function pathOf({ key }: LoggedRun): string {
  return `/executions/${key.slice(1)}`;
}

function card(page: Page, title: string) {
  return page.locator("figure.curve").filter({ has: page.getByText(title, { exact: true }) });
}

function chart(page: Page, metric: RegExp) {
  return page.getByRole("application", { name: metric });
}

/** How many pixels of the charts of a page have exactly a colour. */
function pixelsOf(page: Page, colour: string): Promise<number> {
  return page.evaluate((wanted) => {
    const [red, green, blue] = [1, 3, 5].map((at) => Number.parseInt(wanted.slice(at, at + 2), 16));
    let found = 0;
    for (const canvas of document.querySelectorAll<HTMLCanvasElement>(".curve canvas")) {
      const { data } = canvas.getContext("2d")?.getImageData(0, 0, canvas.width, canvas.height) ?? { data: [] };
      for (let at = 0; at < data.length; at += 4)
        if (data[at] === red && data[at + 1] === green && data[at + 2] === blue) found += 1;
    }
    return found;
  }, colour);
}

describe("the runs of an experiment", () => {
  it("are listed with their metrics and the parameters in which they differ, at the address that MLflow prints", async () => {
    const page = await open(`/#/experiments/${experiment}`);
    await page.waitForURL(/\/executions\?filter=/);
    await page.getByRole("columnheader", { name: "learning_rate" }).waitFor();
    const headers = await page.getByRole("columnheader").allTextContents();
    const place = (name: RegExp) => headers.findIndex((header) => name.test(header));
    expect(place(/Test accuracy/)).toBeGreaterThan(0);
    expect(place(/learning_rate/)).toBeGreaterThan(place(/Test accuracy/));
    expect(headers.join()).not.toContain("system/");
    await page.getByRole("link", { name: "resnet-base" }).first().waitFor();
  });
});

describe("the page of a run", () => {
  it("shows parameters and metrics under the names that were logged, the source, the data set and the model", async () => {
    const page = await open(pathOf(base));
    const params = page.getByRole("region", { name: "Parameters" });
    await params.getByRole("row", { name: "learning_rate 0.001" }).waitFor();
    const metrics = page.getByRole("region", { name: "Metrics", exact: true });
    await metrics.getByRole("row", { name: /^test_accuracy 0\.9/ }).waitFor();
    expect(await metrics.getByText("cpu_utilization").count()).toBe(0);
    const environment = page.getByRole("region", { name: "Environment" });
    for (const words of ["train.py", "8f14e45fceea167a5a36dedd4bea2543", "ada"])
      await environment.getByText(words).waitFor();
    await page.getByRole("region", { name: "About this run" }).getByText("loaf-classifier").waitFor();
    await page
      .getByRole("region", { name: "What it read" })
      .getByText(/training/)
      .waitFor();
    await page
      .getByRole("region", { name: "What it made" })
      .getByText(/step 9/)
      .waitFor();
    expect(await page.getByRole("region", { name: "What it made" }).getByRole("listitem").count()).toBe(1);
    await page.getByText("The baseline of November.").waitFor();
    expect(await page.getByText("param.learning_rate").count()).toBe(0);
  });

  it("finds a parameter by name, and leads from a metric to its curve", async () => {
    const page = await open(pathOf(base));
    await page.getByRole("textbox", { name: "Find parameters" }).fill("optim");
    expect(await page.getByRole("region", { name: "Parameters" }).getByRole("row").count()).toBe(2);
    await page.getByRole("link", { name: "val/loss" }).click();
    await chart(page, /^val\/loss/).waitFor();
    expect(await page.locator("figure.curve").count()).toBe(1);
  });

  it("leads to what its model came from, and the model's page shows the run and the data set", async () => {
    const page = await open(pathOf(base));
    const made = page.getByRole("region", { name: "What it made" });
    await made.getByRole("link", { name: /classifier/ }).click();
    const strip = page.getByRole("region", { name: "Lineage in short" });
    await strip.getByRole("link", { name: /loaves/ }).waitFor();
    await strip.getByRole("link", { name: /resnet-base/ }).waitFor();
    await open(pathOf(base));
    await made.getByRole("link", { name: "all it came from" }).click();
    await page.waitForURL(/\/lineage\?focus=a\d+&up=all/);
    await page.locator(".react-flow__node", { hasText: "loaves" }).waitFor();
  });

  it("leads to the runs inside of it, and from them back", async () => {
    const tracking = new Tracking(world);
    const child = await tracking.start("0", "inner", { "mlflow.parentRunId": base.run });
    const page = await open(pathOf(base));
    await page.getByRole("link", { name: "1 run", exact: true }).click();
    await page.waitForURL(/\/executions\?filter=type/);
    await open(pathOf(child));
    await page.getByRole("link", { name: base.run }).click();
    await page.getByRole("heading", { level: 1, name: "resnet-base" }).waitFor();
  });

  it("keeps the description as the note that MLflow reads", async () => {
    const page = await open(pathOf(distilled));
    await page.getByRole("button", { name: "Edit description" }).click();
    await page.getByRole("textbox", { name: /description/i }).fill("Distilled from the baseline.");
    await page.getByRole("button", { name: /^Save/ }).click();
    await page.getByText("Distilled from the baseline.").first().waitFor();
    const answer = await fetch(`${world.address}/api/2.0/mlflow/runs/get?run_id=${distilled.run}`);
    expect(await answer.text()).toContain("Distilled from the baseline.");
  });
});

describe("curves", () => {
  it("are drawn one a metric, those of the machine apart, and say what they leave out", async () => {
    const page = await open(`${pathOf(base)}?tab=metrics`);
    await chart(page, /^train\/loss\. .*3,000 points/).waitFor();
    await card(page, "train/loss")
      .getByText(/of 3,000 points drawn, with all peaks/)
      .waitFor();
    await card(page, "margin").getByText("2 values are NaN or infinite").waitFor();
    await card(page, "temperature").getByText("Logged without steps: drawn over time.").waitFor();
    await page.getByText("1 metric has one value and no curve.").waitFor();
    expect(await chart(page, /^system/).count()).toBe(0);
    await page.getByRole("tab", { name: /System metrics/ }).click();
    await chart(page, /^system\/gpu_0_utilization_percentage/).waitFor();
  });

  it("are drawn in the colour of their record, and of the theme", async () => {
    for (const theme of ["light", "dark"] as const) {
      const other = await visit(browser, world, { theme });
      await open(`${pathOf(base)}?tab=metrics&find=val`, other.page);
      expect(await pixelsOf(other.page, "#3f90da"), theme).toBeGreaterThan(100);
      await open(`/compare?ids=${base.key},${fast.key}&find=val`, other.page);
      await other.page.getByRole("region", { name: "Curves" }).scrollIntoViewIfNeeded();
      await settle(other.page);
      const second = theme === "light" ? "#bd1f01" : "#ffa90e";
      expect(await pixelsOf(other.page, second), theme).toBeGreaterThan(100);
      await other.close();
    }
  });

  it("keep the axis, smoothing and the logarithmic axis in the address", async () => {
    const page = await open(`${pathOf(base)}?tab=metrics`);
    const slider = page.getByRole("slider", { name: "Smoothing" });
    await slider.focus();
    for (let step = 0; step < 5; step += 1) await page.keyboard.press("ArrowRight");
    await page.waitForURL(/smooth=0.05/);
    await page.getByRole("checkbox", { name: "Logarithmic axis" }).check();
    await page.waitForURL(/log=1/);
    await card(page, "margin")
      .getByText(/values of 0 or less have no place on a logarithmic axis/)
      .waitFor();
    await page.getByText("Relative time", { exact: true }).click();
    await page.waitForURL(/axis=relative/);
    await page.reload();
    await settle(page);
    expect(await slider.inputValue()).toBe("0.05");
    expect(await page.getByRole("checkbox", { name: "Logarithmic axis" }).isChecked()).toBe(true);
    expect(await page.getByRole("radio", { name: "Relative time" }).isChecked()).toBe(true);
  });

  it("say the step, the value and the time under the pointer", async () => {
    const page = await open(`${pathOf(base)}?tab=metrics&smooth=0.5`);
    const box = await card(page, "train/loss").locator(".u-over").boundingBox();
    if (!box) throw new Error("no chart");
    await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
    const tip = page.locator(".curve-tip");
    await tip.getByText(/^step 1,4\d\d|^step 1,5\d\d/).waitFor();
    expect(await tip.textContent()).toMatch(/28 Nov 2026, .*resnet-base/);
    await page.mouse.move(0, 0);
    await tip.waitFor({ state: "detached" });
  });

  it("are walked by arrow keys and zoomed by keys", async () => {
    const page = await open(`${pathOf(base)}?tab=metrics`);
    const plot = chart(page, /^val\/loss/);
    await plot.focus();
    for (const key of ["ArrowRight", "ArrowRight", "ArrowRight"]) await page.keyboard.press(key);
    const said = card(page, "val/loss").locator("[aria-live]");
    expect(await said.textContent()).toMatch(/^resnet-base: [\d.]+, step 2 ·/);
    await page.keyboard.press("+");
    await page.waitForURL(/zoom=1\.\.31/);
    await settle(page);
    await card(page, "val/loss").getByText("Points").click();
    expect(await page.getByRole("region", { name: "Points of val/loss" }).getByRole("row").count()).toBeLessThan(40);
  });

  it("are zoomed by dragging, with more of the points, and back by a button", async () => {
    const page = await open(`${pathOf(base)}?tab=metrics`);
    const box = await card(page, "train/loss").locator(".u-over").boundingBox();
    if (!box) throw new Error("no chart");
    await page.mouse.move(box.x + box.width * 0.5, box.y + 40);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width * 0.6, box.y + 60, { steps: 4 });
    await page.mouse.up();
    await page.waitForURL(/zoom=1[45]\d\d\.\.1[789]\d\d/);
    await settle(page);
    expect(
      await card(page, "train/loss")
        .getByText(/points drawn/)
        .count(),
    ).toBe(0);
    await page.getByRole("button", { name: "Show all" }).click();
    await card(page, "train/loss")
      .getByText(/of 3,000 points drawn/)
      .waitFor();
  });

  it("have their points as a table and as CSV", async () => {
    const page = await open(`${pathOf(base)}?tab=metrics`);
    const margin = card(page, "margin");
    await margin.locator("summary").focus();
    await page.keyboard.press("Enter");
    await page
      .getByRole("region", { name: "Points of margin" })
      .getByRole("row", { name: /^20 NaN/ })
      .waitFor();
    const [file] = await Promise.all([
      page.waitForEvent("download"),
      margin.getByRole("link", { name: "All points as CSV" }).click(),
    ]);
    const rows = readFileSync(await file.path(), "utf8")
      .trim()
      .split("\r\n");
    expect(rows).toHaveLength(61);
    expect(rows[21]).toBe(`${base.key},resnet-base,margin,20,1795860020000,NaN`);
  });
});

describe("runs over each other", () => {
  it("are named with their experiments, hidden by the legend, and kept in the address", async () => {
    const page = await open(`/compare?ids=${base.key},${fast.key},${distilled.key}`);
    await page.getByRole("region", { name: "Curves" }).scrollIntoViewIfNeeded();
    await settle(page);
    const name = await chart(page, /^train\/loss\. /).getAttribute("aria-label");
    expect(name).toMatch(/loaf-classifier \/ resnet-base.*loaf-classifier \/ resnet-fast.*loaf-distilled \/ distilled/);
    const line = page.getByRole("button", { name: /resnet-fast/ }).first();
    await line.focus();
    await page.keyboard.press("Enter");
    await page.waitForURL(new RegExp(`hide=${fast.key}`));
    await settle(page);
    expect(await chart(page, /^train\/loss\. /).getAttribute("aria-label")).not.toMatch(/resnet-fast/);
    await page.reload();
    await settle(page);
    for (const name of [/resnet-base/, /distilled/])
      await page.getByRole("list", { name: "Lines" }).getByRole("button", { name }).click();
    await card(page, "train/loss").getByText("The lines that it has are hidden.").waitFor();
    await page.getByRole("button", { name: "Show 3 hidden lines" }).click();
    await chart(page, /^train\/loss\. .*resnet-fast/).waitFor();
  });

  it("keep system metrics out of sight until they are asked for", async () => {
    const page = await open(`/compare?ids=${base.key},${fast.key}`);
    expect(await chart(page, /^system/).count()).toBe(0);
    await page.locator("summary", { hasText: "System metrics" }).click();
    await page.waitForURL(/system=1/);
    await page.locator("summary", { hasText: "System metrics" }).scrollIntoViewIfNeeded();
    await chart(page, /^system\/cpu_utilization_percentage/).waitFor();
  });

  it("are at most 24 at once, and the others are counted", async () => {
    const all = [base, fast, distilled, ...sweep].map(({ key }) => key).join(",");
    const page = await open(`/compare?ids=${all}`);
    await page.getByText("3 more records are not drawn").waitFor();
    await page
      .getByRole("list", { name: "Lines" })
      .getByRole("button", { name: /resnet-base/ })
      .click();
    await page.getByText("2 more records are not drawn").waitFor();
  });
});

describe("a run with 40 metrics of 10,000 points", () => {
  it("opens with curves within seconds", async () => {
    const tracking = new Tracking(world);
    const run = await tracking.start("0", "long");
    for (let metric = 0; metric < 40; metric += 1)
      await tracking.metric(
        run,
        `part${metric % 4}/metric_${metric}`,
        everySecond(10_000, (step) => Math.sin(step / 500 + metric)),
      );
    const start = Date.now();
    await visitor.page.goto(`${pathOf(run)}?tab=metrics&smooth=0.5`);
    await visitor.page.locator(".curve .u-over").first().waitFor();
    const first = Date.now() - start;
    await settle(visitor.page);
    console.log(`40 metrics × 10,000 points: first curve after ${first} ms, calm after ${Date.now() - start} ms`);
    expect(first).toBeLessThan(5000);
  }, 300_000);
});

describe("at every size and in both themes", () => {
  for (const theme of ["light", "dark"] as const) {
    for (const width of [360, 1440, 2560]) {
      it(`has nothing for axe to find at ${width} px, ${theme}, and nothing wider than the page`, async () => {
        const other = await visit(browser, world, { theme, width, height: 1200 });
        const compared = [base, fast, distilled].map(({ key }) => key).join(",");
        const pages = {
          overview: pathOf(base),
          curves: `${pathOf(base)}?tab=metrics&smooth=0.8&log=1`,
          overlay: `/compare?ids=${compared}&smooth=0.8`,
        };
        for (const [name, address] of Object.entries(pages)) {
          await open(address, other.page);
          if (name === "overlay") await other.page.getByRole("region", { name: "Curves" }).scrollIntoViewIfNeeded();
          await settle(other.page);
          await picture(other.page, `run-${name}-${width}-${theme}`);
          expect(await seriousFindings(other.page), name).toEqual([]);
          const over = await other.page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
          expect(over, name).toBeLessThanOrEqual(0);
        }
        expect(other.faults).toEqual([]);
        await other.close();
      });
    }
  }
});

it("nothing went wrong on the way", () => {
  expect(visitor.faults).toEqual([]);
});
