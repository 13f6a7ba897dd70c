// @vitest-environment happy-dom
// What a person sees of each query in tests/filter/search_cases.json. The web UI has no grammar: the file holds what the
// server answers, which pytest holds the server to (tests/filter/test_search_cases.py, tests/server/rest).
import { readFileSync } from "node:fs";
import { MantineProvider } from "@mantine/core";
import { QueryClientProvider } from "@tanstack/react-query";
import { fireEvent, render, waitFor } from "@testing-library/react";
import { afterEach, describe, expect, it, vi } from "vitest";
import { queryClient } from "../src/api/client";
import { fetchTerms, type SearchTerm } from "../src/api/searches";
import type { ListKind } from "../src/api/shapes";
import { FilterBox } from "../src/filter/FilterBox";
import { choiceOf } from "../src/filter/terms";
import { serve } from "./drawing";

interface Case {
  readonly q: string;
  readonly kind?: "execution" | "context" | "run";
  readonly differed?: boolean;
  readonly terms?: readonly SearchTerm[];
  readonly mistake?: { position: number; length: number; problem: string; hint: string };
}

const CASES: readonly Case[] = JSON.parse(readFileSync("../tests/filter/search_cases.json", "utf8"));
const LISTS: Readonly<Record<string, ListKind>> = { execution: "executions", context: "workspaces", run: "runs" };
const READABLE = CASES.filter(({ mistake }) => !mistake);
const WRONG = CASES.filter(({ mistake }) => mistake);

afterEach(() => vi.unstubAllGlobals());

/** A filter box, drawn once for many queries; `type` writes a query into it and hands it on. */
function drawBox() {
  const taken: string[] = [];
  const draw = (kind: ListKind) => (
    <MantineProvider env="test">
      <QueryClientProvider client={queryClient}>
        <FilterBox
          kind={kind}
          filter="start"
          raw={undefined}
          problem={undefined}
          onFilter={(filter) => taken.push(filter)}
          onRaw={() => undefined}
        />
      </QueryClientProvider>
    </MantineProvider>
  );
  const { rerender } = render(draw("artifacts"));
  const type = ({ q, kind, mistake }: Case) => {
    const asked = serve({
      "search/complete": (query: URLSearchParams) => ({
        mistake: (query.get("q") === q && mistake) || null,
        completions: [],
      }),
    });
    rerender(draw(LISTS[kind ?? ""] ?? "artifacts"));
    const box = document.getElementById("filter") as HTMLElement; // by role it takes longer than all else
    fireEvent.change(box, { target: { value: q } });
    fireEvent.keyDown(box, { key: "Enter" });
    return asked;
  };
  return { taken, type };
}

const soon = (check: () => void) => waitFor(check, { interval: 2 });

describe("a query that the server can read", () => {
  it("is handed on and not marked", { timeout: 60_000 }, async () => {
    const { taken, type } = drawBox();
    for (const [at, readable] of READABLE.entries()) {
      const asked = type(readable);
      await soon(() => expect(taken.length, readable.q).toBe(at + 1));
      expect(asked.join(), readable.q).toContain(`kind=${readable.kind ?? "artifact"}`);
      expect(taken.at(-1)).toBe(readable.q.trim());
      expect(document.getElementById("filter-mistake"), readable.q).toBeNull();
      expect(document.querySelector("mark"), readable.q).toBeNull();
    }
  });

  it("says which values it names", async () => {
    for (const { q, terms = [] } of READABLE.filter(({ q }) => q)) {
      serve({ "search/parse": () => ({ text: "", terms }) });
      const named = (await fetchTerms(q)).filter(({ form, is_range }) => form === "comparison" && !is_range);
      for (const term of named) {
        const choice = choiceOf([term], term.plain_key ?? "", term.values[0] ?? "");
        expect(choice, q).toBe(term.negated ? "not" : term.values.length > 1 ? "any" : "only");
      }
    }
  });
});

describe("a query with a mistake", () => {
  it("stays in the box, with its place marked, and says what to write", { timeout: 60_000 }, async () => {
    const { taken, type } = drawBox();
    for (const wrong of WRONG) {
      type(wrong);
      const { position, length, problem, hint } = wrong.mistake as NonNullable<Case["mistake"]>;
      const characters = [...wrong.q];
      const piece = characters.slice(position, position + length).join("") || " ";
      await soon(() => expect(document.querySelector("mark")?.textContent, wrong.q).toBe(piece));
      const before = document.querySelector("mark")?.previousSibling?.textContent ?? "";
      expect(before, wrong.q).toBe(characters.slice(0, position).join(""));
      const said = document.getElementById("filter-mistake")?.textContent?.toLowerCase();
      expect(said, wrong.q).toBe(`${problem}. ${hint}`.toLowerCase());
    }
    expect(taken).toEqual([]);
  });
});

describe("the file of cases", () => {
  it("holds at least 150 queries and 20 that the former grammar of the web UI understood otherwise", () => {
    expect(CASES.length).toBeGreaterThanOrEqual(150);
    expect(CASES.filter(({ differed }) => differed).length).toBeGreaterThanOrEqual(20);
  });
});
