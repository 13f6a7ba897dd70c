// @vitest-environment happy-dom
// What values are shown as, also those that try to be run.

import { fireEvent, screen } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { contentOf, mayShowPicture, parseJson, tableOf } from "../src/values/content";
import { narrowed } from "../src/values/JsonTree";
import { Value } from "../src/values/Value";
import { drawAt } from "./drawing";

const SVG = "data:image/svg+xml,%3Csvg xmlns='x' onload='alert(1)'/%3E";

describe("a text is taken for", () => {
  it.each([
    ['{"a": 1}', "json"],
    ["data:image/png;base64,iVBORw0KGgo=", "picture"],
    ["https://example.org/a.png", "link"],
    ["s3://bucket/key", "address"],
    ["gs://bucket/key", "address"],
    ["a,b\n1,2\n3,4", "table"],
    ["a\tb\n1\t2", "table"],
    ["2026-11-29T03:04:54.445781Z", "time"],
    ["2026-11-29T03:04+01:00", "time"],
    ["2026-11-29T03:04:54", "text"],
    ["2026-99-29T03:04:54Z", "text"],
    ["javascript:alert(1)", "text"],
    ["JaVaScRiPt://%0aalert(1)", "address"],
    ["data:text/html,<script>alert(1)</script>", "text"],
    ["<svg onload=alert(1)>", "text"],
    ["vbscript:msgbox", "text"],
    ["First, we tried.\nThen, it worked, at last.\nDone.", "text"],
    ["a,b\n1,2\n3", "text"],
  ])("%s: %s", (text, kind) => {
    expect(contentOf(text).kind).toBe(kind);
  });

  it("a table with its cells, also in quotation marks", () => {
    const found = contentOf('name,note\n"a, b","say ""hi"""\nc,d\n');
    expect(found).toMatchObject({
      table: {
        head: ["name", "note"],
        rows: [
          ["a, b", 'say "hi"'],
          ["c", "d"],
        ],
      },
    });
  });
});

describe("a list", () => {
  it("of objects or of lists is a table", () => {
    expect(tableOf([{ a: 1 }, { a: 2, b: 3 }])).toEqual({
      head: ["a", "b"],
      rows: [
        [1, undefined],
        [2, 3],
      ],
    });
    expect(tableOf([[1, 2], [3]])?.head).toEqual(["1", "2"]);
    expect(tableOf([1, 2])).toBeUndefined();
  });
});

describe("a search in JSON", () => {
  it("keeps the branches that lead to what it finds", () => {
    expect(narrowed({ a: { rate: 1, b: 2 }, c: ["x", "rate"] }, "rate")).toEqual({
      value: { a: { rate: 1 }, c: { 1: "rate" } },
      matches: 2,
    });
  });
});

describe("a picture of an address", () => {
  it("is shown only for an origin that the operator named", () => {
    const origins = ["https://images.example"];
    expect(mayShowPicture("https://images.example/a/b.png?x=1", origins)).toBe(true);
    expect(mayShowPicture("https://images.example.evil/b.png", origins)).toBe(false);
    expect(mayShowPicture("https://images.example/page", origins)).toBe(false);
  });
});

describe("a time", () => {
  it("is a date as people write it, with the recorded text on hover", async () => {
    drawAt("/", <Value kind="string" value="2026-11-29T03:04:54.445781Z" />);
    const shown = await screen.findByTitle("2026-11-29T03:04:54.445781Z");
    expect(shown.textContent).toMatch(/^(28|29|30) Nov 2026, \d\d:\d\d:54$/);
  });

  it("is shown to the minute where no seconds are recorded", async () => {
    drawAt("/", <Value kind="string" value="2026-11-29T03:04Z" />);
    const shown = await screen.findByTitle("2026-11-29T03:04Z");
    expect(shown.textContent).toMatch(/^(28|29|30) Nov 2026, \d\d:\d\d$/);
  });
});

describe("a value that tries to be run", () => {
  it("as an SVG is only ever in an img element", async () => {
    drawAt("/", <Value kind="string" value={SVG.replaceAll(" ", "%20").replaceAll("'", "%27")} />);
    expect((await screen.findByRole("img")).getAttribute("src")).toMatch(/^data:image\/svg/);
    expect(document.querySelector("svg[onload], object, embed, iframe")).toBeNull();
  });

  it.each(["<img src=x onerror=alert(1)>", "javascript:alert(1)", "JaVaScRiPt://%0aalert(1)", SVG])(
    "stays text: %s",
    async (text) => {
      drawAt("/", <Value kind="string" value={text} />);
      await screen.findAllByText((_, element) => element?.tagName === "BDI");
      expect(document.querySelectorAll("a, img, script")).toHaveLength(0);
    },
  );
});

describe("JSON that is nested deeper than 200 levels", () => {
  const nested = (depth: number) => "[".repeat(depth) + "]".repeat(depth);

  it("is shown as the text that it is", async () => {
    const text = `{"a":${nested(6000)}}`;
    drawAt("/", <Value kind="string" value={text} />);
    expect(await screen.findByRole("button", { name: /^Show .* more characters$/ })).toBeTruthy();
    drawAt("/", <Value kind="string" value={text} isShort />);
    expect((await screen.findByTitle(/^\{"a":\[\[/)).tagName).toBe("BDI");
  });

  it("is text, at 200 levels it is JSON, and brackets in its texts do not count", () => {
    expect(parseJson(nested(201))).toBeUndefined();
    expect(parseJson(nested(200))).toBeDefined();
    expect(parseJson(JSON.stringify([nested(500)]))).toEqual([nested(500)]);
  });
});

describe("a long text", () => {
  it("is folded, with a count of what is hidden, and opens by a button", async () => {
    drawAt("/", <Value kind="string" value={"word ".repeat(100)} />);
    fireEvent.click(await screen.findByRole("button", { name: "Show 220 more characters" }));
    expect(screen.getByRole("button", { name: "Show less" }).getAttribute("aria-expanded")).toBe("true");
  });
});

describe("a table", () => {
  it("says how many rows it has and how many are shown", async () => {
    const rows = Array.from({ length: 30 }, (_, at) => `${at},x`);
    drawAt("/", <Value kind="string" value={["id,name", ...rows].join("\n")} />);
    expect((await screen.findByText(/30 rows × 2 columns/)).textContent).toBeTruthy();
    fireEvent.click(screen.getByRole("button", { name: "Show all" }));
    expect(screen.getAllByRole("row")).toHaveLength(31);
  });
});
