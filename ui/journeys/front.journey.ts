// The pictures of README.md and of the tutorial: `make pictures` takes them and writes them into docs/pictures.

import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { FRAMEWORKS, frontStore, launch, pageStore, picture, serve, settle, visit, type World } from "./world";

const WIDTH = 1280;
const SCALE = 1.25;

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

/** Take a picture of an address after something was done there; return errors of the console. */
async function take(
  name: string,
  address: string,
  height: number,
  prepare: (page: Page) => Promise<void>,
  place: World = world,
) {
  const { page, faults, close } = await visit(browser, place, { width: WIDTH, height, scale: SCALE });
  await page.goto(address);
  await settle(page);
  await prepare(page);
  await settle(page);
  await picture(page, name);
  await close();
  return faults;
}

describe("the pictures of the front page", () => {
  it("show the versions of a model with their metrics", async () => {
    const columns = "!name,version,label.stage,metric.accuracy,metric.loss";
    const address = `/artifacts?filter=type=model metric.accuracy>0.9&sort=-metric.accuracy&columns=${columns}`;
    const faults = await take("readme-web-ui", address, 480, (page) => page.getByText("0.9931").first().waitFor());
    expect(faults).toEqual([]);
  });

  it("show what a model was made from and where it went", async () => {
    const faults = await take("readme-lineage", `/lineage?focus=a${model}&up=all&down=all`, 380, async (page) => {
      await page.locator(".react-flow__node", { hasText: "strokes-encoder" }).waitFor();
      await page.getByRole("application", { name: /Lineage graph/ }).focus();
      await page.keyboard.press("0");
      await page.locator(":focus").blur();
    });
    expect(faults).toEqual([]);
  });
});

// The programs of the page need scikit-learn: `make mlflow`.
describe.skipIf(FRAMEWORKS === undefined)("the pictures of the data scientist's tutorial", () => {
  let wines: World;
  let versions: string[];

  beforeAll(async () => {
    wines = await serve(pageStore("tutorials/data-scientist.md"));
    const found = await fetch(`${wines.address}/api/v1/artifacts?q=type=model name=wine`);
    const { items } = (await found.json()) as { items: { key: string }[] };
    versions = items.map(({ key }) => key).sort((one, other) => Number(one.slice(1)) - Number(other.slice(1)));
  });

  afterAll(() => wines?.stop());

  it("show three versions side by side", async () => {
    const address = `/compare?ids=${versions.slice(0, 3).join(",")}`;
    const faults = await take(
      "tutorial-compare",
      address,
      290,
      (page) => page.getByText("test.accuracy").first().waitFor(),
      wines,
    );
    expect(faults).toEqual([]);
  });

  it("show what the model in production was made from, and where it is used", async () => {
    const address = `/lineage?focus=${versions[2]}&up=all&down=all`;
    const faults = await take(
      "tutorial-lineage",
      address,
      420,
      async (page) => {
        await page.locator(".react-flow__node", { hasText: "measurements" }).first().waitFor();
        await page.getByRole("application", { name: /Lineage graph/ }).focus();
        await page.keyboard.press("0");
        await page.locator(":focus").blur();
      },
      wines,
    );
    expect(faults).toEqual([]);
  });
});
