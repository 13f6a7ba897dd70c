// What journeys need: a store with data, `lineal serve` over it, a browser that writes down every error.

import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";

/** The checkout that the journeys are of. */
export const TOP = resolve(import.meta.dirname, "../..");
const PYTHON = process.env.LINEAL_PYTHON ?? join(TOP, ".venv/bin/python");
const CHROMIUM = process.env.LINEAL_CHROMIUM ?? "/usr/bin/chromium";
/** Where pictures of all pages go, for a person to look at. */
export const PICTURES = process.env.LINEAL_PICTURES ?? join(tmpdir(), "lineal-pictures");

export interface World {
  readonly address: string;
  readonly stop: () => Promise<void>;
}

export const FOLDER = mkdtempSync(join(tmpdir(), "lineal-journeys-"));

/** A store with the tutorial's data, run so often that names have versions. */
export function tutorialStore(runs: number): string {
  const url = `sqlite:///${join(FOLDER, "tutorial.db")}`;
  for (let run = 0; run < runs; run += 1) python("-m", "lineal", "tutorial", "--db", url);
  return url;
}

const CHANGING = `
import sys
from lineal.config import DatabaseSettings
from lineal.upkeep.opening import open_service
from lineal.wire import service as rpc
with open_service(DatabaseSettings(sys.argv[1], audit=True)) as service:
    artifact = service.call("GetArtifactsByID", rpc.GetArtifactsByIDRequest(artifact_ids=[1])).artifacts[0]
    artifact.custom_properties["rows"].int_value = 2**63 - 1
    for note in ("<b>first</b>", "second"):
        artifact.custom_properties["note"].string_value = note
        service.call("PutArtifacts", rpc.PutArtifactsRequest(artifacts=[artifact]))
    execution = service.call("GetExecutionsByID", rpc.GetExecutionsByIDRequest(execution_ids=[1])).executions[0]
    execution.custom_properties["note"].string_value = "third"
    service.call("PutExecution", rpc.PutExecutionRequest(execution=execution))
`;

/** The tutorial's data with changes in the audit log: two of artifact 1, one of execution 1. */
export function changedStore(): string {
  const url = tutorialStore(1);
  python("-c", CHANGING, url);
  return url;
}

const MODEL = `
import sys
from kubeflow.metadata import metadata
store = metadata.Store(sys.argv[1])
with metadata.Execution("train", metadata.Workspace(store, name="vision")) as training:
    training.log_output(metadata.Model("s3://models/new", sys.argv[2], version="v1"))
store.close()
`;

/** Log a model into a store that is being served. */
export function addModel(url: string, name: string): void {
  python("-c", MODEL, url, name);
}

const VERSIONS = `
import sys
from lineal.config import DatabaseSettings
from lineal.upkeep.opening import open_service
from lineal.wire import metadata_store as pb
from lineal.wire import service as rpc
with open_service(DatabaseSettings(sys.argv[1])) as service:
    kind = pb.ArtifactType(name="loaf", properties={"name": pb.STRING, "version": pb.STRING})
    type_id = service.call("PutArtifactType", rpc.PutArtifactTypeRequest(artifact_type=kind)).type_id
    artifacts = [pb.Artifact(type_id=type_id) for _ in range(int(sys.argv[3]))]
    for place, artifact in enumerate(artifacts):
        artifact.properties["name"].string_value = sys.argv[2]
        artifact.properties["version"].string_value = str(place)
    print(*service.call("PutArtifacts", rpc.PutArtifactsRequest(artifacts=artifacts)).artifact_ids)
`;

/** Versions of one name in a store that is being served; their ids, oldest first. */
export function addVersions(url: string, name: string, versions: number): string[] {
  return python("-c", VERSIONS, url, name, String(versions)).trim().split(" ");
}

/** A new token for a server over a store, limited to workspaces if there are any. */
export function token(url: string, role: "admin" | "writer" | "reader", ...workspaces: string[]): string {
  const args = ["-m", "lineal", "token", "create", "--db", url, "--name", role, "--role", role];
  args.push(...workspaces.flatMap((name) => ["--workspace", name]));
  return execFileSync(PYTHON, args, { cwd: TOP, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).trim();
}

/** A generated store; LINEAL_LARGE_STORE names one that exists. */
export function largeStore(artifacts: number): string {
  if (process.env.LINEAL_LARGE_STORE) return process.env.LINEAL_LARGE_STORE;
  const url = `sqlite:///${join(FOLDER, "large.db")}`;
  python("-m", "bench.generate", url, "--artifacts", String(artifacts));
  return url;
}

/** A store of a few hundred executions of the last four days, some with failures, and a sweep of 15 runs. */
export function recentStore(): string {
  const url = `sqlite:///${join(FOLDER, "recent.db")}`;
  python("-m", "bench.generate", url, "--artifacts", "1500", "--now", "--days", "4");
  return url;
}

/** One large lineage (bench/lineages.py) and the id of the model that everything else leads to.
 *
 * @param shape deep: 347 artifact ancestors over 60 generations; wide: 441 nodes of 9 names.
 */
export function lineageStore(shape: "deep" | "wide"): { url: string; focus: string } {
  const url = `sqlite:///${join(FOLDER, `${shape}.db`)}`;
  return { url, focus: python("-m", "bench.lineages", shape, url).trim() };
}

/** Wait until the search index holds all of a store: it follows the store once, when it is first read. */
export async function indexed(world: World): Promise<void> {
  for (;;) {
    const totals = (await (await fetch(`${world.address}/api/v1/totals`)).json()) as { complete: boolean };
    await fetch(`${world.address}/api/v1/artifacts?limit=1`);
    if (totals.complete) return;
    await new Promise((done) => setTimeout(done, 500));
  }
}

/** A small store whose last models have names, uris and labels that try to break the web UI. */
export function oddStore(): string {
  const url = `sqlite:///${join(FOLDER, "odd.db")}`;
  python("-m", "bench.generate", url, "--artifacts", "90");
  return url;
}

/** The records of a page of the documentation, whose programs run as its readers run them. */
export function pageStore(page: string): string {
  const home = join(FOLDER, "page");
  python(join(TOP, "scripts/run_page.py"), join(TOP, "docs", page), "--home", home);
  return `sqlite:///${join(home, "work/metadata.db")}`;
}

/** The records of the pictures in README.md, and the id of the model in production. */
export function frontStore(): { url: string; model: string } {
  const url = `sqlite:///${join(FOLDER, "front.db")}`;
  return { url, model: python(join(TOP, "ui/journeys/front.py"), url).trim() };
}

/** What the team of the auditor's tutorial recorded, and the id of the model in production, whose file was changed. */
export function auditedStore(): { url: string; model: string } {
  const folder = join(FOLDER, "auditor");
  const model = python(join(TOP, "ui/journeys/auditor.py"), folder).trim();
  return { url: `sqlite:///${join(folder, "metadata.db")}`, model };
}

/** What a watcher records of Pods, Jobs of two groups, a Workflow and a PipelineRun. */
export function watchedStore(): string {
  const url = `sqlite:///${join(FOLDER, "watched.db")}`;
  python(join(TOP, "ui/journeys/watched.py"), url);
  return url;
}

/** Ids of records that OpenLineage's events of a small shop became, and of the model made from them. */
export interface Shop {
  readonly sales: string;
  readonly run: string;
  readonly job: string;
  readonly wide: string;
  readonly model: string;
  /** A data set and a run all of whose texts are markup. */
  readonly odd: string;
  readonly oddRun: string;
}

/** Send the events of a small shop to a server over a store, and train a model. */
export function openLineageShop(url: string, { address }: World): Shop {
  const ids = python("-m", "ui.journeys.openlineage", url, address).trim().split(" ");
  const [sales = "", run = "", job = "", wide = "", model = "", odd = "", oddRun = ""] = ids;
  return { sales, run, job, wide, model, odd, oddRun };
}

/** An artifact whose values are of every kind, some of which try to be run, and its id. */
export function valuesStore(): { url: string; id: string } {
  const url = `sqlite:///${join(FOLDER, "values.db")}`;
  return { url, id: python(join(TOP, "ui/journeys/values.py"), url).trim() };
}

interface Environments {
  readonly url: string;
  readonly executions: readonly [string, string];
  readonly models: readonly [string, string];
}

/** Two trainings that ran in different environments, and the models that they made. */
export function environmentsStore(): Environments {
  const url = `sqlite:///${join(FOLDER, "environments.db")}`;
  const ids = python(join(TOP, "ui/journeys/environments.py"), url).trim().split(" ");
  const [first = "", model = "", second = "", other = ""] = ids;
  return { url, executions: [first, second], models: [model, other] };
}

export function emptyStore(): string {
  return `sqlite:///${join(FOLDER, "empty.db")}`;
}

function python(...args: string[]): string {
  return pythonOf(TOP, ...args);
}

/** Run the Python of a checkout in this one. */
export function pythonOf(checkout: string, ...args: string[]): string {
  return execFileSync(interpreter(checkout), args, {
    cwd: TOP,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
  });
}

function interpreter(checkout: string): string {
  return checkout === TOP ? PYTHON : join(checkout, ".venv/bin/python");
}

async function freePort(): Promise<number> {
  return new Promise((done) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address() as { port: number };
      server.close(() => done(port));
    });
  });
}

/** Start `lineal serve` over a store and wait until it answers. */
export async function serve(url: string, ...flags: string[]): Promise<World> {
  return serveFrom(TOP, url, ...flags);
}

/** The same with the server and the built web UI of a checkout. */
export async function serveFrom(checkout: string, url: string, ...flags: string[]): Promise<World> {
  const asked = flags.indexOf("--http-port");
  const port = asked < 0 ? await freePort() : Number(flags[asked + 1]);
  const args = ["-m", "lineal", "serve", "--db", url, "--grpc-port", "0", "--http-port", String(port), ...flags];
  const server = spawn(interpreter(checkout), args, { cwd: checkout, stdio: "ignore" });
  const address = `http://127.0.0.1:${port}`;
  await answers(`${address}/readyz`, server);
  return { address, stop: () => stopped(server) };
}

async function answers(address: string, server: ChildProcess): Promise<void> {
  for (let attempt = 0; attempt < 240; attempt += 1) {
    if (server.exitCode !== null) throw new Error(`the server ended with ${server.exitCode}`);
    const isReady = await fetch(address).then(
      ({ ok }) => ok,
      () => false,
    );
    if (isReady) return;
    await new Promise((done) => setTimeout(done, 250));
  }
  throw new Error(`nothing answers at ${address}`);
}

function stopped(server: ChildProcess): Promise<void> {
  return new Promise((done) => {
    server.once("exit", () => done());
    server.kill("SIGTERM");
  });
}

export function launch(): Promise<Browser> {
  const args = ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"];
  return chromium.launch({ executablePath: CHROMIUM, args });
}

export interface Visitor {
  readonly page: Page;
  /** Errors of the console and requests to other places. */
  readonly faults: string[];
  readonly close: () => Promise<void>;
}

interface VisitorOptions {
  readonly theme?: "light" | "dark";
  readonly width?: number;
  readonly height?: number;
  /** Pixels of the screen for one of the page: 2 is a zoom of 200 %, which halves the width too. */
  readonly scale?: number;
  /** Whether the journey may let time pass for the page (`page.clock`) instead of waiting for it. */
  readonly clock?: boolean;
}

export async function visit(browser: Browser, world: World, options: VisitorOptions = {}): Promise<Visitor> {
  const { theme = "light", width = 1280, height = 800, scale = 1, clock = false } = options;
  const context: BrowserContext = await browser.newContext({
    viewport: { width, height },
    deviceScaleFactor: scale,
    colorScheme: theme,
    baseURL: world.address,
    acceptDownloads: true,
  });
  await context.grantPermissions(["clipboard-read", "clipboard-write"], { origin: world.address });
  const page = await context.newPage();
  if (clock) await page.clock.install();
  const faults: string[] = [];
  page.on("console", (message) => message.type() === "error" && faults.push(message.text()));
  page.on("pageerror", (error) => faults.push(error.message));
  page.on("dialog", (dialog) => {
    faults.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  const asked = new Set<object>();
  WAITING.set(page, asked);
  page.on("request", (request) => asked.add(request));
  for (const event of ["requestfinished", "requestfailed"] as const) {
    page.on(event as "requestfinished", (request) => asked.delete(request));
  }
  page.on("request", (request) => {
    const isOwn = request.url().startsWith(world.address) || /^(data|blob):/.test(request.url());
    if (!isOwn) faults.push(`foreign request: ${request.url()}`);
  });
  return { page, faults, close: () => context.close() };
}

/** Count what a person presses from now on; the count outlasts changes of the page. */
export async function countClicks(page: Page): Promise<() => Promise<number>> {
  let clicks = 0;
  await page.exposeFunction("oneClick", () => {
    clicks += 1;
  });
  await page.addInitScript(() => {
    const { oneClick } = window as unknown as { oneClick: () => void };
    addEventListener("pointerdown", ({ isTrusted }) => isTrusted && oneClick(), { capture: true });
  });
  return async () => clicks;
}

/** The requests of a page that have not been answered. */
const WAITING = new WeakMap<Page, Set<object>>();
const CALM_POLLS = 5;

/** Wait until nothing loads, nothing is being laid out and the page is idle, and that stays so for a moment. */
export async function settle(page: Page): Promise<void> {
  for (let calm = 0; calm < CALM_POLLS; calm += 1) {
    await page.waitForTimeout(40);
    const late = await page.evaluate(async () => {
      await new Promise((done) => requestIdleCallback(done, { timeout: 2000 }));
      return document.querySelectorAll(".skeleton, .late, [aria-busy=true]").length;
    });
    if (late > 0 || (WAITING.get(page)?.size ?? 0) > 0) calm = -1;
  }
}

export async function picture(page: Page, name: string): Promise<void> {
  if (!existsSync(PICTURES)) mkdirSync(PICTURES, { recursive: true });
  await page.screenshot({ path: join(PICTURES, `${name}.png`) });
}

/** Take a picture of the documentation: an address after something was done there; return errors of the console. */
export async function take(
  { browser, world }: { browser: Browser; world: World },
  name: string,
  address: string,
  height: number,
  prepare: (page: Page) => Promise<unknown>,
): Promise<string[]> {
  const { page, faults, close } = await visit(browser, world, { width: 1280, height, scale: 1.25 });
  await page.goto(address);
  await settle(page);
  await prepare(page);
  await settle(page);
  await picture(page, name);
  await close();
  return faults;
}

/** Show the whole graph of a page of lineage, with nothing in focus. */
export async function showWholeGraph(page: Page): Promise<void> {
  await page.getByRole("application", { name: /Lineage graph/ }).focus();
  await page.keyboard.press("0");
  await page.locator(":focus").blur();
}
