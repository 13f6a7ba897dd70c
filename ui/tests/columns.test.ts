import { describe, expect, it } from "vitest";
import { columnsOf, listingOf, pageParams } from "../src/api/asks";
import type { Row } from "../src/api/shapes";
import { joinList } from "../src/app/search";
import { changed, moved, toggled, withFigure } from "../src/list/columnChanges";
import { columnOf, readColumns, sortAfter, valueIn, writeColumn } from "../src/list/columns";

const row = {
  values: { "prop.auc": { kind: "string", value: "good" } },
  metrics: { auc: { last: 0.7, least: 0.5, greatest: 0.9, count: 3 } },
} as unknown as Row;

describe("a column of a metric", () => {
  it.each([
    ["metric.auc", 0.7],
    ["least.auc", 0.5],
    ["greatest.auc", 0.9],
  ])("%s shows the report that it names", (key, value) => {
    expect(valueIn(row, key)).toEqual({ kind: "double", value });
  });

  it("says which report it shows, where it is not the last", () => {
    expect([columnOf("metric.auc").note, columnOf("greatest.a.b").note]).toEqual([undefined, "greatest"]);
    expect(columnOf("greatest.a.b").title).toBe("a.b");
  });

  it("is part of the address, pinned or not, and asked for as it stands", () => {
    const written = ["!name", "!least.auc", "greatest.loss"];
    expect(readColumns(written).map(writeColumn)).toEqual(written);
    const search = { columns: written.join(","), sort: "-greatest.loss" };
    expect(columnsOf("artifacts", search.columns).map(({ key }) => key)).toEqual([
      "name",
      "least.auc",
      "greatest.loss",
    ]);
    expect(listingOf("artifacts", search)).toMatchObject({
      columns: "least.auc,greatest.loss",
      sort: "-greatest.loss",
    });
  });

  it("may have a name with commas and quotes, in the address and in what the server is asked", () => {
    const odd = 'metric.loss, "smooth"';
    const written = joinList([`!${odd}`, "label.team"]);
    expect(columnsOf("artifacts", written).map(({ key }) => key)).toEqual([odd, "label.team"]);
    const listing = listingOf("artifacts", { columns: written, sort: `-${odd}` });
    expect(listing.columns).toBe('"metric.loss, ""smooth""",label.team');
    expect(pageParams(listing, "").order_by).toBe('-"metric.loss, ""smooth"""');
  });

  it("keeps the order of the list when another of its reports is shown", () => {
    expect(sortAfter("-metric.auc", ["!name", "!greatest.auc"])).toBe("-greatest.auc");
    expect(sortAfter("metric.auc", ["name", "metric.auc"])).toBe("metric.auc");
    expect(sortAfter("-created", ["name", "greatest.auc"])).toBe("-created");
    expect(sortAfter("metric.auc", ["name"])).toBe("metric.auc");
  });
});

describe("the columns that nobody chose", () => {
  it("are left to the server where a filter may be about one type", () => {
    expect(listingOf("artifacts", { filter: "type:model" }).columns).toBe("default");
    expect(listingOf("artifacts", {}).columns).toBeFalsy();
    expect(listingOf("workspaces", { filter: "name:a" }).columns).toBeFalsy();
  });

  it("are those that the server answered, the name in front and pinned", () => {
    const columns = columnsOf("artifacts", undefined, "model", ["name", "labels", "metric.accuracy"]);
    expect(columns.map(writeColumn)).toEqual(["!name", "labels", "metric.accuracy"]);
    expect(columns.map(({ title }) => title)).toEqual(["Name", "Labels", "Accuracy"]);
  });

  it("are the same for all types where the server names none", () => {
    expect(columnsOf("artifacts", undefined, undefined, null).map(({ key }) => key)).toContain("type");
  });
});

describe("a change of the columns", () => {
  const columns = readColumns(["!name", "state", "metric.auc", "greatest.loss"]);

  it("takes one away, or adds one at the end", () => {
    expect(toggled(columns, "state")).toEqual(["!name", "metric.auc", "greatest.loss"]);
    expect(toggled(columns, "uri")).toEqual(["!name", "state", "metric.auc", "greatest.loss", "uri"]);
  });

  it("moves one, which stops at the left end", () => {
    expect(moved(columns, "metric.auc", -1)).toEqual(["!name", "metric.auc", "state", "greatest.loss"]);
    expect(moved(columns, "!name".slice(1), -1)).toEqual(["!name", "state", "metric.auc", "greatest.loss"]);
  });

  it("pins one", () => {
    expect(changed(columns, "state", { pinned: true })).toContain("!state");
  });

  it("shows another report of a metric, unless that has a column already", () => {
    expect(withFigure(columns, "metric.auc", "least")).toEqual(["!name", "state", "least.auc", "greatest.loss"]);
    expect(withFigure(readColumns(["metric.auc", "least.auc"]), "metric.auc", "least")).toBeUndefined();
  });
});
