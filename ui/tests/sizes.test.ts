// The check of sizes: it counts the lines that a person sees, in JSX and texts too.

import { describe, expect, it } from "vitest";
import { tooLong } from "../lint/sizes.mjs";

const many = (count: number, line: string) => `${line}\n`.repeat(count);

describe("a function", () => {
  it("of 60 lines is short enough, one of 61 is not", () => {
    expect(tooLong("a.ts", `function f() {\n${many(58, "  g();")}}\n`)).toEqual([]);
    expect(tooLong("a.ts", `function f() {\n${many(59, "  g();")}}\n`)).toEqual([
      "a.ts:1 f has 61 lines: cut it to 60",
    ]);
  });

  it.each([
    ["elements", many(55, "<p>x</p>")],
    ["words", many(55, "words of a page")],
    ["attributes", `<p\n${many(53, '  title="x"')}/>\n`],
  ])("whose lines are %s of JSX is measured as it stands", (_, jsx) => {
    const text = `export const F = memo(() => {\n  return (\n<div>\n${jsx}</div>\n  );\n});\n`;
    expect(tooLong("a.tsx", text)).toEqual(["a.tsx:1 (a function without a name) has 61 lines: cut it to 60"]);
  });

  it("in a function is measured by itself", () => {
    const inner = `  const g = () => {\n${many(59, "    h();")}  };\n`;
    expect(tooLong("a.ts", `function f() {\n${inner}}\n`)).toEqual([
      "a.ts:1 f has 63 lines: cut it to 60",
      "a.ts:2 g has 61 lines: cut it to 60",
    ]);
  });

  it("that groups tests may be as long as they need", () => {
    const test = `  it("x", () => {\n${many(20, "    f();")}  });\n`;
    expect(tooLong("a.test.ts", `describe("y", () => {\n${test.repeat(5)}});\n`)).toEqual([]);
  });
});

describe("a file", () => {
  it.each(["a.ts", "a.tsx", "a.css"])("of 400 lines is short enough, one of 401 is not: %s", (name) => {
    expect(tooLong(name, many(400, ""))).toEqual([]);
    expect(tooLong(name, many(401, ""))).toEqual([`${name} has 401 lines: cut it to 400`]);
  });
});
