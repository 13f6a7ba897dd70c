// @vitest-environment happy-dom
// A list page: what it asks for, what it shows of it, and what each act changes in its address.

import { fireEvent, screen, waitFor, within } from "@testing-library/react";
import { afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { queryClient } from "../src/api/client";
import type { ListKind, Row } from "../src/api/shapes";
import { ListPage } from "../src/list/ListPage";
import { type Answers, drawAt, giveSizes, rowOf, serve } from "./drawing";

beforeAll(giveSizes);
afterEach(() => {
  vi.unstubAllGlobals();
  localStorage.clear();
});

const ROWS = [rowOf(1), rowOf(2, { type: "data_set", name: "orders" }), rowOf(3)];
const VALUES = [
  { value: "model", label: "model", count: 2 },
  { value: "data_set", label: "data_set", count: 1 },
];
const STORE: Answers = {
  artifacts: { items: ROWS, next_cursor: null, complete: true },
  "artifacts/count": { count: 3, exact: true, complete: true },
  "artifacts/facets": { facets: [{ key: "type", values: VALUES, exact: true }], created: [], counted: 3, exact: true },
  totals: { artifacts: 3, executions: 1, newest: 5 },
  "search/parse": { text: "", terms: [] },
};
const TYPE = {
  form: "comparison",
  text: "type=model",
  start: 0,
  plain_key: "type",
  named_keys: ["type"],
  operator: "=",
  values: ["model"],
  negated: false,
  without: "forecast",
};
const NOTHING = { items: [], next_cursor: null, complete: true, unknown: [], meant: null };
const UNKNOWN = { key: "metric", name: "acuracy", nearest: "accuracy", examples: [], elsewhere: null };
const WORD = { form: "word", text: "forecast", start: 11, named_keys: [], values: [], without: "type=model" };

function draw(address: string, answers: Answers = {}, kind: ListKind = "artifacts") {
  const asked = serve({ ...STORE, ...answers });
  return { asked, ...drawAt(address, <ListPage kind={kind} />) };
}

const grid = () => screen.findByRole("grid");

describe("a list", () => {
  it("asks for what its address says, and shows it", async () => {
    const { asked } = draw("/artifacts?filter=type=model&sort=name&columns=!name,metric.auc");
    await grid();
    expect(asked).toContain("artifacts?q=type%3Dmodel%20-has%3Aarchived&order_by=name&limit=100&columns=metric.auc");
    expect(screen.getAllByRole("columnheader").map((cell) => cell.textContent)).toEqual(["", "Name", "AUC"]);
    expect(document.querySelectorAll(".grid-body .row")).toHaveLength(3);
    expect(document.querySelector(".list-status")?.textContent).toContain("3 artifacts");
  });

  it.each([
    [{ count: 1, exact: true, complete: true }, "1 artifact"],
    [{ count: 10000, exact: false, complete: true }, "10,000+ artifacts · 3 loaded, scroll for more"],
  ])("says how many there are: %o", async (count, said) => {
    draw("/artifacts", { "artifacts/count": (query: URLSearchParams) => (query.get("exact") ? undefined : count) });
    await grid();
    await waitFor(() => expect(document.querySelector(".list-status")?.textContent).toContain(said));
  });

  it("says that new records may be missing while the search index is behind", async () => {
    draw("/artifacts", { artifacts: { items: ROWS, next_cursor: null, complete: false } });
    expect((await screen.findByRole("note")).textContent).toContain("new records may be missing");
  });

  it("of an empty store says how to log the first artifact", async () => {
    draw("/artifacts", { totals: { artifacts: 0, executions: 0, newest: 0 } });
    await screen.findByText("Nothing has been logged yet");
  });

  it("in which nothing fits offers to drop a term", async () => {
    const parsed = { text: "type=model forecast", terms: [TYPE, WORD] };
    const answers = { artifacts: NOTHING, "search/parse": parsed };
    const { here } = draw("/artifacts?filter=type=model+forecast&fx=x", answers);
    fireEvent.click(await screen.findByRole("button", { name: /without forecast/ }));
    await waitFor(() => expect(here()).toBe("/artifacts?filter=type=model"));
  });

  it("whose filter has the word archived leaves out archived records, and says so where nothing else fits", async () => {
    const term = { ...WORD, text: "archived", named_keys: [], without: "" };
    const two = { count: 2, exact: true, complete: true };
    const answers = { artifacts: NOTHING, "artifacts/count": two, "search/parse": { text: "archived", terms: [term] } };
    const { asked, here } = draw("/artifacts?filter=archived&columns=name", answers);
    fireEvent.click(await screen.findByRole("button", { name: "Show 2 archived artifacts" }));
    await waitFor(() => expect(here()).toContain("archived=shown"));
    const before = asked.filter((address) => address.startsWith("artifacts?"))[0];
    expect(before).toContain("q=archived%20-has%3Aarchived&");
  });

  it("whose filter has archived as a key shows what that finds", async () => {
    const parsed = { text: "", terms: [{ ...WORD, form: "group", named_keys: ["archived", "type"] }] };
    const { asked } = draw("/artifacts?filter=(has:archived OR type=model)", { "search/parse": parsed });
    await grid();
    expect(asked.filter((address) => address.includes("-has"))).toEqual([]);
  });

  it("that the server refuses shows the error, and the facets live on", async () => {
    draw("/artifacts", { artifacts: undefined });
    expect((await screen.findByRole("alert")).textContent).toContain("Try again");
    await screen.findByText("Data set");
  });

  it("of runs has no facets and no export", async () => {
    const run = { id: "4", name: "night", workspace: null, created: 1, updated: 2, artifacts: 1, executions: 1 };
    draw("/runs", { runs: { items: [{ ...run, states: {} }], next_cursor: null } }, "runs");
    await grid();
    expect(screen.queryByRole("complementary", { name: "Facets" })).toBeNull();
    expect(screen.queryByRole("button", { name: "Export" })).toBeNull();
    await waitFor(() => expect(document.querySelector(".list-status")?.textContent).toContain("1 run"));
  });
});

describe("a filter in which a name is misspelt", () => {
  const text = "no artifact has the metric acuracy; did you mean accuracy?";
  const misspelt = { ...NOTHING, unknown: [{ ...UNKNOWN, text }], meant: "metric.accuracy>0.1 -has:archived" };

  it("says which name no record has, and searches with the nearest", async () => {
    const artifacts = (query: URLSearchParams) => (query.get("q")?.includes("acuracy") ? misspelt : STORE.artifacts);
    const { here } = draw("/artifacts?filter=metric.acuracy>0.1", { artifacts });
    await screen.findByText("No artifact has the metric acuracy; did you mean accuracy?");
    fireEvent.click(screen.getByRole("button", { name: "Search for metric.accuracy>0.1" }));
    await grid();
    expect(here()).toBe("/artifacts?filter=metric.accuracy>0.1");
    expect(screen.queryByText(/did you mean/)).toBeNull();
  });

  it("keeps the term for archived records where it is the reader's own", async () => {
    const parsed = { text: "", terms: [{ ...WORD, named_keys: ["archived"] }] };
    const answers = { artifacts: misspelt, "search/parse": parsed };
    draw("/artifacts?filter=metric.acuracy>0.1 -has:archived", answers);
    await screen.findByRole("button", { name: "Search for metric.accuracy>0.1 -has:archived" });
  });

  it("leads to the other kind of record where that has the name", async () => {
    const other = {
      ...UNKNOWN,
      nearest: null,
      elsewhere: "execution",
      text: "no artifact has the metric loss; executions do",
    };
    draw("/artifacts?filter=metric.loss>1", { artifacts: { ...NOTHING, unknown: [other] } });
    const link = await screen.findByRole("link", { name: "Search executions" });
    expect(decodeURIComponent(link.getAttribute("href") ?? "")).toBe("/executions?filter=metric.loss>1");
    expect(screen.queryByRole("button", { name: /^Search for/ })).toBeNull();
  });

  it("is not called unknown while the search index is behind", async () => {
    draw("/artifacts?filter=metric.acuracy>0.1", { artifacts: { ...misspelt, complete: false } });
    await screen.findByText("No artifacts fit this filter");
    expect(screen.queryByText(/did you mean/)).toBeNull();
  });

  it("is said of the workspace of runs, too", async () => {
    const said = { ...UNKNOWN, key: "workspace", text: "no run is in the workspace bakry; did you mean bakery?" };
    const runs = { items: [], next_cursor: null, unknown: [said], meant: "workspace=bakery" };
    const { here } = draw("/runs?filter=workspace=bakry", { runs }, "runs");
    fireEvent.click(await screen.findByRole("button", { name: "Search for workspace=bakery" }));
    await waitFor(() => expect(here()).toBe("/runs?filter=workspace=bakery"));
  });
});

describe("the columns of a list", () => {
  const heads = async () => within(await grid()).findAllByRole("columnheader");

  it("are those that some record fills, as long as nobody chose them and the list is loaded", async () => {
    const made = { key: "e1", id: "1", kind: "execution", name: "train", type: "step" } as Row["made_by"];
    draw("/artifacts", {
      artifacts: { items: [rowOf(1, { made_by: made })], next_cursor: null, complete: true },
    });
    const names = (await heads()).map(({ textContent }) => textContent);
    expect(names.some((name) => name?.includes("Made by"))).toBe(true);
    expect(names.some((name) => name?.includes("Version"))).toBe(false);
  });

  it("stay if a person chose them, though they are empty", async () => {
    draw("/artifacts?columns=name,version");
    expect((await heads()).some(({ textContent }) => textContent?.includes("Version"))).toBe(true);
  });

  it("are asked for once the server has named the type in the filter, where a type has its own", async () => {
    localStorage.setItem("lineal.columns.artifacts.model", '["!name","metric.auc"]');
    const { asked } = draw("/artifacts?filter=type=model", { "search/parse": { text: "", terms: [TYPE] } });
    await grid();
    const lists = asked.filter((address) => address.startsWith("artifacts?"));
    expect(lists).toEqual([
      "artifacts?q=type%3Dmodel%20-has%3Aarchived&order_by=-created&limit=100&columns=metric.auc",
    ]);
  });
});

describe("the menu of columns", () => {
  const seen = { key: "metric.auc", kinds: ["double"], filled: 2, distinct: 2, internal: false };

  it.each([
    [true, "All metrics are listed", "f1_rare", undefined],
    [true, "All metrics are listed", "label.rare", "label.rare"],
    [false, "more names of metrics", "f1_rare", "metric.f1_rare"],
    [false, "more names of metrics", "metric.f1_rare", "metric.f1_rare"],
    [false, "more names of metrics", "auc", undefined],
  ])("shows by its exact name what is not listed (all metrics: %s, %s, %s)", async (all, says, typed, shown) => {
    const { here } = draw("/artifacts?columns=!name", {
      "artifacts/columns": { columns: [seen], counted: 2000, exact: false, all_metrics: all },
    });
    fireEvent.click(await screen.findByRole("button", { name: "Columns" }));
    await screen.findByText(new RegExp(says));
    fireEvent.change(screen.getByLabelText("Find a column"), { target: { value: typed } });
    const offer = screen.queryByRole("button", { name: /^Show / });
    expect(offer?.textContent).toBe(shown && `Show ${shown}`);
    if (offer) fireEvent.click(offer);
    if (shown) await waitFor(() => expect(here()).toBe(`/artifacts?columns=!name,${shown}`));
  });
});

describe("an act", () => {
  it("on a facet filters, and columns of another type are its own", async () => {
    const edited = { text: "type=data_set", terms: [{ ...TYPE, values: ["data_set"] }] };
    const { asked, here } = draw("/artifacts?columns=!name&sort=name", { "search/edit": edited });
    fireEvent.click(await screen.findByTitle("data_set"));
    await waitFor(() => expect(here()).toBe("/artifacts?sort=name&filter=type=data_set"));
    expect(asked).toContain("search/edit?q=&choice=only&key=type&value=data_set");
  });

  it("on a row previews it, until the preview is closed", async () => {
    const { here } = draw("/artifacts", { "artifacts/2": undefined });
    await grid();
    fireEvent.click(document.getElementById("row-2") as HTMLElement);
    await screen.findByRole("complementary", { name: "Preview of orders" });
    expect(here()).toBe("/artifacts?preview=2");
    fireEvent.click(screen.getByLabelText("Close the preview"));
    await waitFor(() => expect(here()).toBe("/artifacts"));
  });

  it("on the head sorts", async () => {
    const { here } = draw("/artifacts");
    await grid();
    fireEvent.click(screen.getByRole("button", { name: "Name" }));
    await waitFor(() => expect(here()).toBe("/artifacts?sort=-name"));
  });

  it("on Compare all says so where the records cannot be read", async () => {
    let asked = 0;
    const failing = () => {
      asked += 1;
      return asked > 1 ? Response.json({ title: "Too busy", detail: "Try later." }, { status: 429 }) : STORE.artifacts;
    };
    draw("/artifacts?filter=team", { artifacts: failing });
    fireEvent.click(await screen.findByRole("button", { name: "Compare all 3" }));
    expect((await screen.findByRole("alert")).textContent).toBe("Too busy: nothing is compared.");
  });

  it("on Compare all keeps the focus there while the list changes", async () => {
    let number = 3;
    draw("/artifacts?filter=team", {
      "artifacts/count": () => ({ count: number, exact: true, complete: true }),
    });
    (await screen.findByRole("button", { name: "Compare all 3" })).focus();
    number = 4;
    await queryClient.invalidateQueries();
    expect(document.activeElement).toBe(await screen.findByRole("button", { name: "Compare all 4" }));
  });

  it("on two boxes selects them; then they can be compared, drawn or forgotten", async () => {
    const { here } = draw("/artifacts");
    await grid();
    fireEvent.click(screen.getByLabelText("Select model-1"));
    await screen.findByText("1 selected");
    expect(screen.getByRole("button", { name: "Compare" }).hasAttribute("disabled")).toBe(true);
    fireEvent.click(screen.getByLabelText("Select model-3"));
    await screen.findByText("2 selected");
    expect(here()).toBe("/artifacts?selected=1,3");
    fireEvent.click(screen.getByRole("button", { name: "Compare" }));
    await waitFor(() => expect(here()).toBe("/compare?ids=a1,a3"));
  });

  it("leads from a selection to the lineage of all in it", async () => {
    const { here } = draw("/artifacts?selected=1,3");
    await grid();
    fireEvent.click(screen.getByRole("button", { name: "Lineage" }));
    await waitFor(() => expect(here()).toBe("/lineage?focus=a1&show=a3"));
  });

  it("opens the row under the cursor, or its graph", async () => {
    const { here, router } = draw("/artifacts");
    fireEvent.keyDown(await grid(), { key: "g" });
    await waitFor(() => expect(here()).toBe("/lineage?focus=a1"));
    await router.navigate({ to: "/artifacts" as never });
    fireEvent.keyDown(await grid(), { key: "Enter" });
    await waitFor(() => expect(here()).toBe("/artifacts/1"));
  });
});

describe("long values of a facet", () => {
  it("are cut to the letters that have room, where they differ", async () => {
    const values = ["30e9df7596f1", "371760891922"].map((end) => {
      const name = `dbt-run-bakery ${end}`;
      return { value: name, label: name, count: 8 };
    });
    const runs = { key: "run", values, more: 0, exact: true };
    draw("/artifacts", { "artifacts/facets": { facets: [runs], created: [], counted: 16, exact: true } });
    await screen.findByText("dbt-run-…df7596f1");
    expect(screen.getByText("dbt-run-…60891922").closest("button")?.title).toBe("dbt-run-bakery 371760891922");
  });
});

describe("a list of workspaces", () => {
  it("has contexts of other types if its filter names one", async () => {
    const page = { items: [rowOf(3, { name: "build_sales" })], next_cursor: null, complete: true };
    draw("/workspaces?filter=type:openlineage.Job", { contexts: page }, "workspaces");
    await screen.findByText("build_sales");
    expect(screen.getByText("context").textContent).toMatch(/1 context/);
  });
});

describe("what a list of workspaces leaves out", () => {
  it("is counted beyond the first page", async () => {
    const page = (from: number, number: number, next: string | null) => ({
      items: Array.from({ length: number }, (_, at) => rowOf(from + at)),
      next_cursor: next,
      complete: true,
    });
    const workspaces = (query: URLSearchParams) => {
      if (!query.get("q")?.includes("has:archived") || query.get("q")?.includes("-has")) return page(1, 2, null);
      return query.get("cursor") ? page(200, 20, null) : page(100, 100, "100");
    };
    draw("/workspaces", { workspaces }, "workspaces");
    await screen.findByText(/120 archived workspaces are hidden/);
  });
});
