// @vitest-environment happy-dom
import { beforeEach, describe, expect, it, vi } from "vitest";
import { loadPart } from "../src/app/loadPart";
import { serve } from "./drawing";

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
});
