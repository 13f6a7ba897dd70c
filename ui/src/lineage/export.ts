// The graph as files: SVG, CSV, JSON, Mermaid. All of them are written from the graph and its layout, not from the
// screen, so that nothing outside the window is missing. What stays out: PNG (picture.ts, needs a canvas).

import { sayFailure } from "../values/Failure";
import { typeName } from "../values/humanNames";
import { cutMiddle } from "../values/names";
import { formatNumber } from "../values/numbers";
import { formatDuration, formatUtc } from "../values/times";
import type { Positions } from "./boxes";
import { belowOf, edgePath, isDashed, labelOf } from "./edges";
import type { Graph, GraphEdge, GraphNode } from "./graph";
import { type Label, labelsOf, wholeName } from "./labels";
import { boundsOf, colourOf, reasonOf, shortEvidence, sizeOf, stateMark, wholeEvidence } from "./looks";
import { stateCounts } from "./stacks";

/** What an exported picture says of itself. */
export interface Caption {
  readonly title: string;
  readonly link: string;
  readonly time: number;
}

/** Colours by the names of tokens.css. */
export type Palette = (name: string) => string;

const MARGIN = 24;
const LEGEND = 64;

export function toSvg(graph: Graph, positions: Positions, caption: Caption, palette: Palette): string {
  const nodes = [...graph.nodes.values()].filter(({ key }) => positions[key]);
  const box = boundsOf(graph, positions);
  const width = Math.max(560, box.width + 2 * MARGIN);
  const height = box.height + 2 * MARGIN + LEGEND;
  const shift = `translate(${MARGIN - box.x} ${MARGIN - box.y})`;
  const edges = graph.edges.map((edge) => edgeSvg(edge, graph, positions, palette)).join("");
  const labels = labelsOf(graph);
  const drawn = nodes.map((node) => nodeSvg(node, labels.get(node.key) as Label, positions, palette)).join("");
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}"`,
    ` font-family="system-ui, sans-serif" font-size="13">`,
    `<title>${escapeXml(caption.title)}</title>`,
    `<rect width="100%" height="100%" fill="${palette("surface")}"/>`,
    `<g transform="${shift}">${edges}${drawn}</g>`,
    legendSvg(caption, height, palette),
    "</svg>",
  ].join("");
}

function nodeSvg(node: GraphNode, label: Label, positions: Positions, palette: Palette): string {
  const [x, y] = positions[node.key] as readonly [number, number];
  const { width, height } = sizeOf(node);
  const isPill = node.kind === "execution";
  const colour = palette(node.state === "FAILED" ? "failed" : colourOf(node));
  const dash = node.ghost ? ' stroke-dasharray="4 3"' : "";
  const frame = `<rect width="${width}" height="${height}" rx="${isPill ? height / 2 : 6}" fill="${palette("surface")}" stroke="${colour}"${dash}/>`;
  const mark = isPill
    ? textSvg(16, height / 2 + 5, 13, stateMark(node.state), colour)
    : stripeSvg(node, height, colour);
  const title = `<title>${escapeXml([wholeName(node), node.version, `(${node.key})`, wholeEvidence(node)].filter(Boolean).join(" "))}</title>`;
  const facts = factsOf(node, label);
  const left = isPill ? 40 : 16;
  const top = (height - 16 * label.lines.length - (facts ? 15 : 0)) / 2;
  const lines = label.lines.map((line, at) => textSvg(left, top + 12 + 16 * at, 13, line, palette("text")));
  const last = facts && textSvg(left, top + 16 * label.lines.length + 12, 12, facts, palette("muted"));
  return `<g transform="translate(${x} ${y})">${title}${frame}${mark}${lines.join("")}${last}</g>`;
}

function stripeSvg(node: GraphNode, height: number, colour: string): string {
  const behind = node.kind === "stack" ? `<path d="M6 ${height + 3}H219V6" fill="none" stroke="${colour}"/>` : "";
  return `${behind}<rect width="4" height="${height}" rx="2" fill="${colour}"/>`;
}

/** The last line of a node: what the screen shows there, as far as there is room. */
function factsOf(node: GraphNode, label: Label): string {
  const state = node.state?.toLowerCase().replaceAll("_", " ");
  const facts = {
    artifact: [label.version, typeName(node.type), state, ...(node.aliases ?? []), figureOf(node), ...chosenOf(node)],
    execution: [node.duration === undefined ? "" : formatDuration(node.duration), reasonOf(node), ...chosenOf(node)],
    stack: stateCounts(node.members ?? []).map(([name, count]) => `${count} ${name.toLowerCase()}`),
  }[node.kind];
  return cutMiddle(facts.filter(Boolean).join(" · "), 30);
}

function chosenOf(node: GraphNode): (string | undefined)[] {
  return [node.label, shortEvidence(node)];
}

function figureOf({ figure }: GraphNode): string {
  return figure ? formatNumber(figure.value) : "";
}

function textSvg(x: number, y: number, size: number, text: string, colour: string): string {
  return `<text x="${x}" y="${y}" font-size="${size}" fill="${colour}">${escapeXml(text)}</text>`;
}

function edgeSvg(edge: GraphEdge, graph: Graph, positions: Positions, palette: Palette): string {
  const [from, to] = [graph.nodes.get(edge.from), graph.nodes.get(edge.to)];
  const [start, end] = [positions[edge.from], positions[edge.to]];
  if (!from || !to || !start || !end) return "";
  const [x1, y1] = [start[0] + sizeOf(from).width, start[1] + sizeOf(from).height / 2];
  const [x2, y2] = [end[0], end[1] + sizeOf(to).height / 2];
  const dash = isDashed(edge) ? ' stroke-dasharray="5 4"' : "";
  const path = edgePath(x1, y1, x2 - 4, y2, belowOf(edge, graph, positions));
  const stroke = palette("control-border");
  const words = labelOf(edge);
  const middle = belowOf(edge, graph, positions) ?? (y1 + y2) / 2;
  const label = words ? textSvg((x1 + x2) / 2 - 3 * words.length, middle - 4, 11, words, palette("text")) : "";
  return `<path d="${path}" fill="none" stroke="${stroke}" stroke-width="1.5"${dash}/><path d="M${x2} ${y2}l-7 -4v8z" fill="${stroke}"/>${label}`;
}

function legendSvg(caption: Caption, height: number, palette: Palette): string {
  const kinds = ["data", "model", "metric", "execution"];
  const marks = kinds.map((name, at) => {
    const x = MARGIN + at * 110;
    return `<rect x="${x}" y="${height - 54}" width="12" height="12" rx="3" fill="${palette(name)}"/>${textSvg(x + 18, height - 44, 12, name, palette("text"))}`;
  });
  const link = textSvg(MARGIN, height - 22, 12, `${caption.title} · ${formatUtc(caption.time)}`, palette("muted"));
  return `${marks.join("")}${link}${textSvg(MARGIN, height - 8, 10, caption.link, palette("muted"))}`;
}

const XML_SIGNS: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

export function escapeXml(text: string): string {
  const allowed = Array.from(text).filter(isXml).join("");
  return allowed.replace(/[&<>"']/g, (sign) => XML_SIGNS[sign] as string);
}

/** Control characters but tab and line ends are no XML at all. */
function isXml(letter: string): boolean {
  return letter >= " " || letter === "\t" || letter === "\n" || letter === "\r";
}

/** One row a record: stacks and merged versions are written out, with the node that
 * stands for them on the screen. Then one row an edge. */
export function toCsv(graph: Graph, hop: ReadonlyMap<string, number>): string {
  const titles = [
    "kind",
    "id",
    "name",
    "type",
    "version",
    "state",
    "hop",
    "created",
    "node",
    "node name",
    "failure",
    "aliases",
    "label",
    ...(hasEvidence(graph) ? ["commit or digest"] : []),
  ];
  const rows = [[...titles, ...figures(graph)]];
  for (const { node, record } of recordsOf(graph)) {
    const row = csvRow(record, node, hop.get(node.key));
    const evidence = hasEvidence(graph) ? [record.evidence ?? ""] : [];
    rows.push([...row, ...evidence, ...figuresOf(record, figures(graph))]);
  }
  rows.push([], ["from", "to", "event", "time", "via", "events"]);
  for (const edge of graph.edges) {
    const time = edge.time ? formatUtc(edge.time) : "";
    rows.push([edge.from, edge.to, edge.type, time, String(edge.via ?? ""), String(edge.count ?? 1)]);
  }
  return `${rows.map((row) => row.map(csvCell).join(",")).join("\r\n")}\r\n`;
}

/** Every record with the node that it is drawn in. */
function recordsOf(graph: Graph): { node: GraphNode; record: GraphNode }[] {
  return [...graph.nodes.values()].flatMap((node) => written(node).map((record) => ({ node, record })));
}

function written(node: GraphNode): readonly GraphNode[] {
  const inside = node.members ?? node.versions;
  return inside ? inside.flatMap(written) : [node];
}

/** The metrics that are on the nodes. */
function figures(graph: Graph): string[] {
  return [...new Set(recordsOf(graph).flatMap(({ record }) => record.figure?.name ?? []))];
}

function hasEvidence(graph: Graph): boolean {
  return recordsOf(graph).some(({ record }) => record.evidence);
}

function figuresOf(record: GraphNode, metrics: readonly string[]): string[] {
  return metrics.map((name) => (record.figure?.name === name ? String(record.figure.value) : ""));
}

function csvRow(node: GraphNode, drawn: GraphNode, hop: number | undefined): string[] {
  const created = node.created ? formatUtc(node.created) : "";
  const failure = node.failure ? sayFailure(node.failure) : "";
  const facts = [node.kind, node.id, node.name, node.type, node.version ?? "", node.state ?? "", String(hop ?? "")];
  const aliases = (node.aliases ?? []).join(",");
  return [...facts, created, drawn.key, wholeName(drawn), failure, aliases, node.label ?? ""];
}

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$|^-?Infinity$/i;

/** Whether a spreadsheet takes a text for a formula: after blanks too, in wide forms too, and behind apostrophes. */
function isFormula(text: string): boolean {
  const bare = text.replace(/^'+/, "");
  if (/^[\t\r\n]/.test(bare)) return true;
  const first = bare.match(/[^\p{Z}\p{Cc}\p{Cf}]/u)?.[0] ?? "";
  return /^[=+\-@]$/.test(first.normalize("NFKC")) && !NUMBER.test(bare);
}

/** A cell; text that a spreadsheet would take for a formula gets an apostrophe before it, as in the server's exports. */
export function csvCell(text: string): string {
  const safe = isFormula(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replace(/"/g, '""')}"` : safe;
}

/** The records, and what is drawn: nodes name the records that they stand for. */
export function toJson(graph: Graph, caption: Caption): string {
  const nodes = recordsOf(graph).map(({ record }) => record);
  const drawn = [...graph.nodes.values()].map((node) => ({
    key: node.key,
    kind: node.kind,
    name: wholeName(node),
    records: written(node).map(({ key }) => key),
  }));
  const time = new Date(caption.time).toISOString();
  return JSON.stringify({ ...caption, time, nodes, drawn, edges: graph.edges }, null, 2);
}

export function toMermaid(graph: Graph): string {
  const lines = ["flowchart LR"];
  for (const node of graph.nodes.values()) {
    const text = `"${escapeMermaid([wholeName(node), node.version].filter(Boolean).join(" "))}"`;
    lines.push(`  ${mermaidKey(node.key)}${node.kind === "execution" ? `([${text}])` : `[${text}]`}`);
  }
  for (const edge of graph.edges) {
    const arrow = isDashed(edge) ? "-.->" : "-->";
    const words = labelOf(edge);
    lines.push(`  ${mermaidKey(edge.from)} ${arrow}${words ? `|${words}|` : ""} ${mermaidKey(edge.to)}`);
  }
  return `${lines.join("\n")}\n`;
}

function mermaidKey(key: string): string {
  return key.replace(/[^A-Za-z0-9]/g, "_");
}

function escapeMermaid(text: string): string {
  return text.replace(/[#"&<>`\n]/g, (sign) => `#${sign.codePointAt(0)};`);
}
