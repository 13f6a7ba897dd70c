// A person at the web UI: what is pressed and typed, how often, and what is in sight.

import { readFileSync } from "node:fs";
import type { Browser, Locator, Page } from "playwright-core";
import { expect } from "vitest";
import { countClicks, settle, type Visitor, visit, type World } from "./world";

export class Person {
  private constructor(
    readonly visitor: Visitor,
    private readonly clicks: () => Promise<number>,
  ) {}

  get page(): Page {
    return this.visitor.page;
  }

  /** Somebody who opens the home view. */
  static async at(browser: Browser, world: World, options: Parameters<typeof visit>[2] = {}): Promise<Person> {
    const visitor = await visit(browser, world, { width: 1440, height: 900, ...options });
    const person = new Person(visitor, await countClicks(visitor.page));
    await person.open("/");
    return person;
  }

  /** Half a minute later, when the web UI asks the server again. The person came with a clock. */
  async letHalfAMinutePass(): Promise<void> {
    await this.page.clock.fastForward(31_000);
  }

  async open(address: string): Promise<void> {
    await this.page.goto(address);
    await settle(this.page);
  }

  /** Leave; nothing may have gone wrong on the way. */
  async leave(): Promise<void> {
    expect(this.visitor.faults).toEqual([]);
    await this.visitor.close();
  }

  async click(what: Locator): Promise<void> {
    await what.click();
    await settle(this.page);
  }

  async press(...keys: string[]): Promise<void> {
    for (const key of keys) await this.page.keyboard.press(key);
    await settle(this.page);
  }

  /** Tab to what is named so. */
  async tabTo(name: RegExp): Promise<void> {
    for (let tabs = 0; tabs < 150; tabs += 1) {
      await this.page.keyboard.press("Tab");
      if (name.test(await this.focused())) return;
    }
    throw new Error(`Tab never comes to ${name}`);
  }

  /** How the control is called that has the focus. */
  focused(): Promise<string> {
    return this.page.evaluate(() => {
      const place = document.activeElement as HTMLInputElement;
      return place.getAttribute("aria-label") ?? (place.labels?.[0]?.textContent || place.textContent || "").trim();
    });
  }

  async enter(name: RegExp): Promise<void> {
    await this.tabTo(name);
    await this.press("Enter");
  }

  /** Find something by its name, in the search of the whole store, which is open. */
  async find(text: string): Promise<void> {
    await this.page.keyboard.type(text);
    await this.page.getByRole("listbox", { name: "What is found" }).getByRole("option").first().waitFor();
    await settle(this.page);
    await this.press("Enter");
    await this.heading(new RegExp(`^${text}`)).waitFor();
  }

  get searchBox(): Locator {
    return this.page.getByLabel(/^Search by/);
  }

  get rows(): Locator {
    return this.page.locator(".grid-body .row");
  }

  region(name: string | RegExp): Locator {
    return this.page.getByRole("region", { name });
  }

  heading(name: string | RegExp): Locator {
    return this.page.getByRole("heading", { level: 1, name });
  }

  /** Go to a button of the facets by keyboard: they are one tab stop, with arrow keys inside. */
  async facet(name: RegExp): Promise<void> {
    await this.tabTo(/^(Data set(?!s)|Metrics|Model(?!s)|train|prepare|evaluate)/);
    for (let steps = 0; steps < 60; steps += 1) {
      if (name.test((await this.page.evaluate(() => document.activeElement?.textContent)) ?? "")) return;
      await this.page.keyboard.press("ArrowDown");
    }
    throw new Error(`the facets have no ${name}`);
  }

  /** The text of the file that is written by doing something. */
  async fileAfter(doing: () => Promise<unknown>): Promise<string> {
    const [file] = await Promise.all([this.page.waitForEvent("download"), doing()]);
    return readFileSync(await file.path(), "utf8");
  }

  clipboard(): Promise<string> {
    return this.page.evaluate(() => navigator.clipboard.readText());
  }

  /** Say how many clicks a task took; `before` is what it took before the home view, where that could do it. */
  async took(task: string, most: number, before?: number): Promise<void> {
    const count = await this.clicks();
    console.log(`${task}: ${count} clicks${before === undefined ? "" : `, ${before} before`}`);
    expect(count).toBeLessThanOrEqual(Math.min(most, before ?? most));
  }
}
