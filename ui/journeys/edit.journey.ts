// Changing records in a real browser: in place by pointer and by keyboard, many at once, archived and restored, undone, with
// a history; as admin, as a writer of one workspace, as a reader, and over a database that is open for reading only.

import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { seriousFindings } from "./axe";
import {
  addVersions,
  launch,
  picture,
  serve,
  settle,
  token,
  tutorialStore,
  type Visitor,
  visit,
  type World,
} from "./world";

let browser: Browser;
let world: World;
let url: string;

beforeAll(async () => {
  url = tutorialStore(3);
  world = await serve(url);
  browser = await launch();
});

afterAll(async () => {
  await browser?.close();
  await world?.stop();
});

/** The newest model of the store, as the server has it. */
async function newestModel(): Promise<{ id: string; name: string; labels: Record<string, string> }> {
  const found = await fetch(`${world.address}/api/v1/artifacts?q=type:model&order_by=-created&limit=1`);
  const { items } = (await found.json()) as { items: { id: string }[] };
  return recordOf(items[0]?.id ?? "");
}

async function recordOf(id: string) {
  return (await fetch(`${world.address}/api/v1/artifacts/${id}`)).json();
}

async function open(path: string, theme: "light" | "dark" = "light"): Promise<Visitor> {
  const visitor = await visit(browser, world, { theme, width: 1440, height: 900 });
  await visitor.page.goto(path);
  await settle(visitor.page);
  return visitor;
}

const row = (page: Page, name: string) => page.locator(".field", { has: page.locator(`dt:text-is("${name}")`) });

describe("editing in place", () => {
  it("changes labels by pointer, says so, and takes it back", async () => {
    const { id } = await newestModel();
    const { page, faults, close } = await open(`/artifacts/${id}`);
    await page.getByRole("button", { name: "Edit labels" }).click();
    await page.getByLabel("New label", { exact: true }).fill("reviewed");
    await page.getByLabel("Value of the new label").fill("yes");
    await page.getByRole("button", { name: "Save" }).click();
    await row(page, "Labels").getByText("reviewed").waitFor();
    await page.getByText(/1 label of .* changed/).waitFor();
    await settle(page);
    await picture(page, "edit-undo");
    expect(await seriousFindings(page)).toEqual([]);
    expect((await recordOf(id)).labels.reviewed).toBe("yes");
    await page.getByRole("button", { name: /^Undo/ }).click();
    await page.getByText(/^Undone/).waitFor();
    expect((await recordOf(id)).labels.reviewed).toBeUndefined();
    expect(faults).toEqual([]);
    await close();
  });

  it("changes the description and promotes by keyboard alone", async () => {
    const { id } = await newestModel();
    const { page, faults, close } = await open(`/artifacts/${id}`);
    await page.getByRole("button", { name: "Edit description" }).focus();
    await page.keyboard.press("Enter");
    await page.locator("textarea:focus").waitFor();
    await page.keyboard.type("\nsecond line");
    await page.keyboard.press("Control+Enter");
    await row(page, "Description").getByText("second line").waitFor();
    await page.getByRole("button", { name: "Promote" }).focus();
    await page.keyboard.press("Enter");
    await page.locator("input:focus").waitFor();
    await page.keyboard.type("production");
    await picture(page, "edit-alias");
    await page.keyboard.press("Enter");
    await row(page, "Aliases").getByText("production").waitFor();
    await page.getByText(/has the alias production/).waitFor();
    expect((await recordOf(id)).aliases).toContain("production");
    await page.keyboard.press("Control+z");
    await page.getByText(/^Undone/).waitFor();
    expect((await recordOf(id)).aliases).not.toContain("production");
    await page.getByRole("button", { name: "Edit description" }).focus();
    await page.keyboard.press("Enter");
    await page.locator("textarea:focus").waitFor();
    await page.keyboard.press("Escape");
    await page.locator('[aria-label="Edit description"]:focus').waitFor();
    expect(faults).toEqual([]);
    await close();
  });

  it("shows what somebody else wrote meanwhile, and lets people choose", async () => {
    const { id } = await newestModel();
    const { page, close } = await open(`/artifacts/${id}`);
    await page.getByRole("button", { name: "Edit description" }).click();
    await page.getByRole("textbox", { name: "Description" }).fill("mine");
    await fetch(`${world.address}/api/v1/artifacts/${id}`, {
      method: "PATCH",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ description: "theirs" }),
    });
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByText("Somebody else has changed this").waitFor();
    await page.locator(".clash pre").getByText("theirs").waitFor();
    await picture(page, "edit-clash");
    expect(await page.getByRole("textbox", { name: "Description" }).inputValue()).toBe("mine");
    await page.getByRole("button", { name: "Save mine over it" }).click();
    await page.getByText(/Description of .* changed/).waitFor();
    expect((await recordOf(id)).properties.description.value).toBe("mine");
    await close();
  });

  it("keeps what was typed when the server refuses it or is gone", async () => {
    const { id } = await newestModel();
    const { page, close } = await open(`/artifacts/${id}`);
    await page.getByRole("button", { name: "Edit description" }).click();
    await page.getByRole("textbox", { name: "Description" }).fill("kept text");
    await page.route("**/api/v1/artifacts/*", (route) =>
      route.request().method() === "PATCH" ? route.abort() : route.continue(),
    );
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByText(/what you wrote is still here/).waitFor();
    expect(await page.getByRole("textbox", { name: "Description" }).inputValue()).toBe("kept text");
    await close();
  });
});

describe("an alias of one of many versions", () => {
  it("is known to be elsewhere, and moves", async () => {
    const ids = addVersions(url, "wide-loaf", 120);
    const [first, last] = [ids[0], ids.at(-1)];
    await fetch(`${world.address}/api/v1/artifacts/${first}/aliases/production`, { method: "PUT" });
    const { page, faults, close } = await open(`/artifacts/${last}`);
    await page.getByRole("button", { name: "Edit aliases" }).click();
    await page.getByLabel("New alias").fill("production");
    await page.getByText(`Version 0 (id ${first}) has the alias production now. It moves here.`).waitFor();
    await page.getByRole("button", { name: "Move here" }).click();
    await row(page, "Aliases").getByText("production").waitFor();
    expect((await recordOf(first ?? "")).aliases).toEqual([]);
    expect(faults).toEqual([]);
    await close();
  });
});

describe("archived records", () => {
  it("leave lists after a confirmation, which say how many are hidden and show them", async () => {
    const { id, name } = await newestModel();
    const { page, faults, close } = await open(`/artifacts/${id}`);
    await page.getByRole("button", { name: "Archive" }).click();
    await page.getByRole("dialog").getByText(name).first().waitFor();
    await settle(page);
    await picture(page, "edit-archive");
    await page.getByRole("dialog").getByRole("button", { name: "Archive" }).click();
    await page.getByText(/^Archived/).waitFor();
    await page.goto("/artifacts?filter=type:model");
    await page.getByText("1 archived artifact is hidden").waitFor();
    const hidden = await page.locator(".grid-body .row").count();
    await picture(page, "edit-hidden");
    await page.getByRole("button", { name: "Show", exact: true }).click();
    await page.getByText("1 archived artifact is shown").waitFor();
    await settle(page);
    expect(await page.locator(".grid-body .row").count()).toBe(hidden + 1);
    await page.goto(`/artifacts/${id}`);
    await page.getByRole("button", { name: "Restore" }).click();
    await page.getByRole("button", { name: "Archive" }).waitFor();
    expect((await recordOf(id)).archived).toBeNull();
    expect(faults).toEqual([]);
    await close();
  });
});

describe("bulk edit", () => {
  it("says what will change, changes it, and takes it back", async () => {
    const { page, faults, close } = await open("/artifacts?filter=type:model");
    for (const place of [0, 1, 2]) await page.locator(".grid-body .row .tick").nth(place).click();
    await page.getByRole("button", { name: "Edit", exact: true }).click();
    await page.getByLabel("Label", { exact: true }).fill("season");
    await page.getByLabel("Value", { exact: true }).fill("winter");
    await page.getByText("3 of 3 artifacts will get the label season=winter.").waitFor();
    await settle(page);
    await picture(page, "edit-bulk");
    await page.getByRole("button", { name: "Change 3 artifacts" }).click();
    await page.getByText("Label season=winter on 3 artifacts").waitFor();
    const count = async () => (await fetch(`${world.address}/api/v1/artifacts/count?q=label.season=winter`)).json();
    expect((await count()).count).toBe(3);
    await page.getByRole("button", { name: /^Undo/ }).click();
    await page.getByText(/^Undone/).waitFor();
    expect((await count()).count).toBe(0);
    expect(faults).toEqual([]);
    await close();
  });

  it("keeps selected what failed, and says why", async () => {
    const { page, close } = await open("/artifacts?filter=type:model");
    for (const place of [0, 1, 2]) await page.locator(".grid-body .row .tick").nth(place).click();
    await page.getByRole("button", { name: "Edit", exact: true }).click();
    await page.getByLabel("What to change").selectOption("archive");
    await page.getByText("3 of 3 artifacts will be archived").waitFor();
    let refused = 0;
    await page.route("**/api/v1/artifacts/*", (route) =>
      route.request().method() === "PATCH" && refused++ === 0 ? route.abort() : route.continue(),
    );
    await page.getByRole("button", { name: "Change 3 artifacts" }).click();
    await page.getByText("2 artifacts changed, 1 not. What was not changed is still selected.").waitFor();
    await picture(page, "edit-bulk-failed");
    await page.getByRole("button", { name: "Close" }).first().click();
    await page.getByText("1 selected").waitFor();
    await page.getByRole("dialog").waitFor({ state: "hidden" }); // while it closes, keys are its own
    await settle(page);
    await page.keyboard.press("Control+z");
    await page.getByText(/^Undone/).waitFor();
    await close();
  });
});

describe("the history of a record", () => {
  it("shows who changed which field, and undoes a change", async () => {
    const { id } = await newestModel();
    const { page, faults, close } = await open(`/artifacts/${id}?tab=history`);
    const first = page.locator(".history li").first();
    await first.getByText("unnamed").waitFor();
    await page.getByText("--audit").waitFor();
    await settle(page);
    await picture(page, "edit-history");
    expect(await seriousFindings(page)).toEqual([]);
    expect(await page.locator(".history li").count()).toBeGreaterThan(0);
    await first.getByRole("button", { name: /^Undo/ }).click();
    await page.getByText("The change was undone").waitFor();
    expect(faults).toEqual([]);
    await close();
  });
});

describe("what is edited looks right", () => {
  it.each([
    ["light", 360],
    ["dark", 360],
    ["dark", 1440],
    ["light", 2560],
  ] as const)("in the %s theme at %i pixels", async (theme, width) => {
    const { id } = await newestModel();
    const { page, faults, close } = await visit(browser, world, { theme, width, height: 900 });
    await page.goto(`/artifacts/${id}`);
    await page.getByRole("button", { name: "Edit labels" }).click();
    await page.getByLabel("New label", { exact: true }).fill("a");
    await settle(page);
    await picture(page, `edit-labels-${theme}-${width}`);
    expect(await seriousFindings(page)).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
    await page.keyboard.press("Escape");
    await page.goto("/artifacts?filter=type:model");
    await page.locator(".grid-body .row .tick").first().click();
    await page.getByRole("button", { name: "Edit", exact: true }).click();
    await page.getByLabel("What to change").waitFor();
    await settle(page);
    await picture(page, `edit-bulk-${theme}-${width}`);
    expect(await seriousFindings(page)).toEqual([]);
    expect(faults).toEqual([]);
    await close();
  });
});

describe("callers with fewer rights", () => {
  let secured: World;
  let reader: string;
  let scoped: string;

  beforeAll(async () => {
    reader = token(url, "reader");
    scoped = token(url, "writer", "bakery");
    secured = await serve(url, "--auth", "token");
  });
  afterAll(() => secured?.stop());

  async function as(secret: string, path: string): Promise<Visitor> {
    const visitor = await visit(browser, secured, { width: 1440, height: 900 });
    await visitor.page.goto(path);
    await visitor.page.getByLabel("Access token").fill(secret);
    await visitor.page.getByRole("button", { name: "Log in" }).click();
    await visitor.page.goto(path);
    await settle(visitor.page);
    return visitor;
  }

  it("offers a reader nothing, says why, and shows the history", async () => {
    const { id } = await newestModel();
    const { page, close } = await as(reader, `/artifacts/${id}?tab=history`);
    await page.getByText(/needs the role writer/).waitFor();
    expect(await page.getByRole("button", { name: /^(Edit|Archive|Undo)/ }).count()).toBe(0);
    expect(await page.getByRole("link", { name: "Changes" }).count()).toBe(0);
    expect(await page.locator(".history li").count()).toBeGreaterThan(2);
    await picture(page, "edit-reader");
    await page.goto("/artifacts?filter=type:model");
    await page.locator(".grid-body .row .tick").first().click();
    expect(await page.getByRole("button", { name: "Edit", exact: true }).count()).toBe(0);
    await close();
  });

  it("lets a writer of one workspace change its records, and see their own changes", async () => {
    const { page, close } = await as(scoped, "/artifacts?filter=type:model");
    await page.locator(".grid-body .row").first().dblclick();
    await page.getByRole("button", { name: "Edit description" }).click();
    await page.getByRole("textbox", { name: "Description" }).fill("by the scoped writer");
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByText(/Description of .* changed/).waitFor();
    await page.getByRole("tab", { name: "History" }).click();
    await page.getByText(/You see your own changes/).waitFor();
    await picture(page, "edit-scoped");
    expect(await page.locator(".history li").count()).toBe(1);
    await close();
  });

  it("offers nothing over a database that is open for reading only", async () => {
    const closed = await serve(`${url}?mode=ro`);
    const visitor = await visit(browser, closed);
    await visitor.page.goto(`/artifacts/${(await newestModel()).id}`);
    await visitor.page.getByText("The database is open for reading only.").waitFor();
    expect(await visitor.page.getByRole("button", { name: /^(Edit|Archive)/ }).count()).toBe(0);
    await visitor.close();
    await closed.stop();
  });
});
