// What a watcher recorded: types are shown and found by their kind, Workflows are runs, durations are those that objects tell.

import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { indexed, launch, picture, serve, settle, type Visitor, visit, type World, watchedStore } from "./world";

let browser: Browser;
let world: World;
let visitor: Visitor;

beforeAll(async () => {
  world = await serve(watchedStore());
  browser = await launch();
  await indexed(world);
  visitor = await visit(browser, world, { width: 1440, height: 900 });
});

afterAll(async () => {
  expect(visitor?.faults).toEqual([]);
  await browser?.close();
  await world?.stop();
});

async function open(address: string) {
  await visitor.page.goto(address);
  await settle(visitor.page);
  return visitor.page;
}

describe("what a watcher recorded", () => {
  it("has facets of kinds, with the group only where two clash and all of it on hover", async () => {
    const page = await open("/artifacts");
    const facet = page.locator("section.facet", { has: page.getByRole("heading", { name: "Type" }) });
    await facet.getByRole("button", { name: "1 more" }).click();
    const shown = await facet.locator(".facet-name").allTextContents();
    expect([...shown].sort()).toEqual([
      "Job.batch",
      "Job.batc…lcano.sh",
      "PipelineRun",
      "Pod",
      "PodGroup",
      "TaskRun",
      "Workflow",
    ]);
    const pods = facet.getByRole("button", { name: /^Pod\s*12/ });
    expect(await pods.getAttribute("title")).toBe("kubeflow.org/Pod/v1");
    await picture(page, "watched-list");
  });

  it("is found by the kind, in both spellings, and the facet knows what is chosen", async () => {
    for (const [filter, count] of [
      ["type=Pod", 12],
      ["type:pod", 12],
      ["type:Job", 2],
      ["type=Job.batch", 1],
    ] as const) {
      const page = await open(`/artifacts?filter=${encodeURIComponent(filter)}`);
      await page.locator(".grid-body .row").first().waitFor();
      expect(await page.locator(".grid-body .row").count()).toBe(count);
    }
    const page = await open("/artifacts?filter=type%3DPod");
    expect(await page.locator(".facet-row[aria-pressed=true] .facet-name").allTextContents()).toEqual(["Pod"]);
  });

  it("has runs for Workflows and PipelineRuns, with the contexts below them", async () => {
    const page = await open("/runs");
    await page.getByRole("link", { name: "bake-every-night" }).waitFor();
    await picture(page, "watched-runs");
    await page.getByRole("link", { name: "deploy" }).click();
    await page.getByRole("tab", { name: /Contexts below 3/ }).click();
    await page.getByRole("link", { name: "deploy-task-1" }).waitFor();
    await settle(page);
    await picture(page, "watched-run");
    await page.getByRole("tab", { name: /Executions/ }).click();
    await page.getByText("took 22 min 40 s").first().waitFor();
    await page.getByText("22 min 40 s in all").waitFor();
    await page.getByRole("link", { name: "deploy-task-1" }).click();
    await settle(page);
    const facts = page.locator(".facts");
    await facts.getByText("took 22 min 40 s").waitFor();
    expect((await facts.getByRole("link").allTextContents()).map((text) => text.trim()).sort()).toEqual([
      "deploy",
      "deploy-task-1",
      "lab",
    ]);
    await facts.getByRole("link", { name: "deploy", exact: true }).click();
    await page.getByRole("tab", { name: /Contexts below 3/ }).click();
    await settle(page);
    await picture(page, "watched-context");
  });
});
