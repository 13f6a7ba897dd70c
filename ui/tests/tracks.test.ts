// The widths of the columns of a list: the style sheet, and not the moment of drawing, knows the width of the window.

import { afterEach, describe, expect, it, vi } from "vitest";
import { readColumns } from "../src/list/columns";
import { pinnedLefts, tracksOf } from "../src/list/tracks";

afterEach(() => vi.unstubAllGlobals());

describe("pinned columns", () => {
  const columns = readColumns(["!type", "!name", "created"]);
  const drawnAt = (innerWidth: number) => {
    vi.stubGlobal("innerWidth", innerWidth);
    return { tracks: tracksOf(columns, { type: 90 }), lefts: pinnedLefts(columns, { type: 90 }) };
  };

  it("have more room as soon as the window is made wider, without being drawn again", () => {
    expect(drawnAt(1440)).toEqual(drawnAt(2560));
  });

  it("stop where the ones before them end", () => {
    const { lefts } = drawnAt(1440);
    expect(lefts).toEqual({ type: "calc(40px)", name: "calc(40px + 90px)" });
  });
});
