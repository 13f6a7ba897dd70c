// @vitest-environment happy-dom
import { readdirSync, readFileSync } from "node:fs";
import { fireEvent, screen } from "@testing-library/react";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { Problem } from "../src/api/problem";
import { Broken } from "../src/app/Broken";
import { loadPart } from "../src/app/loadPart";
import { drawAt, serve } from "./drawing";

const gone = () => Promise.reject(new TypeError("Failed to fetch dynamically imported module"));
const reload = vi.fn();

beforeEach(() => {
  sessionStorage.clear();
  reload.mockClear();
  vi.spyOn(location, "reload").mockImplementation(reload);
  serve({ healthz: { status: "ok" }, "/healthz": { status: "ok" } });
});

describe("a part of the program that is gone", () => {
  it("has the page loaded again once, and then says what to do", async () => {
    void loadPart(gone);
    await vi.waitFor(() => expect(reload).toHaveBeenCalledOnce());
    await expect(loadPart(gone)).rejects.toThrow(/Reload the page/);
    expect(reload).toHaveBeenCalledOnce();
  });

  it("of another build has the page loaded again once more", async () => {
    sessionStorage.setItem("lineal.reloaded", "http://localhost/assets/older.js");
    void loadPart(gone);
    await vi.waitFor(() => expect(reload).toHaveBeenCalledOnce());
  });

  it("is loaded where it is there", async () => {
    expect(await loadPart(() => Promise.resolve(7))).toBe(7);
    expect(reload).not.toHaveBeenCalled();
  });

  it("is asked for again by a new page, since React keeps the failure", async () => {
    void loadPart(gone);
    await vi.waitFor(() => expect(reload).toHaveBeenCalledOnce());
    const error = await loadPart(gone).catch((reason: Error) => reason);
    drawAt("/", <Broken error={error} reset={() => undefined} />);
    fireEvent.click(await screen.findByRole("button", { name: "Try again" }));
    expect(reload).toHaveBeenCalledTimes(2);
  });
});

describe("a page that failed for another reason", () => {
  it("is tried again without a new page", async () => {
    const reset = vi.fn();
    drawAt("/", <Broken error={new Problem("refused", "Not understood", "No such key")} reset={reset} />);
    fireEvent.click(await screen.findByRole("button", { name: "Try again" }));
    expect(reset).toHaveBeenCalledOnce();
    expect(reload).not.toHaveBeenCalled();
  });
});

describe("every part that is loaded late", () => {
  it("is loaded by loadPart", () => {
    const paths = readdirSync("src", { recursive: true, encoding: "utf8" }).filter((path) => /\.tsx?$/.test(path));
    const calls = paths.flatMap((path) => readFileSync(`src/${path}`, "utf8").match(/\blazy\(.*/g) ?? []);
    expect(calls.length).toBeGreaterThan(5);
    expect(calls.filter((call) => !call.startsWith("lazy(() => loadPart("))).toEqual([]);
  });
});
