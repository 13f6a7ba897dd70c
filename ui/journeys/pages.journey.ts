// Every page in both themes: pictures for a person, axe for what a person may miss; sizes, prefix, narrow windows, errors.

import { readdirSync, readFileSync, statSync } from "node:fs";
import { createServer } from "node:http";
import { join, resolve } from "node:path";
import { gzipSync } from "node:zlib";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { seriousFindings } from "./axe";
import { emptyStore, launch, picture, serve, settle, tutorialStore, type Visitor, visit, type World } from "./world";

const BUILT = resolve(import.meta.dirname, "../../src/lineal/ui/static");

const PAGES: Record<string, string> = {
  home: "/",
  artifacts: "/artifacts?preview=3",
  filter: "/artifacts?filter=type=model -label.season=spring",
  artifact: "/artifacts/3",
  executions: "/executions",
  execution: "/executions/1",
  runs: "/runs",
  run: "/runs/1",
  workspaces: "/workspaces",
  workspace: "/workspaces/1",
  lineage: "/lineage?focus=a3",
  "lineage-selected": "/lineage?focus=a3&sel=e1",
  "lineage-table": "/lineage?focus=a3&view=table",
  "lineage-start": "/lineage",
  compare: "/compare?ids=a3,a12&base=a3&all=1",
  monitor: "/monitor",
  types: "/types",
  audit: "/audit",
  "no-match": "/artifacts?filter=name=nothing",
  missing: "/artifacts/999999",
  "artifact-metrics": "/artifacts/3?tab=metrics",
  "run-graph": "/lineage?context=r1&up=all&down=all",
  "monitor-versions": "/monitor?name=loaf-forecast&by=version&best=1",
};

let browser: Browser;
let world: World;
let empty: World;

beforeAll(async () => {
  world = await serve(tutorialStore(2), "--path-prefix", "/lineal", "--frame-ancestors", "*");
  empty = await serve(emptyStore());
  browser = await launch();
});

afterAll(async () => {
  await browser?.close();
  await Promise.all([world?.stop(), empty?.stop()]);
});

describe.each(["light", "dark"] as const)("in the %s theme", (theme) => {
  let visitor: Visitor;
  beforeAll(async () => {
    visitor = await visit(browser, world, { theme });
  });
  afterAll(() => visitor.close());

  it.each(Object.entries(PAGES))("%s is pleasant and accessible", async (name, address) => {
    const { page, faults } = visitor;
    faults.length = 0;
    await page.goto(address);
    await settle(page);
    await picture(page, `${name}-${theme}`);
    expect(await seriousFindings(page)).toEqual([]);
    // A record that is missing is answered with 404, which the browser reports.
    expect(faults.filter((fault) => !/404/.test(fault))).toEqual([]);
  });

  it.each(["/", "f"])("axe finds nothing serious in what %s opens either", async (key) => {
    const { page } = visitor;
    await page.goto("/artifacts");
    await page.locator(".grid-body .row").first().waitFor();
    await page.keyboard.press(key);
    await page.keyboard.type("l");
    await page.getByRole("option").nth(1).waitFor();
    await page.keyboard.press("ArrowDown");
    await settle(page);
    await picture(page, `${key === "/" ? "search" : "suggestions"}-${theme}`);
    expect(await seriousFindings(page)).toEqual([]);
  });

  it("an empty store says how to log the first artifact", async () => {
    const { page, close } = await visit(browser, empty, { theme });
    await page.goto("/");
    await page.getByText("Nothing has been logged yet").waitFor();
    await picture(page, `empty-${theme}`);
    expect(await seriousFindings(page)).toEqual([]);
    await close();
  });
});

const WINDOWS: Record<string, { width: number; height: number; scale?: number }> = {
  "360 px": { width: 360, height: 740 },
  // A window of 1280 pixels at a zoom of 200 %.
  "200 %": { width: 640, height: 400, scale: 2 },
  "2560 px": { width: 2560, height: 1440 },
};

describe.each(Object.entries(WINDOWS))("in a window of %s", (what, size) => {
  it("no page scrolls sideways", async () => {
    const { page, faults, close } = await visit(browser, world, size);
    for (const name of [
      "home",
      "artifacts",
      "artifact",
      "run",
      "lineage",
      "lineage-selected",
      "compare",
      "monitor",
      "types",
    ]) {
      await page.goto((PAGES[name] as string).replace("?preview=3", ""));
      await settle(page);
      await picture(page, `${name}-${what.replace(/\W+/g, "")}`);
      expect(await page.evaluate(() => document.documentElement.scrollWidth), name).toBeLessThanOrEqual(size.width);
    }
    expect(faults).toEqual([]);
    await close();
  });
});

describe("a narrow window", () => {
  it("shows the selected node beside what is said of it", async () => {
    const { page, close } = await visit(browser, world, { width: 360, height: 740 });
    await page.goto("/lineage?focus=a3&sel=e1");
    await settle(page);
    const [node, side] = [page.locator(".react-flow__node", { hasText: "train" }), page.locator(".lineage-side")];
    const [seen, said] = [await node.first().boundingBox(), await side.boundingBox()];
    expect((seen?.y ?? 0) + (seen?.height ?? 0)).toBeLessThan(said?.y ?? 0);
    await close();
  });
});

describe("an error", () => {
  const problem = (status: number) => ({
    status,
    contentType: "application/problem+json",
    body: JSON.stringify({ title: "The server failed", detail: "A fault", id: "abc123", status }),
  });

  it.each([
    [500, "Retry"],
    [403, "A fault"],
  ])("%i is told with its request, and the rest of the web UI lives on", async (status, text) => {
    const { page, close } = await visit(browser, world);
    await page.route("**/api/v1/artifacts?**", (route) => route.fulfill(problem(status)));
    await page.goto("/artifacts");
    await page.getByRole("alert").getByText(text).waitFor();
    await page.getByText("abc123").waitFor();
    await page.getByRole("complementary", { name: "Facets" }).getByText("Model").first().waitFor();
    await picture(page, `error-${status}`);
    await close();
  });

  it("of none: a page whose program is slow to come says that it loads", async () => {
    const { page, close } = await visit(browser, world);
    await page.route(/TypesPage.*\.js/, async (route) => {
      await new Promise((done) => setTimeout(done, 1000));
      await route.continue();
    });
    await page.goto("/types");
    await page.getByRole("status", { name: "Loading the page" }).waitFor();
    await page.getByRole("heading", { level: 1, name: "Types" }).waitFor();
    await close();
  });

  it("offline and slow look different", async () => {
    const { page, close } = await visit(browser, world);
    await page.route("**/api/v1/artifacts?**", (route) => route.abort());
    await page.goto("/artifacts");
    await page.getByText("The server does not answer").waitFor();
    await page.unroute("**/api/v1/artifacts?**");
    await page.route("**/api/v1/artifacts?**", () => undefined);
    await page.getByRole("button", { name: "Retry" }).click();
    await page.goto("/artifacts");
    await page.getByRole("status", { name: "Loading the list" }).waitFor();
    await close();
  });
});

describe("behind a proxy", () => {
  it("works under any prefix, in a frame, also where the proxy says nothing of it", async () => {
    const { page, faults, close } = await visit(browser, world);
    await page.route("**/some/prefix/**", async (route) => {
      const address = route.request().url().replace("/some/prefix/", "/");
      await route.fulfill({ response: await route.fetch({ url: address }) });
    });
    await page.goto("/some/prefix/artifacts/3");
    await page.getByRole("heading", { level: 1, name: "loaf-forecast" }).waitFor();
    await page.getByRole("navigation", { name: "Pages" }).getByText("Runs").click();
    await settle(page);
    expect(new URL(page.url()).pathname).toBe("/some/prefix/runs");
    expect(faults).toEqual([]);
    const portal = createServer((_, answer) => {
      answer.setHeader("content-type", "text/html");
      answer.end(`<iframe src="${world.address}/artifacts" width="900" height="600"></iframe>`);
    });
    await new Promise<void>((done) => portal.listen(0, "127.0.0.1", done));
    await page.goto(`http://127.0.0.1:${(portal.address() as { port: number }).port}/`);
    await page.frameLocator("iframe").getByRole("grid").waitFor();
    portal.close();
    await close();
  });

  it("has a policy without inline scripts, and redirects the addresses of the original store", async () => {
    const policy = (await fetch(`${world.address}/`)).headers.get("content-security-policy");
    expect(policy).toMatch(/script-src 'self';/);
    const { page, close } = await visit(browser, world);
    await page.goto("/artifact_types/kubeflow.org%2Falpha%2Fmodel/artifacts/3");
    await page.waitForURL(/\/artifacts\/3$/);
    await page.goto("/#/artifacts/3");
    await page.getByRole("heading", { level: 1, name: "loaf-forecast" }).waitFor();
    await close();
  });
});

describe("the built files", () => {
  function compressed(folder: string): Map<string, number> {
    const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) =>
      statSync(join(folder, name)).isFile(),
    );
    return new Map(files.map((name) => [name, gzipSync(readFileSync(join(folder, name))).length]));
  }

  it("have the styles of all components of Mantine that are in them", () => {
    const classes = (ending: string) => {
      const files = readdirSync(join(BUILT, "assets")).filter((name) => name.endsWith(ending));
      const text = files.map((name) => readFileSync(join(BUILT, "assets", name), "utf8")).join();
      return new Set(text.match(/\bm_[0-9a-f]{5,8}\b/g));
    };
    const styled = classes(".css");
    expect([...classes(".js")].filter((name) => !styled.has(name))).toEqual([]);
  });

  it("are under 1 MB compressed, the first view under 300 kB, at home and in a list", async () => {
    const sizes = compressed(BUILT);
    const whole = [...sizes.values()].reduce((sum, size) => sum + size, 0);
    console.log(`compressed: whole ${Math.round(whole / 1000)} kB`);
    expect(whole).toBeLessThan(1_000_000);
    for (const address of ["/", "/artifacts"]) {
      const { page, close } = await visit(browser, world);
      const asked = new Set<string>();
      page.on("request", (request) => asked.add(new URL(request.url()).pathname.slice(1) || "index.html"));
      await page.goto(address);
      await settle(page);
      await close();
      const first = [...asked].reduce((sum, name) => sum + (sizes.get(name) ?? 0), 0);
      console.log(`compressed: first view of ${address} ${Math.round(first / 1000)} kB`);
      expect(first).toBeLessThan(300_000);
      expect(first).toBeGreaterThan(100_000);
    }
  });
});
