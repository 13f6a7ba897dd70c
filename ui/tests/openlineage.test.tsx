// @vitest-environment happy-dom
// What OpenLineage's events said, as people see it: columns with where they come from, and facets in words.

import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, it } from "vitest";
import type { Column, ColumnLink } from "../src/api/openlineage";
import { LateColumns } from "../src/columns/LateColumns";
import { parentsOf, sayTransformations, shortName } from "../src/columns/words";
import { LateFacets, withoutSaid } from "../src/openlineage/LateFacets";
import { drawAt, giveSizes, nodeOf, serve } from "./drawing";

giveSizes();

function columnOf(name: string, given: Partial<Column> = {}): Column {
  const bare = { depth: 0, type: "text", description: null, tags: [], quality: null, assertions: [] };
  return { name, ...bare, has_sources: false, ...given };
}

const whole = { total: 5000, time: 0, rows: "40", bytes: null, assertions: [], tags: [], are_all: true };
const many = Array.from({ length: 5000 }, (_, at) => columnOf(`column_${at}`));

function linkOf(id: number, column: string, given: Partial<ColumnLink> = {}): ColumnLink {
  const reference = { key: `a${id}`, id: String(id), name: `table ${id}`, type: "data_set" };
  const source = { namespace: "duckdb:", name: `t${id}`, artifact: reference, column };
  const done = [{ type: "DIRECT", subtype: "AGGREGATION", description: "sum(x)", masking: true }];
  const run = { key: "e7", id: "7", name: "build", type: "openlineage.Run" };
  const rest = { execution: run, time: 1, runs: 2, distance: 1, affects_all: false, transformations: done };
  return { source, target: { ...source, column: "revenue" }, ...rest, ...given };
}

it("says what was done with a column, and a field without the column that it is within", () => {
  const done = { type: "INDIRECT", subtype: "GROUP_BY", description: null, masking: false };
  expect(sayTransformations([done, { ...done, masking: true }], true)).toBe(
    "indirect, group by, masked, for all columns",
  );
  const columns = [columnOf("a.b"), columnOf("a.b.c", { depth: 1 }), columnOf("d"), columnOf("d.e", { depth: 1 })];
  const parents = parentsOf(columns);
  expect(columns.map((column) => shortName(column, parents.get(column.name)))).toEqual(["a.b", "c", "d", "e"]);
});

it("draws the rows in sight of many columns, filters them, and shows the column that a key chooses", async () => {
  const links = { links: [], cuts: [] };
  serve({ "artifacts/1/columns": { ...whole, items: many }, "artifacts/1/columns/lineage": links });
  const { here } = drawAt("/artifacts/1?tab=columns", <LateColumns id="1" />);
  const grid = await screen.findByRole("grid", { name: "Columns" });
  expect(grid.getAttribute("aria-rowcount")).toBe("5001");
  expect(within(grid).getAllByRole("row").length).toBeLessThan(60);
  await userEvent.type(screen.getByRole("searchbox", { name: "Filter the columns" }), "_499");
  await waitFor(() => expect(screen.getByRole("status").textContent).toBe("11 of 5,000 columns"));
  grid.focus();
  await userEvent.keyboard("{ArrowDown}{Enter}");
  await screen.findByRole("region", { name: "Column column_4990" });
  expect(here()).toContain("column=column_4990");
});

it("leads step by step to where a column comes from, and ends where it would go round", async () => {
  const target = linkOf(3, "").source;
  const wide = Array.from({ length: 30 }, (_, at) =>
    linkOf(1, "revenue", { target: { ...target, column: `feature_${at}` } }),
  );
  serve({
    "artifacts/1/columns": { ...whole, total: 1, items: [columnOf("revenue")] },
    "artifacts/1/columns/lineage": (query: URLSearchParams) =>
      query.get("direction") === "up" ? { links: [linkOf(2, "amount")], cuts: [] } : { links: wide, cuts: [] },
    "artifacts/2/columns/lineage": { links: [linkOf(1, "revenue", { affects_all: true })], cuts: [] },
  });
  drawAt("/artifacts/1?tab=columns&column=revenue", <LateColumns id="1" />);
  await userEvent.click(await screen.findByRole("button", { name: "Show more of 10 other columns" }));
  expect(screen.getAllByRole("button", { name: /^feature/ }).length).toBe(30);
  const step = await screen.findByRole("button", { name: "amount", expanded: false });
  const link = screen.getByRole("link", { name: "table 2" });
  const [run] = screen.getAllByRole("link", { name: "build" });
  expect(link.getAttribute("href")).toBe("/artifacts/2?tab=columns&column=amount");
  expect(run?.getAttribute("href")).toBe("/executions/7");
  expect(screen.getAllByText(/direct, aggregation, masked · sum\(x\)/).length).toBe(31);
  await userEvent.click(step);
  expect((await screen.findByRole("link", { name: "table 1" })).closest("li")?.querySelector("button")).toBeNull();
});

it("shows facets in words, SQL as text, links of http alone, and the rest as folded JSON", async () => {
  const facet = { time: 1, producer: "https://shop.example", schema_url: null, size: 20, of: null };
  const detail = { language: null, record: null };
  const sql = { ...detail, label: "SQL", text: "select '<b id=x>'", form: "code", language: "duckdb" };
  const place = { ...detail, label: "Source code", text: "javascript:alert(1)", form: "link" };
  const unknown = { ...facet, name: "shop_shelf", details: [], content: { shelf: "seven" } };
  const items = [{ ...facet, name: "sql", details: [sql, place], content: null }, unknown];
  serve({ "executions/1/facets": { items, uses: [], are_all: true } });
  const run = nodeOf(1, { kind: "execution", type: "openlineage.Run", facets: ["sql"] });
  drawAt("/executions/1", <LateFacets record={run} />);
  expect((await screen.findByText("select '<b id=x>'")).tagName).toBe("PRE");
  expect(screen.queryByRole("link", { name: /javascript/ })).toBeNull();
  expect(screen.getByText("2 facets as JSON, 1 not shown above").closest("details")?.open).toBe(false);
});

it("lists no property that a facet says as well, and all that another door says of its own record", () => {
  const text = { kind: "string", value: "a" } as const;
  const told = {
    properties: { name: text, owner: text, sql: text },
    custom_properties: { column_names: text, format: text },
    facets: ["ownership", "schema"],
  };
  const shown = (external_id: string) => {
    const { properties, custom_properties } = withoutSaid(nodeOf(1, { ...told, external_id }));
    return [...Object.keys(properties), ...Object.keys(custom_properties)];
  };
  expect(shown("openlineage:default:dataset:1")).toEqual(["name", "sql", "format"]);
  expect(shown("s3://orders")).toEqual(["name", "owner", "sql", "format"]);
});
