// The files of a run and of a logged model: found, shown as what they are, downloaded, and never run.

import { readFileSync } from "node:fs";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { seriousFindings } from "./axe";
import { addRunWithFiles, escaped, FILES, HOSTILE_NAME, type RunWithFiles } from "./runFiles";
import { emptyStore, launch, picture, serve, settle, type Visitor, visit, type World } from "./world";

let browser: Browser;
let world: World;
let made: RunWithFiles;
let visitor: Visitor;

beforeAll(async () => {
  world = await serve(emptyStore());
  made = await addRunWithFiles(world);
  browser = await launch();
  visitor = await visit(browser, world, { width: 1440, height: 900 });
});

beforeEach(() => {
  visitor.faults.length = 0;
});

afterAll(async () => {
  await browser?.close();
  await world?.stop();
});

function tree(page: Page) {
  return page.getByRole("tree", { name: "Files" });
}

function item(page: Page, name: string | RegExp) {
  return tree(page).getByRole("treeitem", { name });
}

/** The part of the page that shows a file. */
function pane(page: Page) {
  return page.getByRole("region", { name: "Contents of the file" });
}

/** Open the page of the run with a file. */
async function openFile(page: Page, path: string): Promise<void> {
  await page.goto(`/executions/${made.run}?tab=files&file=${encodeURIComponent(path)}`);
  await settle(page);
}

describe("the files of a run", () => {
  it("are a tree whose folders open, with sizes and digests", async () => {
    const { page, faults } = visitor;
    await page.goto(`/executions/${made.run}?tab=files`);
    await item(page, /notes\.txt/).waitFor();
    expect(await item(page, /notes\.txt/).textContent()).toMatch(/[0-9a-f]{12}.*58 bytes/);
    await item(page, "model").click();
    await item(page, /MLmodel/).click();
    await pane(page).getByText("loader_module: mlflow.sklearn").waitFor();
    await pane(page)
      .getByText(/^SHA-256 of this file [0-9a-f]{64}/)
      .waitFor();
    expect(new URL(page.url()).searchParams.get("file")).toBe("model/MLmodel");
    expect(await item(page, /MLmodel/).getAttribute("aria-selected")).toBe("true");
    await page.reload();
    await pane(page).getByText("loader_module: mlflow.sklearn").waitFor();
    expect(await item(page, /MLmodel/).getAttribute("aria-selected")).toBe("true");
    expect(faults).toEqual([]);
  });

  it("are one tab stop, and arrow keys open and close folders", async () => {
    const { page } = visitor;
    await page.goto(`/executions/${made.run}?tab=files`);
    await item(page, "model").focus();
    await page.keyboard.press("ArrowRight");
    await item(page, /MLmodel/).waitFor();
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("ArrowRight");
    await item(page, "deep").waitFor();
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("ArrowRight");
    await item(page, /weights/).waitFor();
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    await pane(page).getByText("This is no text").waitFor();
    for (const _ of "abc") await page.keyboard.press("ArrowLeft");
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe("data");
    await page.keyboard.press("Home");
    await page.keyboard.press("Tab");
    expect(await page.evaluate(() => document.activeElement?.closest("[role=tree]"))).toBeNull();
  });

  it("are shown a page at a time in a large folder", async () => {
    const { page } = visitor;
    await page.goto(`/executions/${made.run}?tab=files`);
    await item(page, "many").click();
    await item(page, "Show more of 30 other files").click();
    await item(page, /part-0229/).waitFor();
    expect(await item(page, /Show more/).count()).toBe(0);
  });

  it("can be downloaded unchanged", async () => {
    const { page } = visitor;
    await openFile(page, "model/data/deep/weights.bin");
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      pane(page).getByRole("link", { name: "Download" }).click(),
    ]);
    expect(download.suggestedFilename()).toBe("weights.bin");
    expect(readFileSync(await download.path())).toEqual(FILES["model/data/deep/weights.bin"]);
  });
});

describe("a file is shown as what it is:", () => {
  it("a table of MLflow", async () => {
    const { page } = visitor;
    await openFile(page, "tables/evaluation.json");
    await pane(page).getByRole("columnheader", { name: "question" }).waitFor();
    await pane(page).getByText("What is 3 + <b>1</b>?").waitFor();
    await pane(page).getByText("30 rows × 3 columns").waitFor();
    await pane(page).getByRole("button", { name: "Show the text of the file" }).click();
    await pane(page).getByText('{"columns":["question"').waitFor();
  });

  it("the beginning of a large CSV, and what is left out", async () => {
    const { page } = visitor;
    const asked = page.waitForRequest((request) => /mlflow-artifacts.*metrics\.csv/.test(request.url()));
    await openFile(page, "metrics.csv");
    expect((await asked).headers().range).toBe("bytes=0-524287");
    await pane(page)
      .getByText(/Only the first 524 kB of 5\d\d kB are shown/)
      .waitFor();
    await pane(page).getByRole("cell", { name: "a, 7" }).waitFor();
  });

  it("the beginning of a long log", async () => {
    await openFile(visitor.page, "train.log");
    await pane(visitor.page).getByText("Only the first 524 kB of 1.3 MB are shown").waitFor();
  });

  it("JSON that folds, a picture, an empty file", async () => {
    const { page } = visitor;
    await openFile(page, "config.json");
    await pane(page).getByText("<i>not markup</i>").waitFor();
    await openFile(page, "plots/confusion.png");
    const shown = pane(page).getByRole("img", { name: "confusion.png" });
    expect(await shown.evaluate((img: HTMLImageElement) => img.naturalWidth)).toBe(320);
    await openFile(page, "empty.txt");
    await pane(page).getByText("The file is empty.").waitFor();
  });

  it("nothing, if it is gone", async () => {
    const { page } = visitor;
    await openFile(page, "gone.txt");
    await pane(page).getByText("There is no file").waitFor();
  });
});

describe("what tries to be run", () => {
  const isRun = (page: Page) => page.evaluate(() => document.documentElement.dataset.run ?? "no");

  it.each(["report.html", "plots/roc.svg", "program.js", HOSTILE_NAME])("is only shown: %s", async (name) => {
    const { page, faults } = visitor;
    await openFile(page, name);
    await pane(page).waitFor();
    const text = pane(page).getByRole("button", { name: "Show the text of the file" });
    if (name.endsWith(".svg")) {
      const shown = pane(page).getByRole("img", { name: "roc.svg" });
      expect(await shown.evaluate((img: HTMLImageElement) => [img.naturalWidth, img.src.slice(0, 19)])).toEqual([
        300,
        "data:image/svg+xml;",
      ]);
      await text.click();
    }
    await pane(page)
      .getByText(name === HOSTILE_NAME ? "a name is only a name" : "document.documentElement.dataset.run")
      .waitFor();
    expect((await pane(page).getByRole("heading").textContent())?.replaceAll("\u200b", "")).toBe(
      name.split("/").at(-1),
    );
    expect(await isRun(page)).toBe("no");
    expect(await page.locator("main img[src=x], main script, main iframe, main object").count()).toBe(0);
    expect(faults).toEqual([]);
  });

  it.each(["report.html", "plots/roc.svg", "program.js", HOSTILE_NAME])("is saved and not opened: %s", async (name) => {
    const answer = await fetch(`${made.downloads}/${escaped(name)}`);
    expect(answer.headers.get("content-type")).toBe("text/plain");
    expect(answer.headers.get("x-content-type-options")).toBe("nosniff");
    expect(answer.headers.get("content-disposition")).toMatch(/^attachment;/);
    expect(answer.headers.get("content-security-policy")).toBe("sandbox; default-src 'none'");
    const { page, close } = await visit(browser, world);
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.goto(`${made.downloads}/${escaped(name)}`).catch(() => undefined),
    ]);
    expect(await download.failure()).toBeNull();
    expect(await isRun(page)).toBe("no");
    await close();
  });

  it("does not run as a script of a page either", async () => {
    const { page, close } = await visit(browser, world);
    await page.goto("/types");
    const loaded = await page.evaluate(
      (source) =>
        new Promise((done) => {
          const script = Object.assign(document.createElement("script"), { src: source });
          script.onload = () => done("loaded");
          script.onerror = () => done("refused");
          document.head.append(script);
        }),
      `${made.downloads}/program.js`,
    );
    expect([loaded, await isRun(page)]).toEqual(["refused", "no"]);
    await close();
  });
});

describe("the files of a logged model", () => {
  it("are a tab of its page, with one digest for all", async () => {
    const { page, faults } = visitor;
    await page.goto(`/artifacts/${made.model}`);
    await page.getByRole("tab", { name: "Files" }).click();
    await item(page, /MLmodel/).click();
    await pane(page).getByText("loader_module: mlflow.sklearn").waitFor();
    await page.getByText("SHA-256 of all files together").waitFor();
    await page.getByRole("button", { name: "Close the file" }).click();
    await pane(page).waitFor({ state: "detached" });
    expect(faults).toEqual([]);
  });
});

/** Whether the line of the file that is shown is within the tree. */
function inSight(page: Page): Promise<boolean> {
  return page.evaluate(() => {
    const place = (selector: string) => (document.querySelector(selector) as Element).getBoundingClientRect();
    const [line, box] = [place("[role=treeitem][aria-selected=true]"), place("[role=tree]")];
    return line.top >= box.top && line.bottom <= box.bottom;
  });
}

const SHOWN = {
  run: "",
  text: "model/MLmodel",
  table: "tables/evaluation.json",
  csv: "metrics.csv",
  svg: "plots/roc.svg",
  json: "config.json",
} as const;
const WIDTHS = [360, 1440, 2560];

describe.each(["light", "dark"] as const)("in the %s theme", (theme) => {
  it.each(WIDTHS)("files are pleasant and accessible in a window of %i px", async (width) => {
    const { page, faults, close } = await visit(browser, world, { theme, width, height: width === 360 ? 740 : 1000 });
    for (const [name, path] of Object.entries(SHOWN)) {
      await openFile(page, path);
      await tree(page).scrollIntoViewIfNeeded();
      await page.evaluate(() => document.querySelector(".files")?.scrollIntoView());
      await settle(page);
      if (path) expect(await inSight(page), path).toBe(true);
      await picture(page, `files-${name}-${width}-${theme}`);
      expect(await seriousFindings(page), path).toEqual([]);
      expect(await page.evaluate(() => document.documentElement.scrollWidth), path).toBeLessThanOrEqual(width);
    }
    await page.goto(`/artifacts/${made.model}?tab=files&file=MLmodel`);
    await settle(page);
    await page.evaluate(() => document.querySelector("[role=tablist]")?.scrollIntoView());
    await picture(page, `files-model-${width}-${theme}`);
    expect(await seriousFindings(page)).toEqual([]);
    expect(faults).toEqual([]);
    await close();
  });
});
