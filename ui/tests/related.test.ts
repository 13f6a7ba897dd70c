// How two records are related that no path connects.

import { describe, expect, it } from "vitest";
import { relatedWords } from "../src/lineage/related";

const record = (key: string, name: string, version: string | null = null) => ({
  key,
  kind: key.startsWith("a") ? "artifact" : "execution",
  id: key.slice(1),
  name,
  version,
});

describe("two models without a path", () => {
  const nodes = [record("a3", "wine", "1"), record("a4", "wine", "2")];
  const words = (...ancestors: ReturnType<typeof record>[]) => relatedWords(nodes, ["a3", "a4"], ancestors);

  it("were made from all of what both came from, named with versions", () => {
    expect(words(record("a1", "train", "7"), record("a2", "test"))).toBe(
      "wine 1 and wine 2 were both made from train 7 and test",
    );
    expect(words(record("e9", "fit"))).toBe("wine 1 and wine 2 were both made by fit e9");
  });

  it("have three named, and the others counted", () => {
    const many = ["1", "2", "3", "4", "5"].map((id) => record(`a${id}`, "day", id));
    expect(words(...many)).toMatch(/from day 1, day 2, day 3 and 2 more$/);
  });

  it("may have nothing in common", () => {
    expect(words()).toBe("wine 1 and wine 2: no path, and they have no ancestor in common");
  });
});
