// Where executions ran: on the page of one, and compared between two, and between the models that they made.

import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { seriousFindings } from "./axe";
import { environmentsStore, launch, picture, serve, settle, type Visitor, visit, type World } from "./world";

let browser: Browser;
let world: World;
let visitor: Visitor;
let ids: { readonly executions: readonly [string, string]; readonly models: readonly [string, string] };

beforeAll(async () => {
  const store = environmentsStore();
  ids = store;
  world = await serve(store.url);
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

describe("the environment of an execution", () => {
  it("is on its page, with the packages folded and what is missing", async () => {
    const page = await open(`/executions/${ids.executions[1]}`);
    const section = page.getByRole("region", { name: "Environment" });
    await section.getByText("3.11.7").waitFor();
    await section.getByText("yes: files differed from the commit").waitFor();
    await section.getByText(/Not recorded: image/).waitFor();
    expect(await section.getByText("xgboost").isVisible()).toBe(false);
    await section.getByText("43 imported packages").click();
    expect(await section.getByText("xgboost").isVisible()).toBe(true);
    await page.getByRole("heading", { name: "2 parameters" }).waitFor();
    expect(await page.getByText("env.host").count()).toBe(0);
    await picture(page, "environment");
    expect(await seriousFindings(page)).toEqual([]);
  });

  it("is folded in the preview of a list", async () => {
    const page = await open(`/executions?preview=${ids.executions[1]}`);
    const folded = page.getByText("Environment", { exact: true });
    await folded.click();
    await page.getByText("python -m churn.train --lr 0.1 --api-key ***").waitFor();
    await picture(page, "environment-preview");
  });

  it("is no label", async () => {
    const page = await open("/executions");
    await page.getByRole("link", { name: "train" }).first().waitFor();
    expect(await page.getByText("git.commit").count()).toBe(0);
  });
});

describe("two environments", () => {
  it("are compared: what differs first, packages by name, the equal ones folded", async () => {
    const page = await open(`/compare?ids=${ids.executions.map((id) => `e${id}`).join(",")}`);
    const section = page.getByRole("region", { name: "Where they ran", exact: true });
    const rows = section.getByRole("row");
    await section.getByRole("rowheader", { name: "scikit-learn" }).waitFor();
    const texts = (await rows.allTextContents()).map((text) => text.replaceAll("\u200b", ""));
    expect(texts.find((text) => text.startsWith("scikit-learn"))).toBe("scikit-learn1.8.01.9.1");
    expect(texts.find((text) => text.startsWith("xgboost"))).toBe("xgboost–3.2.0");
    expect(texts.some((text) => text.startsWith("numpy"))).toBe(false);
    await section.getByText(/\d equal fields and 41 equal packages/).click();
    expect(await section.getByText("numpy", { exact: true }).isVisible()).toBe(true);
    await picture(page, "environments");
    expect(await seriousFindings(page)).toEqual([]);
  });

  it("of two models are those of the executions that made them", async () => {
    const page = await open(`/compare?ids=${ids.models.map((id) => `a${id}`).join(",")}`);
    const section = page.getByRole("region", { name: "Where they ran", exact: true });
    await section.getByText("Of the executions that made them").waitFor();
    await section.getByRole("rowheader", { name: "Python" }).waitFor();
    await picture(page, "environments-models");
    const fields = page.getByRole("region", { name: "Fields side by side" });
    await fields.getByText("Parameters of the execution that made it").waitFor();
    const rate = await fields.getByRole("row").filter({ hasText: /^lr/ }).textContent();
    expect(rate?.replaceAll("\u200b", "")).toBe("lr0.10.2");
    await fields.getByText("production", { exact: true }).waitFor();
    expect(visitor.faults).toEqual([]);
  });
});
