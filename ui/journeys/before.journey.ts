// How soon first rows and first nodes are there, beside another checkout: `LINEAL_BEFORE=folder npm run journeys
// journeys/before.journey.ts`. That checkout must have its .venv (`make run` makes it) and its built web UI.
//
// Each side has its own server over its own copy of the same stores, and its own browser. The sides take turns, block by
// block, and the first of a pair changes, so that a change of the machine's speed meets both. Printed are medians in
// milliseconds and their ratio after / before: below 1 the newer one is sooner.

import { copyFileSync } from "node:fs";
import { loadavg } from "node:os";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { FOLDER, indexed, launch, pythonOf, serveFrom, TOP, type Visitor, visit, type World } from "./world";

const BEFORE = process.env.LINEAL_BEFORE;
const BLOCKS = Number(process.env.LINEAL_BLOCKS ?? 7);
const TIMES = 3;
// What a machine with other work adds to one side by chance.
const NOISE = 1.1;

interface Side {
  readonly worlds: Readonly<Record<string, World>>;
  readonly browser: Browser;
}

let sides: { before: Side; after: Side };
let wide = "";

const ROW = ".grid-body .row";
const NODE = ".react-flow__node";

async function sideOf(checkout: string, name: string, stores: Readonly<Record<string, string>>): Promise<Side> {
  const worlds: Record<string, World> = {};
  for (const [shape, path] of Object.entries(stores)) {
    const own = join(FOLDER, `${name}-${shape}.db`);
    copyFileSync(path, own);
    const world = await serveFrom(checkout, `sqlite:///${own}`);
    await indexed(world);
    worlds[shape] = world;
  }
  return { worlds, browser: await launch() };
}

/** Make the stores with the older checkout, so that both can read them. */
function stores(checkout: string): Record<string, string> {
  const paths = { large: join(FOLDER, "b-large.db"), wide: join(FOLDER, "b-wide.db") };
  const artifacts = process.env.LINEAL_LARGE_ARTIFACTS ?? "100000";
  pythonOf(checkout, "-m", "bench.generate", `sqlite:///${paths.large}`, "--artifacts", artifacts);
  wide = pythonOf(checkout, "-m", "bench.lineages", "wide", `sqlite:///${paths.wide}`).trim();
  return paths;
}

function median(values: readonly number[]): number {
  return [...values].sort((left, right) => left - right)[Math.floor(values.length / 2)] as number;
}

/** Milliseconds from entering an address until something can be seen, in a tab that has been there before. */
async function shown(visitor: Visitor, address: string, what: string): Promise<number> {
  const { page } = visitor;
  await page.goto("about:blank");
  const start = performance.now();
  await page.goto(address, { waitUntil: "commit" });
  await page.locator(what).first().waitFor();
  return performance.now() - start;
}

async function block(side: Side, store: string, address: string, what: string): Promise<number[]> {
  const visitor = await visit(side.browser, side.worlds[store] as World);
  await shown(visitor, address, what); // fills the caches, of the browser and of the server
  const taken: number[] = [];
  for (let time = 0; time < TIMES; time += 1) taken.push(await shown(visitor, address, what));
  await visitor.close();
  return taken;
}

async function compared(title: string, store: string, address: string, what: string): Promise<number> {
  const taken: Record<"before" | "after", number[]> = { before: [], after: [] };
  const order = ["before", "after"] as const;
  for (let at = 0; at < BLOCKS; at += 1) {
    for (const name of at % 2 ? order.toReversed() : order) {
      taken[name].push(...(await block(sides[name], store, address, what)));
    }
  }
  const [before, after] = [median(taken.before), median(taken.after)];
  const figures = `before ${before.toFixed(0)} ms, after ${after.toFixed(0)} ms, ratio ${(after / before).toFixed(2)}`;
  console.log(`${title}: ${figures} (medians of ${taken.after.length}, load ${loadavg()[0]?.toFixed(1)})`);
  return after / before;
}

describe.skipIf(!BEFORE)("beside another checkout", () => {
  beforeAll(async () => {
    const paths = stores(BEFORE as string);
    sides = { before: await sideOf(BEFORE as string, "before", paths), after: await sideOf(TOP, "after", paths) };
  }, 900_000);

  afterAll(async () => {
    for (const { worlds, browser } of Object.values(sides ?? {})) {
      await browser.close();
      for (const world of Object.values(worlds)) await world.stop();
    }
  });

  it.each([
    ["first rows", "large", "/artifacts", ROW],
    ["first rows of a filter", "large", "/artifacts?filter=type=model", ROW],
    ["first rows by a metric", "large", "/artifacts?filter=type=model metric.auc>0.9&sort=-metric.auc", ROW],
    ["first rows of a word", "large", "/artifacts?filter=churn", ROW],
  ])(
    "%s are there as soon",
    async (title, store, address, what) => {
      expect(await compared(title, store, address, what)).toBeLessThan(NOISE);
    },
    900_000,
  );

  it("a graph of 441 nodes is there as soon", async () => {
    const address = `/lineage?focus=a${wide}&up=all&down=0`;
    expect(await compared("441 nodes", "wide", address, NODE)).toBeLessThan(NOISE);
  }, 900_000);
});
