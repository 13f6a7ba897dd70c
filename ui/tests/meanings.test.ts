// @vitest-environment happy-dom
// What values mean, in the cases that the SDK is held to as well (tests/sdk/test_meanings.py): meaning_cases.json.

import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { Node } from "../src/api/shapes";
import { differ, meaningOf } from "../src/compare/meaning";
import { compareRows } from "../src/compare/table";

interface Cases {
  readonly same: readonly unknown[][];
  readonly different: readonly unknown[][];
  readonly rows: readonly { readonly values: readonly unknown[]; readonly differ: boolean }[];
  readonly flat: readonly { readonly value: unknown; readonly fields: Readonly<Record<string, unknown>> }[];
}

const CASES: Cases = JSON.parse(readFileSync("../tests/sdk/meaning_cases.json", "utf8"));

describe("values", () => {
  it.each(CASES.same.map((values) => [values]))("mean the same however they are written: %j", (values) => {
    expect(values.map(meaningOf)).toEqual(values.map(() => meaningOf(values[0])));
  });

  it.each(CASES.different.map((values) => [values]))("mean something else: %j", (values) => {
    expect(new Set(values.map(meaningOf)).size).toBe(values.length);
  });

  it.each(CASES.rows)("of a row differ as they are written, or by what they mean if some are texts: %j", (row) => {
    const typed = row.values.map((value) => (value === null ? undefined : { kind: typeof value, value }));
    expect(differ(typed)).toBe(row.differ);
  });

  it("of a row are numbers where the API gives them as texts", () => {
    const double = (value: unknown) => ({ kind: "double", value });
    expect(differ([double("Infinity"), double("Infinity"), { kind: "string", value: "inf" }])).toBe(false);
    expect(differ([{ kind: "int", value: "2" }, double(2)])).toBe(false);
  });

  it.each(CASES.flat)("within objects have a field each, and so does an empty object: %j", ({ value, fields }) => {
    const node = { key: "a1", properties: {}, custom_properties: {}, labels: {}, meta: { x: value } };
    const rows = compareRows([node as unknown as Node], [[]]);
    expect(Object.fromEntries(rows.map((row) => [row.name, row.values[0]?.value]))).toEqual(fields);
  });

  it("that are long texts mean themselves", () => {
    expect(meaningOf("[".repeat(10_001))).toContain("[".repeat(10_001));
    expect(meaningOf("9".repeat(10_000))).toBe("9".repeat(10_000));
  });
});
