// Counts and nouns agree everywhere: what writes a number before a noun uses `count`, or knows that there are several.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";

const NOUNS =
  "records|artifacts|executions|contexts|runs|workspaces|versions|nodes|edges|events|values|points|metrics|fields|columns|" +
  "rows|types|labels|aliases|inputs|outputs|neighbours|stacks|generations|changes|entries|models|evaluations|terms|parts";

function sources(folder = "src"): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory()
      ? sources(join(folder, entry.name))
      : /\.tsx?$/.test(entry.name)
        ? [join(folder, entry.name)]
        : [],
  );
}

/** "${n} records", "{n} records", "{formatCount(n)}</strong> records", and a noun that is chosen by hand. */
function wrong(line: string): boolean {
  const isNumber =
    new RegExp(`\\{[^{}]*\\}(</\\w+>)?\\s(more )?(${NOUNS})\\b(?!=)`).test(line) && !line.includes("toLowerCase()");
  const isByHand = new RegExp(`=== 1 \\? "\\w+" : "(${NOUNS})"`).test(line);
  return (isNumber && !/\{[^{}]*\b(count|words|counted)\([^{}]*\}/.test(line)) || isByHand;
}

describe("a count before a noun", () => {
  it.each(["{formatCount(total)} artifacts", "{n}</strong> versions", 'n === 1 ? "input" : "inputs"'])(
    "is found where it is written by hand: %s",
    (line) => expect(wrong(line)).toBe(true),
  );

  it("agrees with it in every source", () => {
    const found = sources()
      .filter((file) => !file.endsWith("schema.d.ts"))
      .flatMap((file) =>
        readFileSync(file, "utf8")
          .split("\n")
          .map((line, at) => `${file}:${at + 1} ${line.trim()}`)
          .filter((line) => wrong(line) && !/^\S+ (\/\/|\*|\/\*)/.test(line)),
      );
    expect(found).toEqual([]);
  });
});
