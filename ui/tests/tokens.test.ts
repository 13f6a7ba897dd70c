import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { distance, EYES } from "./colours";

const CSS = readFileSync("src/app/tokens.css", "utf8");

function tokens(scheme: "light" | "dark"): Map<string, string> {
  const start = CSS.indexOf(`data-mantine-color-scheme="${scheme}"]`);
  const block = CSS.slice(start, CSS.indexOf("}", start));
  return new Map(
    [...block.matchAll(/--([\w-]+):\s*(#[0-9a-f]{6})/g)].map((found) => [found[1] as string, found[2] as string]),
  );
}

function luminance(colour: string): number {
  const [r, g, b] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(left: string, right: string): number {
  const [light, dark] = [luminance(left), luminance(right)].sort((a, b) => b - a) as [number, number];
  return (light + 0.05) / (dark + 0.05);
}

const WORDS = ["text", "muted", "link", "running", "data", "model", "metric", "warning", "execution", "done", "failed"];

describe.each(["light", "dark"] as const)("the %s theme", (scheme) => {
  const found = tokens(scheme);
  const colour = (name: string) => found.get(name) as string;

  it.each(WORDS)("has %s readable on the surface and on what is sunk or raised", (name) => {
    expect(contrast(colour(name), colour("surface"))).toBeGreaterThanOrEqual(6);
    expect(contrast(colour(name), colour("sunk"))).toBeGreaterThanOrEqual(6);
  });

  it.each([...WORDS, "text"])(
    "has %s readable on what a list of options has chosen, which is no other colour",
    (name) => {
      expect(contrast(colour(name), colour("selected"))).toBeGreaterThanOrEqual(4.5);
      const base = readFileSync("src/app/base.css", "utf8");
      const chosen = base.slice(base.indexOf("[data-combobox-selected]"));
      expect(chosen.slice(0, chosen.indexOf("}"))).toMatch(/background: var\(--selected\);\s+color: var\(--text\)/);
    },
  );

  it("has a mark of what is chosen that can be told from its background", () => {
    expect(contrast(colour("link"), colour("selected"))).toBeGreaterThanOrEqual(3);
  });

  it("has controls that can be told from the surface", () => {
    expect(contrast(colour("control-border"), colour("surface"))).toBeGreaterThanOrEqual(3);
  });

  it("has readable text on buttons, on rows under the pointer and on what is selected", () => {
    expect(contrast(colour("on-link"), colour("link"))).toBeGreaterThanOrEqual(4.5);
    for (const name of ["text", "muted", "link"]) {
      expect(contrast(colour(name), colour("selected"))).toBeGreaterThanOrEqual(4.5);
      expect(contrast(colour(name), colour("hover"))).toBeGreaterThanOrEqual(4.5);
    }
  });

  describe("lines of a chart", () => {
    const series = [1, 2, 3, 4, 5, 6].map((number) => colour(`series-${number}`));

    it("stand out from the surface and from what is sunk or raised", () => {
      for (const one of series) {
        expect(contrast(one, colour("surface"))).toBeGreaterThanOrEqual(3);
        expect(contrast(one, colour("sunk"))).toBeGreaterThanOrEqual(3);
      }
    });

    it.each(Object.keys(EYES))("differ, each two of them, for eyes that are %s", (eyes) => {
      const pairs = series.flatMap((one, at) => series.slice(at + 1).map((other) => [one, other] as const));
      for (const [one, other] of pairs) expect(distance(one, other, eyes)).toBeGreaterThanOrEqual(13);
    });
  });
});
