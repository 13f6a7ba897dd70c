// What the audit log's entries say that changed.

import { describe, expect, it } from "vitest";
import { changesOf } from "../src/audit/changes";

describe("the changes of an entry", () => {
  it("are its fields with the values before and after", () => {
    const entry = { old: '{"uri":"u","properties.n":3}', new: '{"uri":"v","name":"x"}' };
    expect(changesOf(entry)).toEqual([
      { field: "name", before: undefined, after: "x" },
      { field: "properties.n", before: 3, after: undefined },
      { field: "uri", before: "u", after: "v" },
    ]);
  });

  it("are none where there were no values", () => {
    expect(changesOf({ old: null, new: null })).toEqual([]);
  });

  it("are one text where the values are no JSON", () => {
    expect(changesOf({ old: null, new: "odd {" })).toEqual([{ field: "value", before: undefined, after: "odd {" }]);
  });
});
