// @vitest-environment happy-dom
import { MantineProvider } from "@mantine/core";
import { QueryClientProvider } from "@tanstack/react-query";
import { act, fireEvent, render, screen, waitFor } from "@testing-library/react";
import { afterEach, describe, expect, it, vi } from "vitest";
import { queryClient } from "../src/api/client";
import { fetchWatched } from "../src/api/connection";
import { Problem } from "../src/api/problem";
import { FilterBox } from "../src/filter/FilterBox";
import type { FilterTextProps } from "../src/filter/useFilterText";
import { serve, serveNothing } from "./drawing";

afterEach(() => vi.unstubAllGlobals());

const COMPLETION = { title: "label.team", meaning: "a label", count: null, text: "😀 label.team=", position: 13 };

function draw(props: Partial<FilterTextProps> = {}) {
  const onFilter = vi.fn();
  const onRaw = vi.fn();
  const given = {
    kind: "artifacts",
    filter: "",
    raw: undefined,
    problem: undefined,
    onFilter,
    onRaw,
    ...props,
  } as const;
  render(
    <MantineProvider env="test">
      <QueryClientProvider client={queryClient}>
        <FilterBox {...given} />
      </QueryClientProvider>
    </MantineProvider>,
  );
  return { box: screen.getByRole("combobox") as HTMLInputElement, onFilter, onRaw };
}

function write(box: HTMLInputElement, value: string): void {
  fireEvent.focus(box);
  fireEvent.change(box, { target: { value } });
}

/** Write a text and wait until the server has been asked about it. */
async function writeAndWait(box: HTMLInputElement, value: string, asked: readonly string[]): Promise<void> {
  write(box, value);
  const wanted = `q=${value}&`;
  await waitFor(() => expect(decodeURIComponent(asked.join("\n"))).toContain(wanted));
  await screen.findByRole("option");
  await act(() => Promise.resolve());
}

const offering = () => serve({ "search/complete": () => ({ mistake: null, completions: [COMPLETION] }) });

describe("the filter box", () => {
  it("leaves Enter to a character that is being composed", async () => {
    offering();
    const { box, onFilter } = draw();
    write(box, "ときょう");
    fireEvent.keyDown(box, { key: "Enter", isComposing: true });
    fireEvent.keyDown(box, { key: "Enter", keyCode: 229 });
    await act(() => new Promise((resolve) => setTimeout(resolve, 50)));
    expect(onFilter).not.toHaveBeenCalled();
  });

  it("asks the server once writing pauses, with the place in characters", async () => {
    const asked = offering();
    const { box } = draw();
    for (const text of ["😀", "😀 t"]) write(box, text);
    await writeAndWait(box, "😀 te", asked);
    expect(asked.map(decodeURIComponent).filter((address) => address.includes("😀"))).toEqual([
      "search/complete?q=😀 te&kind=artifact&position=4",
    ]);
  });

  it("takes a suggestion by the arrow keys and Enter, and goes on behind it", async () => {
    const asked = offering();
    const { box, onFilter } = draw();
    await writeAndWait(box, "😀 te", asked);
    fireEvent.keyDown(box, { key: "ArrowDown" });
    fireEvent.keyDown(box, { key: "Enter" });
    expect(box.value).toBe(COMPLETION.text);
    await waitFor(() => expect(box.selectionStart).toBe(14));
    expect(onFilter).not.toHaveBeenCalled();
  });

  it("takes no suggestion that was made for another text", async () => {
    offering();
    const { box } = draw();
    write(box, "te");
    const option = await screen.findByRole("option");
    fireEvent.change(box, { target: { value: "tex" } });
    fireEvent.pointerDown(option);
    expect(box.value).toBe("tex");
  });

  it("hands on nothing that was changed while the server was asked", async () => {
    offering();
    const { box, onFilter } = draw();
    write(box, "first");
    fireEvent.keyDown(box, { key: "Enter" });
    fireEvent.change(box, { target: { value: "second" } });
    fireEvent.keyDown(box, { key: "Enter" });
    await waitFor(() => expect(onFilter).toHaveBeenCalled());
    expect(onFilter.mock.calls).toEqual([["second"]]);
  });

  it("waits for a server that does not answer, keeps the text, and hands it on once the server is back", async () => {
    serveNothing();
    const { box, onFilter } = draw({ filter: "type:model" });
    write(box, "type:data");
    fireEvent.keyDown(box, { key: "Enter" });
    await screen.findByText("The filter waits for the server.");
    expect(screen.queryByRole("alert")).toBeNull();
    expect([box.value, onFilter.mock.calls.length]).toEqual(["type:data", 0]);
    serve({ "search/complete": { mistake: null, completions: [] } });
    await fetchWatched(new Request("http://localhost/api/v1/totals"));
    await waitFor(() => expect(onFilter.mock.calls).toEqual([["type:data"]]));
  });

  it("shows where the server's own filter query is wrong, by the fields of the problem", () => {
    serve({});
    const fields = { detail: "filter_query, line 1, column 6: odd; fix it", position: 5, length: 2 };
    const body = { ...fields, problem: "odd", hint: "fix it" };
    const problem = Problem.fromResponse(new Response(null, { status: 400 }), body);
    const { box } = draw({ raw: "name == 'x'", problem });
    expect(box.getAttribute("aria-label")).toBe("Filter query");
    expect(document.querySelector("mark")?.textContent).toBe("==");
    expect(screen.getByRole("alert").textContent).toBe("Odd. Fix it");
  });

  it("is empty again by one click", () => {
    serve({});
    const { box, onFilter } = draw({ filter: "type:model" });
    fireEvent.click(screen.getByRole("button", { name: "Clear the filter" }));
    expect([box.value, onFilter.mock.calls]).toEqual(["", [[""]]]);
  });
});
