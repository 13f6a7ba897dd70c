// @vitest-environment happy-dom
// What the web UI does with filters besides writing them: links, clicks that change one, the terms of one.
import { QueryClientProvider } from "@tanstack/react-query";
import { act, renderHook, waitFor } from "@testing-library/react";
import type { ReactNode } from "react";
import { afterEach, describe, expect, it, vi } from "vitest";
import { queryClient } from "../src/api/client";
import type { SearchTerm } from "../src/api/searches";
import type { Facets } from "../src/api/shapes";
import { toCharacters, toUnits } from "../src/filter/places";
import { chosenTime, onlyType, writtenValue } from "../src/filter/terms";
import { listWith, withFilter } from "../src/filter/where";
import { withChosen } from "../src/list/steadyFacets";
import { useFilterEdits } from "../src/list/useFilterEdits";
import { serve } from "./drawing";

afterEach(() => vi.unstubAllGlobals());

const term = (parts: Partial<SearchTerm>): SearchTerm => ({
  form: "comparison",
  text: "",
  start: 0,
  end: 0,
  key: null,
  plain_key: null,
  named_keys: [],
  operator: "=",
  values: [],
  is_range: false,
  low: null,
  high: null,
  negated: false,
  without: "",
  ...parts,
});

/** A server that writes every term as KEY=VALUE behind the filter. */
const writing = () =>
  serve({
    "search/edit": (query: URLSearchParams) => {
      const added = query.getAll("key").map((key, at) => `${key}=${query.getAll("value")[at]}`);
      return { text: [query.get("q"), ...added].filter(Boolean).join(" "), terms: [] };
    },
  });

describe("a link to a list", () => {
  it("names keys and values, which the server writes as a filter", async () => {
    const asked = writing();
    const search = listWith(
      [
        ["workspace", 'odd "one"'],
        ["type", "model"],
      ],
      "a",
    );
    expect(search).toEqual({ filter: "a", where: '[["workspace","odd \\"one\\""],["type","model"]]' });
    expect(await withFilter({ ...search, sort: "name" })).toEqual({
      filter: 'a workspace=odd "one" type=model',
      sort: "name",
    });
    expect(asked).toHaveLength(1);
  });

  it("that names nothing asks nobody", async () => {
    const asked = writing();
    expect(await withFilter(listWith([]))).toEqual({ filter: undefined });
    expect(asked).toEqual([]);
  });

  it("that was written by hand and is no list is an error", async () => {
    await expect(withFilter({ where: '{"type":"x"}' })).rejects.toThrow(/no list of keys and values/);
  });
});

describe("clicks that change a filter", () => {
  const wrapper = ({ children }: { children: ReactNode }) => (
    <QueryClientProvider client={queryClient}>{children}</QueryClientProvider>
  );

  it("add up where the second comes before the first was answered", async () => {
    writing();
    const onFilter = vi.fn();
    const { result } = renderHook(() => useFilterEdits("start", onFilter), { wrapper });
    act(() => {
      result.current.edit({ choice: "any", terms: [["type", "a"]] });
      result.current.edit({ choice: "any", terms: [["label.x", "b"]] });
    });
    await waitFor(() => expect(onFilter.mock.calls).toEqual([["start type=a"], ["start type=a label.x=b"]]));
  });

  it("leave a filter with a mistake as it is, and say what the server says", async () => {
    serve({ "search/edit": () => Response.json({ title: "wrong", detail: "there is no key typ" }, { status: 400 }) });
    const onFilter = vi.fn();
    const { result } = renderHook(() => useFilterEdits("typ:x", onFilter), { wrapper });
    act(() => result.current.edit({ choice: "only", terms: [["type", "a"]] }));
    await waitFor(() => expect(result.current.error).toMatchObject({ kind: "refused", detail: "there is no key typ" }));
    expect(onFilter).not.toHaveBeenCalled();
  });
});

const FACETS: Facets = {
  facets: [
    {
      key: "type",
      values: [{ value: "kubeflow.org/alpha/model", label: "model", count: 3, term: "" }],
      more: 0,
      exact: true,
    },
  ],
  created: [],
  counted: 3,
  exact: true,
  complete: true,
};

describe("the terms of a filter", () => {
  it("name the one type that it asks for alone", () => {
    const type = { key: "type", plain_key: "type" };
    expect(onlyType([term({ ...type, values: ["model"] })])).toBe("model");
    expect(onlyType([term({ ...type, values: ["model", "data"] })])).toBeUndefined();
    expect(onlyType([term({ ...type, values: ["model"], negated: true })])).toBeUndefined();
    expect(onlyType([term({ ...type, values: ["model"], operator: ":" })])).toBe("model");
  });

  it("name a type in whole, or by what follows its last slash or dot", () => {
    const terms = [term({ key: "type", plain_key: "type", values: ["model"] })];
    expect(writtenValue(terms, "type", "kubeflow.org/alpha/model")).toBe("model");
    expect(writtenValue(terms, "type", "system.Model")).toBe("system.Model");
    expect(writtenValue(terms, "label.a", "x/model")).toBe("x/model");
    expect(withChosen(FACETS, terms).facets[0]?.values.map(({ value }) => value)).toEqual(["kubeflow.org/alpha/model"]);
  });

  it("name the time of creation that it asks for", () => {
    const created = { key: "created", plain_key: "created" };
    expect(chosenTime([term({ ...created, is_range: true, low: "7d", values: ["7d.."] })])).toBe("7d");
    expect(chosenTime([term({ ...created, values: ["30d"] })])).toBe("30d");
    expect(chosenTime([term({ ...created, values: ["30d"], negated: true })])).toBeUndefined();
  });
});

describe("places in a text", () => {
  it("are counted in characters by the server and in UTF-16 units here", () => {
    expect(toCharacters("😀a", 3)).toBe(2);
    expect(toUnits("😀a", 2)).toBe(3);
  });
});
