// @vitest-environment happy-dom
// The rows of a list: what is drawn, and what keys and clicks ask for.

import { fireEvent, screen, within } from "@testing-library/react";
import { beforeAll, describe, expect, it, vi } from "vitest";
import { readColumns } from "../src/list/columns";
import { RecordTable, type RecordTableProps } from "../src/list/RecordTable";
import { drawAt, giveSizes, rowOf } from "./drawing";

beforeAll(giveSizes);

const ROWS = [1, 2, 3, 4].map((id) => rowOf(id));

async function draw(given: Partial<RecordTableProps> = {}) {
  const acts = {
    onMore: vi.fn(),
    onSort: vi.fn(),
    onSelect: vi.fn(),
    onPreview: vi.fn(),
    onOpen: vi.fn(),
    onGraph: vi.fn(),
    onCompare: vi.fn(),
    onChoose: vi.fn(),
  };
  const props: RecordTableProps = {
    kind: "artifacts",
    place: "here",
    records: ROWS,
    columns: readColumns(["!name", "version", "created"]),
    total: 4,
    sort: "-created",
    selected: new Set(),
    preview: undefined,
    hasMore: false,
    ...acts,
    ...given,
  };
  drawAt("/", <RecordTable {...props} />);
  const grid = await screen.findByRole("grid");
  await screen.findAllByRole("checkbox", { name: /^Select model/ });
  const press = (key: string, more = {}) => fireEvent.keyDown(grid, { key, ...more });
  return { ...acts, grid, press };
}

/** The ids of a selection that was asked for last. */
function chosen(onSelect: ReturnType<typeof vi.fn>): string[] {
  return [...(onSelect.mock.lastCall?.[0] ?? [])];
}

function cursor(grid: HTMLElement): string | null {
  return grid.getAttribute("aria-activedescendant");
}

describe("the rows", () => {
  it("are told to readers of a screen with their number and place", async () => {
    const { grid } = await draw({ selected: new Set(["2"]) });
    expect(grid.getAttribute("aria-rowcount")).toBe("4");
    const rows = within(grid).getAllByRole("row");
    expect(rows.map((row) => row.getAttribute("aria-rowindex"))).toEqual(["1", "2", "3", "4", "5"]);
    expect(rows.map((row) => row.getAttribute("aria-selected"))).toEqual([null, "false", "true", "false", "false"]);
  });

  it("show names that can be told apart, and a dash for what is absent", async () => {
    const { grid } = await draw();
    const [, first] = within(grid).getAllByRole("row");
    expect(first?.textContent?.replaceAll("\u200b", "")).toMatch(/^model-1–/);
  });

  it("keep the ends of long names in sight where the column is narrow", async () => {
    const names = ["mon", "tue"].map((day) => `model-store/models/loaf-forecast/load/${day}`);
    await draw({ records: names.map((name, at) => rowOf(at + 1, { name })) });
    const ends = [...document.querySelectorAll(".name-parts > span:last-child")].map((end) => end.textContent);
    expect(ends.map((end) => end?.slice(-9))).toEqual(["/load/mon", "/load/tue"]);
    expect(screen.getByRole("link", { name: names[0] as string })).toBeTruthy();
  });

  it("of many thousands are in the document only where they are in sight", async () => {
    const { grid } = await draw({ records: Array.from({ length: 5000 }, (_, at) => rowOf(at + 1)), total: undefined });
    expect(within(grid).getAllByRole("row").length).toBeLessThan(40);
    expect(grid.getAttribute("aria-rowcount")).toBe("-1");
  });

  it("near the last that is loaded ask for more", async () => {
    const { onMore } = await draw({ hasMore: true });
    expect(onMore).toHaveBeenCalled();
  });

  it("far from the last that is loaded do not", async () => {
    const { onMore } = await draw({ hasMore: true, records: Array.from({ length: 200 }, (_, at) => rowOf(at + 1)) });
    expect(onMore).not.toHaveBeenCalled();
  });
});

describe("keys", () => {
  it("move the cursor, which stops at both ends", async () => {
    const { grid, press } = await draw();
    expect(cursor(grid)).toBe("row-1");
    press("ArrowUp");
    expect(cursor(grid)).toBe("row-1");
    press("ArrowDown");
    expect(cursor(grid)).toBe("row-2");
    press("End");
    press("ArrowDown");
    expect(cursor(grid)).toBe("row-4");
    press("Home");
    expect(cursor(grid)).toBe("row-1");
  });

  it("Shift and an arrow select from where the cursor stood", async () => {
    const { press, onSelect } = await draw();
    press("ArrowDown");
    press("ArrowDown", { shiftKey: true });
    press("ArrowDown", { shiftKey: true });
    expect(chosen(onSelect)).toEqual(["2", "3", "4"]);
  });

  it("Space selects a row, and takes it out again", async () => {
    const { press, onSelect } = await draw({ selected: new Set(["1", "3"]) });
    press(" ");
    expect(chosen(onSelect)).toEqual(["3"]);
    press("ArrowDown");
    press(" ");
    expect(chosen(onSelect)).toEqual(["1", "3", "2"]);
  });

  it("Enter opens, g shows the graph, c compares, and Escape clears the selection", async () => {
    const { press, onOpen, onGraph, onCompare, onSelect } = await draw({ selected: new Set(["1"]) });
    press("ArrowDown");
    for (const key of ["Enter", "g", "c", "Escape"]) press(key);
    expect(onOpen).toHaveBeenCalledWith(ROWS[1]);
    expect(onGraph).toHaveBeenCalledWith(ROWS[1]);
    expect(onCompare).toHaveBeenCalledOnce();
    expect(chosen(onSelect)).toEqual([]);
  });

  it("Escape closes the preview first; while it is open it follows the cursor", async () => {
    const { press, onPreview, onSelect } = await draw({ preview: "1" });
    press("ArrowDown");
    press("Escape");
    expect(onPreview.mock.calls).toEqual([["2"], [undefined]]);
    expect(onSelect).not.toHaveBeenCalled();
  });

  it("with Ctrl are the browser's", async () => {
    const { press, onCompare } = await draw();
    press("c", { ctrlKey: true });
    expect(onCompare).not.toHaveBeenCalled();
  });
});

describe("the pointer", () => {
  it("previews with a click, opens with two, and selects with the box", async () => {
    const { onPreview, onOpen, onSelect } = await draw();
    const row = document.getElementById("row-3") as HTMLElement;
    fireEvent.click(row);
    fireEvent.doubleClick(row);
    fireEvent.click(screen.getByLabelText("Select model-3"));
    expect(onPreview).toHaveBeenCalledExactlyOnceWith("3");
    expect(onOpen).toHaveBeenCalledWith(ROWS[2]);
    expect(chosen(onSelect)).toEqual(["3"]);
  });

  it("with Shift selects all from the box that was clicked before", async () => {
    const { onSelect } = await draw();
    fireEvent.click(screen.getByLabelText("Select model-2"));
    fireEvent.click(document.getElementById("row-4") as HTMLElement, { shiftKey: true });
    expect(chosen(onSelect)).toEqual(["2", "3", "4"]);
  });
});

describe("the head", () => {
  it("sorts by what is clicked, the greatest first, and turns the order around", async () => {
    const { onSort } = await draw();
    expect(screen.getByRole("columnheader", { name: "Created" }).getAttribute("aria-sort")).toBe("descending");
    fireEvent.click(screen.getByRole("button", { name: "Name" }));
    fireEvent.click(screen.getByRole("button", { name: "Created" }));
    expect(onSort.mock.calls).toEqual([["-name"], ["created"]]);
  });

  it("selects all that are loaded, or none", async () => {
    const { onSelect } = await draw();
    fireEvent.click(screen.getByLabelText("Select all that are loaded"));
    expect(chosen(onSelect)).toEqual(["1", "2", "3", "4"]);
  });

  it("keeps pinned columns where they are, one beside the other", async () => {
    await draw({ columns: readColumns(["!name", "version", "!id"]) });
    const lefts = screen.getAllByRole("columnheader").map((cell) => cell.style.insetInlineStart);
    expect(lefts).toEqual(["", "calc(40px)", "calc(40px + calc(280px + var(--pinned-more)))", ""]);
  });
});
