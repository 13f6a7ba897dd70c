// @vitest-environment happy-dom
import { describe, expect, it } from "vitest";
import { csvCell, toCsv, toJson, toMermaid, toSvg } from "../src/lineage/export";
import { contextOf, contract, type Graph, type GraphEdge, type GraphNode, hops } from "../src/lineage/graph";
import { columnLayout, layerLayout } from "../src/lineage/layout";
import { mergeVersions } from "../src/lineage/merge";
import { stackName, stackSiblings } from "../src/lineage/stacks";
import { rowsOf } from "../src/lineage/TreeGrid";
import {
  drawnGraph,
  drawnKey,
  hiddenNeighbours,
  mergedCount,
  readExpansions,
  writeExpansion,
} from "../src/lineage/view";
import { nextByKey } from "../src/lineage/walk";
import { sweepGraph } from "./sweepGraph";

function node(key: string, more: Partial<GraphNode> = {}): GraphNode {
  const kind = key.startsWith("e") ? "execution" : "artifact";
  return {
    key,
    kind,
    id: key.slice(1),
    name: key,
    type: kind === "execution" ? "train" : "model",
    upCount: 0,
    downCount: 0,
    ...more,
  };
}

/** A graph from "a1>e1 e1>a2". */
function graphOf(text: string, more: Record<string, Partial<GraphNode>> = {}): Graph {
  const edges: GraphEdge[] = text.split(" ").map((link) => {
    const [from, to] = link.split(">") as [string, string];
    return { from, to, type: from.startsWith("a") ? "INPUT" : "OUTPUT" };
  });
  const keys = new Set(edges.flatMap(({ from, to }) => [from, to]));
  return { nodes: new Map([...keys].map((key) => [key, node(key, more[key])])), edges };
}

function siblings(count: number): Graph {
  const links = Array.from({ length: count }, (_, at) => `a1>e${at + 1} e${at + 1}>a${at + 100}`);
  return graphOf(links.join(" "));
}

describe("the context of a node", () => {
  it("is its ancestors and descendants, not its siblings", () => {
    const graph = graphOf("a1>e1 e1>a2 e1>a3 a2>e2 e2>a4");
    expect([...contextOf(graph, "a2")].sort()).toEqual(["a1", "a2", "a4", "e1", "e2"]);
  });

  it("ends in a cycle", () => {
    expect(contextOf(graphOf("a1>e1 e1>a1"), "a1").size).toBe(2);
  });
});

describe("hiding", () => {
  it("of all but live artifacts keeps the focus and how they hang together", () => {
    const graph = graphOf("a1>e1 e1>a2 a2>e2 e2>a3", { a1: { downCount: 1 }, a3: { state: "LIVE" } });
    const drawn = drawnGraph([graph], { focus: "a1", state: "LIVE" }, []);
    expect([...drawn.nodes.keys()]).toEqual(["a1", "a3"]);
    expect(drawn.edges).toMatchObject([{ from: "a1", to: "a3", via: 3 }]);
    expect(drawn.hiddenCount).toBe(3);
    expect(hiddenNeighbours(drawn).get("a1")).toEqual({ up: 0, down: 0 });
  });

  it("keeps what is linked, and says over how many", () => {
    const graph = contract(graphOf("a1>e1 e1>a2 a2>e2 e2>a3"), new Set(["e1", "a2", "e2"]));
    expect([...graph.nodes.keys()]).toEqual(["a1", "a3"]);
    expect(graph.edges).toMatchObject([{ from: "a1", to: "a3", via: 3 }]);
  });
});

describe("stacks", () => {
  it("are one for 300 equal siblings, and one for what they made", () => {
    const graph = stackSiblings(siblings(300), new Set(["a1"]));
    expect(graph.nodes.size).toBe(3);
    expect(graph.edges.map(({ count }) => count)).toEqual([300, 300]);
  });

  it("leave five alone, and whom a person pulled out", () => {
    expect(stackSiblings(siblings(5), new Set(["a1"])).nodes.size).toBe(11);
    const graph = stackSiblings(siblings(10), new Set(["a1", "e3"]));
    expect(graph.nodes.has("e3")).toBe(true);
  });

  it("are named by what they share", () => {
    const named = (names: readonly string[], more: Partial<GraphNode> = {}) =>
      stackName(names.map((name, at) => node(`a${at}`, { name, version: `v${at}`, ...more })));
    const trials = Array.from({ length: 48 }, (_, at) => `resnet-sweep/trial-0${at + 10}-useful`);
    expect(named(trials)).toBe("48 trials of resnet-sweep");
    expect(named(["churn/x", "churn/y"])).toBe("2 models of churn");
    expect(named(["churn", "churn"])).toBe("2 versions of churn");
    expect(named(["train", "train"], { version: undefined })).toBe("2 × train");
    expect(named(["one", "two"])).toBe("2 models");
    expect(named(["part-10", "part-11"], { type: "data_set" })).toBe("2 data sets of part");
  });

  it("lose nobody", () => {
    const graph = stackSiblings(siblings(48), new Set());
    const members = [...graph.nodes.values()].flatMap((each) => each.members ?? [each]);
    expect(members.length).toBe(97);
  });
});

describe("expanding and folding", () => {
  const opening = graphOf("a1>e1 e1>a2");
  const expansion = graphOf("a2>e2 e2>a3 a2>e1");

  it("undo each other", () => {
    const before = drawnGraph([opening], { focus: "a1" }, []);
    const open = drawnGraph([opening, expansion], { focus: "a1", more: "a2d" }, []);
    expect(open.nodes.size).toBeGreaterThan(before.nodes.size);
    expect([...drawnGraph([opening], { focus: "a1" }, []).nodes.keys()]).toEqual([...before.nodes.keys()]);
  });

  it("are written into the address", () => {
    expect(readExpansions("a5d,e7u*").map(writeExpansion)).toEqual(["a5d", "e7u*"]);
    expect(readExpansions("nonsense,a5x")).toEqual([]);
  });

  it("tell how many neighbours are not shown before they are asked for", () => {
    const graph = graphOf("a1>e1", { a1: { downCount: 13, upCount: 2 } });
    expect(hiddenNeighbours(graph).get("a1")).toEqual({ up: 2, down: 12 });
  });
});

describe("versions", () => {
  it("become one node only when that is asked for", () => {
    const graph = graphOf("a1>e1 e1>a2 a2>e2 e2>a3", { a2: { name: "m", created: 1 }, a3: { name: "m", created: 2 } });
    expect(drawnGraph([graph], { focus: "a1" }, []).nodes.size).toBe(5);
    expect(mergeVersions(graph).nodes.get("a3")?.version).toBe("2 versions");
  });

  it("are offered as one node where that helps much, and lead from each version to that node", () => {
    const graph = sweepGraph();
    const drawn = drawnGraph([graph], { focus: "a552" }, []);
    const after = mergedCount(drawn.all, drawn, { focus: "a552" });
    const merged = drawnGraph([graph], { focus: "a552", merge: "versions" }, []);
    expect(after).toBe(merged.nodes.size);
    expect(after).toBeLessThan(30);
    expect(drawnKey(merged, "a12")).toBe(drawnKey(merged, "a552"));
    expect(mergedCount(graph, graphOf("a1>e1 e1>a2"), { focus: "a1" })).toBeUndefined();
  });
});

describe("layouts", () => {
  const boxes = ["a1", "e1", "a2"].map((key) => ({ key, width: 216, height: 56 }));
  const links = [
    ["a1", "e1"],
    ["e1", "a2"],
  ] as const;

  it.each([layerLayout, columnLayout])("go from left to right, always the same: %o", (layout) => {
    const positions = layout({ boxes, links });
    expect(positions.a1?.[0]).toBeLessThan(positions.e1?.[0] ?? 0);
    expect(positions.e1?.[0]).toBeLessThan(positions.a2?.[0] ?? 0);
    expect(layout({ boxes: boxes.toReversed(), links })).toEqual(positions);
  });

  it("do not hang in cycles", () => {
    const cycle = [...links, ["a2", "e1"]] as const;
    expect(Object.keys(layerLayout({ boxes, links: cycle }))).toHaveLength(3);
    expect(Object.keys(columnLayout({ boxes, links: cycle }))).toHaveLength(3);
  });

  it("are walked by arrow keys", () => {
    const graph = graphOf("a1>e1 e1>a2 e1>a3");
    const positions = { a1: [0, 0], e1: [300, 0], a2: [600, 0], a3: [600, 80] } as const;
    expect(nextByKey("ArrowRight", graph, positions, "a1")).toBe("e1");
    expect(nextByKey("ArrowDown", graph, positions, "a2")).toBe("a3");
    expect(nextByKey("ArrowLeft", graph, positions, "a3")).toBe("e1");
  });
});

describe("the table", () => {
  it("has the nodes of the graph, by hops from the focus", () => {
    const graph = graphOf("a1>e1 e1>a2 a2>e2");
    expect(rowsOf(graph, "a2").map(({ node, hop }) => [node.key, hop])).toEqual([
      ["a1", -2],
      ["e1", -1],
      ["a2", 0],
      ["e2", 1],
    ]);
    expect(hops(graph, "a2").get("a1")).toBe(-2);
  });
});

describe("exports", () => {
  const graph = graphOf("a1>e1 e1>a2", { a1: { name: '<script>alert("1")</script>' }, a2: { name: "=cmd()" } });
  const caption = { title: "Lineage of x", link: "http://localhost/lineage?focus=a1", time: 0 };
  const positions = { a1: [0, 0], e1: [300, 0], a2: [600, 400] } as const;

  it("as SVG are whole, with legend, link and time, and names are text", () => {
    const svg = toSvg(graph, positions, caption, () => "#000000");
    const parsed = new DOMParser().parseFromString(svg, "text/html");
    expect(parsed.querySelector("script")).toBeNull();
    expect(svg).toContain("1970-01-01");
    expect(svg).toContain("focus=a1");
    expect(Number(/height="(\d+)"/.exec(svg)?.[1])).toBeGreaterThan(450);
  });

  it("as CSV run nothing in a spreadsheet", () => {
    expect(csvCell("=cmd()")).toBe("'=cmd()");
    for (const text of ["-1+2", " =1", "\u200b@x", "＝1", "'=1", "\nx", "\tx"])
      expect(csvCell(text)).toContain(`'${text}`);
    expect(["-3", "-1.5e3", "'x", "a=b"].map(csvCell)).toEqual(["-3", "-1.5e3", "'x", "a=b"]);
    expect(csvCell('a,"b"')).toBe('"a,""b"""');
    expect(toCsv(graph, hops(graph, "a1"))).toContain("artifact,2,'=cmd()");
  });

  it("as CSV have the aliases of each record and the label of choice", () => {
    const graph = graphOf("a1>e1", { a1: { aliases: ["champion", "production"], label: "risk" } });
    expect(toCsv(graph, hops(graph, "a1"))).toMatch(/,aliases,label\r\n.*,"champion,production",risk\r\n/);
  });

  it("have the commit and the digest where they are shown, short in the picture and whole in its titles and in CSV", () => {
    const [digest, commit] = [`sha256:${"d".repeat(64)}`, "c".repeat(40)];
    const graph = graphOf("a1>e1", { a1: { evidence: digest }, e1: { evidence: commit, label: "0.5" } });
    const svg = toSvg(graph, positions, caption, () => "#000000");
    expect(svg).toContain(`digest ${digest}</title>`);
    expect(svg).toMatch(/>[^<]*0\.5 · c{8}<\/text>/);
    expect(svg).toMatch(/>[^<]*· d{8}<\/text>/);
    expect(toCsv(graph, hops(graph, "a1"))).toMatch(/,label,commit or digest\r\n.*,sha256:d{64}\r\n.*,0\.5,c{40}\r\n/);
  });

  it("match the screen: merged, stacked, with the names and counts that are drawn", () => {
    const long = (at: number) => `resnet-sweep/trial-0${at + 10}-steady-thought-useful`;
    const names = Array.from({ length: 8 }, (_, at) => [`e${at + 1}`, { name: long(at) }] as const);
    const models = Array.from(
      { length: 8 },
      (_, at) => [`a${at + 100}`, { name: "churn", version: `v${at}` }] as const,
    );
    const links = names.map((_, at) => `a1>e${at + 1} e${at + 1}>a${at + 100}`).join(" ");
    const all = graphOf(links, Object.fromEntries([...names, ...models]));
    const drawn = drawnGraph([all], { focus: "a1", merge: "versions" }, []);
    const places = Object.fromEntries([...drawn.nodes.keys()].map((key, at) => [key, [300 * at, 0] as const]));
    const svg = toSvg(drawn, places, caption, () => "#000000");
    for (const text of ["8 trials of", "8 versions", "× 8"]) {
      expect(svg).toContain(text);
      expect(toMermaid(drawn)).toContain(text.replace("of", "of resnet-sweep"));
    }
    const csv = toCsv(drawn, hops(drawn, "a1"));
    expect(csv).toContain(`execution,8,${long(7)},train,,,1,,se1,8 trials of resnet-sweep`);
    expect(csv.match(/,churn,model,v\d,/g)).toHaveLength(8);
    const json = JSON.parse(toJson(drawn, caption));
    expect([json.nodes.length, json.drawn.length]).toEqual([17, 3]);
  });

  it("as JSON and Mermaid have every node, stacks written out", () => {
    const stacked = stackSiblings(siblings(10), new Set());
    expect(JSON.parse(toJson(stacked, caption)).nodes).toHaveLength(21);
    expect(toMermaid(graph)).toContain("a1 --> e1");
    expect(toMermaid(graph)).not.toContain("<script>");
  });
});
