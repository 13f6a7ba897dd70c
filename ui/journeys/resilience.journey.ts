// A server that goes away, fails or is upgraded while the web UI is open; addresses that do not exist; mistakes said once.

import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { launch, picture, serve, settle, tutorialStore, type Visitor, visit, type World } from "./world";

let browser: Browser;
let world: World;
let visitor: Visitor;
let page: Page;

beforeAll(async () => {
  world = await serve(tutorialStore(2));
  browser = await launch();
});

beforeEach(async () => {
  visitor = await visit(browser, world, { width: 1440, height: 900 });
  page = visitor.page;
  return () => visitor.close();
});

afterAll(async () => {
  await browser?.close();
  await world?.stop();
});

const rows = () => page.locator(".grid-body .row");
const notice = () => page.locator(".notice");

async function openList(address = "/artifacts"): Promise<void> {
  await page.goto(address);
  await rows().first().waitFor();
  await settle(page);
}

/** From now on the server is gone: no request gets an answer. */
async function goAway(): Promise<void> {
  await page.route("**/*", (route) => route.abort("connectionrefused"));
}

describe("with the server gone", () => {
  it("the shell and the rows stay, a notice says so, and all goes on by itself", async () => {
    await openList();
    await goAway();
    await page
      .getByRole("button", { name: /Data set/ })
      .first()
      .click();
    await notice().getByText("The server does not answer").waitFor();
    expect(await notice().textContent()).toMatch(/What you see is from \d+ \w+ \d{4}, \d\d:\d\d/);
    expect(await rows().count()).toBeGreaterThan(0);
    expect(await page.getByRole("alert").count()).toBe(1);
    await picture(page, "server-gone");
    await page.unroute("**/*");
    await notice().waitFor({ state: "detached", timeout: 20_000 });
    expect(await rows().count()).toBeGreaterThan(0);
  });

  it("a page that is opened keeps the shell, waits, and comes by itself when the browser is online again", async () => {
    await openList();
    await goAway();
    await page.getByRole("link", { name: "Executions", exact: true }).first().click();
    await notice().waitFor();
    await page.getByText("Waiting for the server").first().waitFor();
    expect(await page.getByRole("navigation", { name: "Pages" }).isVisible()).toBe(true);
    expect(await page.getByRole("alert").count()).toBe(1);
    await page.unroute("**/*");
    await page.evaluate(() => dispatchEvent(new Event("online")));
    await rows().first().waitFor({ timeout: 10_000 });
  });

  it("a part of the program that is not there yet is waited for", async () => {
    await openList();
    await goAway();
    await page.getByRole("link", { name: "Monitor" }).first().click();
    await notice().waitFor();
    await page.unroute("**/*");
    await page
      .getByRole("heading", { name: /Monitor/ })
      .first()
      .waitFor({ timeout: 30_000 });
  });
});

describe("a server that fails", () => {
  it("is one notice with Retry, whatever number of panels it is", async () => {
    let fails = true;
    await page.route("**/api/v1/artifacts**", (route) =>
      fails
        ? route.fulfill({
            status: 500,
            contentType: "application/problem+json",
            body: JSON.stringify({ title: "Something went wrong", detail: "It is in the log.", id: "abc" }),
          })
        : route.continue(),
    );
    await page.goto("/artifacts");
    await notice().getByText("Something went wrong").waitFor();
    await settle(page);
    expect(await page.getByRole("alert").count()).toBe(1);
    expect(await page.getByText("is retried").count()).toBeGreaterThan(0);
    await picture(page, "server-fails");
    fails = false;
    await notice().getByRole("button", { name: "Retry" }).click();
    await rows().first().waitFor();
    await notice().waitFor({ state: "detached" });
  });
});

describe("an upgraded server", () => {
  it("whose old parts are gone has the page loaded again, once and never in a loop", async () => {
    await openList();
    let loads = 0;
    page.on("load", () => {
      loads += 1;
    });
    await page.route("**/assets/*Monitor*", (route) => route.fulfill({ status: 404, body: "" }));
    await page.getByRole("link", { name: "Monitor" }).first().click();
    await page.getByText("A part of the web UI is missing").waitFor({ timeout: 20_000 });
    expect(loads).toBe(1);
    expect(await page.getByRole("navigation", { name: "Pages" }).isVisible()).toBe(true);
    await picture(page, "part-missing");
  });
});

describe("an address that does not exist", () => {
  it.each(["/nowhere", "/some/old/place"])("shows the page of the web UI with its shell: %s", async (address) => {
    const answer = await page.goto(address);
    expect(answer?.status()).toBe(404);
    await page.getByText("There is no such page").waitFor();
    expect(await page.getByRole("navigation", { name: "Pages" }).isVisible()).toBe(true);
    await picture(page, "no-such-page");
  });
});

describe("a mistake in a filter", () => {
  it("is one message", async () => {
    await page.goto("/artifacts?filter=metric.auc>x");
    await page.locator("#filter-mistake").waitFor();
    await settle(page);
    expect(await page.getByRole("alert").count()).toBe(1);
    await picture(page, "mistake-once");
  });
});
