// Large lineages: readable at first sight, all of them shown, fitted after every action, by pointer and by keyboard.

import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { launch, lineageStore, picture, serve, settle, type Visitor, visit, type World } from "./world";

let [wide, deep]: World[] = [];
let browser: Browser;
let visitor: Visitor;
const focus = { wide: "", deep: "" };

beforeAll(async () => {
  const stores = { wide: lineageStore("wide"), deep: lineageStore("deep") };
  for (const shape of ["wide", "deep"] as const) focus[shape] = `a${stores[shape].focus}`;
  [wide, deep] = await Promise.all([serve(stores.wide.url), serve(stores.deep.url)]);
  browser = await launch();
  visitor = await visit(browser, wide as World, { width: 1440, height: 900 });
});

afterAll(async () => {
  await browser?.close();
  await Promise.all([wide?.stop(), deep?.stop()]);
});

async function open(address: string): Promise<Page> {
  const { page } = visitor;
  await page.goto(address);
  await settle(page);
  return page;
}

const count = async (page: Page) =>
  Number.parseInt((await page.locator(".lineage-chips > span").first().textContent()) ?? "", 10);

/** Whether a node is in the window of the graph. */
async function isInSight(page: Page, key: string): Promise<boolean> {
  const [node, graph] = [await page.locator(`#node-${key}`).boundingBox(), await page.locator(".graph").boundingBox()];
  if (!node || !graph) return false;
  const right = node.x + node.width <= graph.x + graph.width + 1;
  return node.x >= graph.x - 1 && node.y >= graph.y - 1 && right && node.y + node.height <= graph.y + graph.height + 1;
}

/** Whether every node of the graph is in its window. */
async function areAllInSight(page: Page): Promise<boolean> {
  const keys = await page.locator(".gnode").evaluateAll((nodes) => nodes.map(({ id }) => id.replace("node-", "")));
  const seen = await Promise.all(keys.map((key) => isInSight(page, key)));
  return keys.length === (await count(page)) && seen.every(Boolean);
}

/** What the nodes in sight look like, by what they are: labels that are cut the same are equal here. */
function labels(page: Page) {
  return page.evaluate(() =>
    [...document.querySelectorAll<HTMLElement>(".gnode")].map((node) => {
      const lines = [...node.querySelectorAll<HTMLElement>(".gnode-line")];
      const version = node.querySelector<HTMLElement>(".gnode-version");
      return {
        seen: [...lines, version].map((each) => each?.textContent).join("|"),
        whole: node.title.split("\n")[0],
        isCutOff: lines.some((line) => line.scrollWidth > line.clientWidth + 1),
      };
    }),
  );
}

function expectApart(found: Awaited<ReturnType<typeof labels>>): void {
  expect(found.length).toBeGreaterThan(3);
  const seen = new Map<string, string>();
  for (const { seen: text, whole = "", isCutOff } of found) {
    expect(seen.get(text) ?? whole).toBe(whole);
    seen.set(text, whole);
    expect(isCutOff).toBe(false);
  }
}

describe("a graph of 441 nodes", () => {
  it("opens with its focus in sight and names that differ", async () => {
    const page = await open(`/lineage?focus=${focus.wide}&up=all&down=0`);
    expect(await count(page)).toBe(441);
    expect(await isInSight(page, focus.wide)).toBe(true);
    expectApart(await labels(page));
    await picture(page, "graph-441");
  });

  it("has names that differ also where it is drawn smaller", async () => {
    const page = await open(`/lineage?focus=${focus.wide}&up=all&down=0`);
    for (let step = 0; step < 3; step += 1) await page.getByRole("button", { name: "Zoom Out" }).click();
    await page.locator(".graph-middle").waitFor();
    expectApart(await labels(page));
    await picture(page, "graph-441-middle");
  });

  it("shows a name whole where it is pointed at or selected", async () => {
    const page = await open(`/lineage?focus=${focus.wide}&up=all&down=0`);
    const node = page.locator(`#node-${focus.wide}`);
    await node.hover();
    const whole = node.locator(".gnode-whole");
    expect(await whole.isVisible()).toBe(true);
    expect(await whole.textContent()).toMatch(/^resnet-sweep\/trial-\d+-steady-thought-useful · v\d+$/);
    await page.mouse.move(5, 5);
    await page.locator(".graph").focus();
    await page.keyboard.press("Space");
    await settle(page);
    expect(await whole.isVisible()).toBe(true);
  });

  it("offers to merge its versions, fits what is left, and undoes it", async () => {
    const page = await open(`/lineage?focus=${focus.wide}&up=all&down=0`);
    await page.getByRole("button", { name: "Merge versions: 441 → 9 nodes" }).click();
    await settle(page);
    expect(await count(page)).toBe(9);
    expect(await isInSight(page, focus.wide)).toBe(true);
    expectApart(await labels(page));
    await picture(page, "graph-441-merged");
    await page.getByRole("button", { name: "Undo this" }).click();
    await settle(page);
    expect(await count(page)).toBe(441);
    expect(await isInSight(page, focus.wide)).toBe(true);
  });

  it("is fitted again when the details of the selection open and close", async () => {
    const page = await open(`/lineage?focus=${focus.wide}&up=all&down=0&merge=versions`);
    expect(await areAllInSight(page)).toBe(true);
    await page.locator(".gnode").last().click();
    await page.getByRole("complementary", { name: "Details of the selection" }).waitFor();
    await expect.poll(() => areAllInSight(page)).toBe(true);
    await picture(page, "graph-441-merged-details");
    const zoom = () => page.locator(".react-flow__viewport").evaluate((view) => (view as HTMLElement).style.transform);
    const small = await zoom();
    await page.locator(".graph").focus();
    await page.keyboard.press("Escape");
    await expect.poll(zoom).not.toBe(small);
    expect(await areAllInSight(page)).toBe(true);
  });

  it("stays where it was moved by hand when the details open, with the selection in sight", async () => {
    const page = await open(`/lineage?focus=${focus.wide}&up=all&down=0&merge=versions`);
    await page.getByRole("button", { name: "Zoom In" }).click();
    await settle(page);
    const zoom = () =>
      page
        .locator(".react-flow__viewport")
        .evaluate((view) => (view as HTMLElement).style.transform.replace(/.*scale/, ""));
    const before = await zoom();
    await page.locator(".graph").focus();
    await page.keyboard.press("ArrowLeft");
    await page.getByRole("complementary", { name: "Details of the selection" }).waitFor();
    await page.waitForTimeout(600);
    expect(await zoom()).toBe(before);
    const at = new URL(page.url()).searchParams.get("sel") ?? "";
    expect(await isInSight(page, at)).toBe(true);
  });

  it("is shown whole by a button and by a key", async () => {
    const page = await open(`/lineage?focus=${focus.wide}&up=all&down=0`);
    await page.getByRole("button", { name: "Fit" }).click();
    await page.locator(".far-view").waitFor();
    await picture(page, "graph-441-fit");
    await page.reload();
    await settle(page);
    expect(await page.locator(".far-view").count()).toBe(1);
  });

  it("keeps the clicked node in sight after every step", async () => {
    const page = await open(`/lineage?focus=${focus.wide}&up=1&down=0`);
    const before = await count(page);
    const more = page.locator(".gnode-more").first();
    const clicked = await more.evaluate((button) => button.closest(".gnode")?.id.replace("node-", "") ?? "");
    await more.click();
    await settle(page);
    expect(await count(page)).toBeGreaterThan(before);
    expect(await isInSight(page, clicked)).toBe(true);
    await page.getByRole("button", { name: "Full ancestry" }).click();
    await settle(page);
    expect(await count(page)).toBe(441);
    expect(await page.locator(".gnode").count()).toBeGreaterThan(2);
    expect(await isInSight(page, clicked)).toBe(true);
  });

  it("is walked and expanded by keys, with the node in sight", async () => {
    const page = await open(`/lineage?focus=${focus.wide}&up=1&down=0`);
    await page.locator(".graph").focus();
    for (const key of ["ArrowLeft", "ArrowLeft", "e"]) {
      await page.keyboard.press(key);
      await settle(page);
    }
    const at = new URL(page.url()).searchParams.get("sel") ?? "";
    expect(await isInSight(page, at)).toBe(true);
    await page.keyboard.press("h");
    await settle(page);
    expect(await page.locator(".gnode").count()).toBeGreaterThan(1);
  });

  it("has the headline metric on its models where that is chosen", async () => {
    const page = await open(`/lineage?focus=${focus.wide}&up=1&down=0`);
    expect(await page.locator(".gnode-figure").count()).toBe(0);
    await page.getByRole("button", { name: "Show", exact: true }).click();
    await page.getByRole("switch", { name: "Headline metric on the nodes" }).click();
    await page.keyboard.press("Escape");
    await settle(page);
    expect(await page.locator(`#node-${focus.wide} .gnode-figure`).textContent()).toMatch(/^0\.\d+$/);
    await picture(page, "graph-headline");
  });

  it("finds a version by its name and number", async () => {
    const page = await open(`/lineage?focus=${focus.wide}&up=1&down=0`);
    await page.getByRole("button", { name: "Find" }).click();
    await page.keyboard.type("imagenet-shards v19");
    await page.locator(".find-version").filter({ hasText: /^v19$/ }).first().waitFor();
    await settle(page);
    expect(await page.locator(".find-version").first().textContent()).toBe("v19");
    await page.keyboard.press("Enter");
    await settle(page);
    await picture(page, "graph-441-path");
    expect(await page.locator(".gnode").count()).toBeGreaterThan(1);
  });
});

describe("347 artifact ancestors over 60 generations", () => {
  it("are all in the graph and in the table", async () => {
    const found = await visit(browser, deep as World, { width: 1440, height: 900, theme: "dark" });
    const { page } = found;
    await page.goto(`/lineage?focus=${focus.deep}&up=all&down=0&apart=${focus.deep}`);
    await settle(page);
    const chips = (await page.locator(".lineage-chips").textContent()) ?? "";
    expect(await page.locator(".stop").count()).toBe(0);
    await picture(page, "graph-deep");
    const shown = await count(page);
    const [, stacked = "0"] = /([\d,]+) more in/.exec(chips) ?? [];
    const stacks = Number(/in (\d+) stacks/.exec(chips)?.[1] ?? 0);
    expect(shown - stacks + Number(stacked.replace(",", ""))).toBe(347 + 1 + 60);
    await page.goto(`/lineage?focus=${focus.deep}&up=all&down=0&view=table`);
    await settle(page);
    expect(await page.getByRole("treegrid").getAttribute("aria-rowcount")).toBe(String(shown + 1));
    await page.goto(`/artifacts/${focus.deep.slice(1)}`);
    await settle(page);
    const short = page.getByRole("region", { name: "Lineage in short" });
    expect(await short.getByRole("link", { name: /ancestors/ }).allTextContents()).toEqual(["all 347 ancestors"]);
    await picture(page, "strip-deep");
    expect(found.faults).toEqual([]);
    await found.close();
  });
});

describe("lineage without a focus", () => {
  it("offers a search and what was viewed last, by keyboard too", async () => {
    const page = await open("/lineage");
    await page.getByText("Newest models").waitFor();
    await page.getByText("Recently viewed in this browser").waitFor();
    await picture(page, "graph-start");
    await page.getByRole("combobox", { name: "Find a record by name, id or uri" }).focus();
    await page.keyboard.type("imagenet-shards");
    await page.getByText("Found").waitFor();
    await page.keyboard.press("Enter");
    await page.locator(".gnode").first().waitFor();
    expect(page.url()).toMatch(/focus=a\d+/);
  });
});

describe("the whole", () => {
  it("has had no error on the console", () => {
    expect(visitor.faults).toEqual([]);
  });
});
