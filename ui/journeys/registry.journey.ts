// From a registered model of MLflow to the run and the data set behind it.

import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { call } from "./mlflow";
import { emptyStore, launch, picture, serve, settle, type Visitor, visit, type World } from "./world";

let browser: Browser;
let world: World;
let visitor: Visitor;

/** Log a run that reads a data set and makes a model, and register the model twice under two names. */
async function addRegisteredModel(): Promise<void> {
  const created = await call(world, "runs/create", { experiment_id: "0", run_name: "train churn" });
  const run = created.run.info.run_id;
  const dataset = { name: "customers", digest: "d1", source_type: "local", source: '{"uri": "s3://b/customers.csv"}' };
  await call(world, "runs/log-inputs", { run_id: run, datasets: [{ dataset, tags: [] }] });
  const logged = await call(world, "logged-models", { experiment_id: "0", name: "forest", source_run_id: run });
  const id = logged.model.info.model_id;
  await call(world, "runs/outputs", { run_id: run, models: [{ model_id: id, step: 0 }] });
  await call(world, "runs/log-metric", { run_id: run, key: "accuracy", value: 0.93, timestamp: 1, model_id: id });
  for (const name of ["churn", "churn-eu"]) {
    await call(world, "registered-models/create", { name });
    await call(world, "model-versions/create", { name, source: `models:/${id}`, model_id: id });
  }
  await call(world, "registered-models/alias", { name: "churn", version: "1", alias: "production" });
  await call(world, "runs/update", { run_id: run, status: "FINISHED", end_time: Date.now() });
}

beforeAll(async () => {
  world = await serve(emptyStore());
  await addRegisteredModel();
  browser = await launch();
  visitor = await visit(browser, world, { width: 1440, height: 900 });
});

afterAll(async () => {
  await browser?.close();
  await world?.stop();
});

describe("a registered model of MLflow", () => {
  it("leads to its data set and to its run in three clicks", async () => {
    const { page, faults } = visitor;
    await page.goto("/");
    await settle(page);
    const production = page.getByRole("region", { name: /models in production/i });
    await production.getByText("0.93").waitFor();
    await production.getByRole("link", { name: /churn/ }).click(); // one
    await page.getByRole("heading", { name: "churn", level: 1 }).waitFor();
    await page.getByRole("link", { name: /customers/ }).waitFor();
    await picture(page, "registered-model");
    await page.getByRole("link", { name: /customers/ }).click(); // two
    await page.getByRole("heading", { name: "customers", level: 1 }).waitFor();
    await page.goBack();
    await page.getByRole("link", { name: /train churn/ }).click(); // three
    await page.getByRole("heading", { name: /train churn/, level: 1 }).waitFor();
    expect(faults).toEqual([]);
  });

  it("is drawn once, with its model, its run and its data set behind it", async () => {
    const { page } = visitor;
    await page.goto("/artifacts?q=name%3Dchurn");
    await page.getByRole("link", { name: "churn", exact: true }).click();
    await page.getByRole("link", { name: "Full ancestry" }).click();
    const lines = page.locator(".gnode-line");
    await lines.getByText("train churn").waitFor();
    const shown = (await lines.allTextContents()).filter((text) => !/·|ms$|^\d/.test(text));
    expect(shown.sort()).toEqual(["churn", "customers", "forest", "register churn 1", "train churn"]);
    await picture(page, "registered-model-lineage");
  });
});
