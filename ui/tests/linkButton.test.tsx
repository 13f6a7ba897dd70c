// @vitest-environment happy-dom
import { readdirSync, readFileSync } from "node:fs";
import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it } from "vitest";
import { Preview } from "../src/list/Preview";
import { drawAt, rowOf, serve } from "./drawing";

describe("a link that looks like a button", () => {
  it("is one tab stop, which Enter follows", async () => {
    serve({});
    const { here } = drawAt("/artifacts", <Preview row={rowOf(7)} onClose={() => undefined} />);
    const link = await screen.findByRole("link", { name: "Lineage" });
    const user = userEvent.setup();
    for (let tabs = 0; tabs < 10 && document.activeElement !== link; tabs += 1) await user.tab();
    expect(document.activeElement).toBe(link);
    await user.keyboard("{Enter}");
    await waitFor(() => expect(here()).toContain("/lineage?focus=a7"));
  });

  it("is the same everywhere: no link is taken out of the tab order to hold a button", () => {
    const files = readdirSync("src", { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".tsx"));
    const odd = files.filter((name) => readFileSync(`src/${name}`, "utf8").includes('component="span"'));
    expect(odd).toEqual([]);
  });
});
