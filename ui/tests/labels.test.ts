import { describe, expect, it } from "vitest";
import { CARD_ROOM, labelsOf, PILL_ROOM, shortNames, wrap } from "../src/lineage/labels";
import { textWidth } from "../src/lineage/textWidth";
import { sweepGraph } from "./sweepGraph";

const trials = Array.from({ length: 48 }, (_, at) => `resnet-sweep/trial-0${at + 10}-steady-thought-useful`);

function apart(names: readonly string[], room = CARD_ROOM): Map<string, string> {
  const short = shortNames(names, room);
  expect(new Set(short.values()).size).toBe(new Set(names).size);
  for (const text of short.values()) expect(wrap(text, room).length).toBeLessThanOrEqual(room.lines);
  return short;
}

describe("names on nodes", () => {
  it("are whole where they fit into two lines", () => {
    expect(apart(["bakery/resnet", "train"]).get("bakery/resnet")).toBe("bakery/resnet");
    expect(wrap("imagenet-shards/validation", CARD_ROOM).join("")).toBe("imagenet-shards/validation");
  });

  it("keep what differs: what is common at the start and end is shortened", () => {
    for (const [name, text] of apart(trials, PILL_ROOM)) {
      expect(text).toContain(/trial-(\d+)/.exec(name)?.[1] as string);
      expect(text).toMatch(/^resnet.*…/);
    }
  });

  it("never look the same, wherever they differ", () => {
    const long = "a".repeat(80);
    const inside = Array.from({ length: 60 }, (_, at) => `${long}${String.fromCodePoint(0x61 + at)}${long}`);
    const words = trials.flatMap((name, at) => [name, `${name}-${at % 7}-of-a-longer-family-of-names`]);
    apart([...inside, ...words, `${long}…${long}`, ...inside.map((name) => `team/${name}/${name}`)]);
  });

  it("never look the same in random families", () => {
    let state = 7;
    const random = (most: number) => {
      state = (state * 1664525 + 1013904223) % 2 ** 32;
      return Math.floor((state / 2 ** 32) * most);
    };
    const word = () =>
      ["steady", "quiet", "0", "1", "12", "-", "/", "thought", "useful", "語", "😀", "_", "x"][random(13)];
    const names = Array.from({ length: 800 }, () => Array.from({ length: 3 + random(16) }, word).join(""));
    apart(names.filter(Boolean));
    apart(names, PILL_ROOM);
  });

  it("are cut by whole letters and fit their lines", () => {
    for (const text of apart(trials).values()) {
      for (const line of wrap(text, CARD_ROOM)) expect(textWidth(line)).toBeLessThanOrEqual(CARD_ROOM.width);
    }
    expect(wrap("😀".repeat(40), CARD_ROOM).join("")).not.toContain("\ufffd");
  });

  it("of versions of one name have versions that differ", () => {
    const graph = sweepGraph();
    const nodes = [...graph.nodes.values()].map((node) => ({
      ...node,
      version: node.version && `2026-11-28T10:00:00Z-${node.version}-a-long-build-name`,
    }));
    const labels = labelsOf({ nodes: new Map(nodes.map((node) => [node.key, node])), edges: [] });
    const seen = nodes
      .filter(({ version }) => version)
      .map(({ key }) => Object.values(labels.get(key) ?? {}).join("|"));
    expect(new Set(seen).size).toBe(seen.length);
  });
});
