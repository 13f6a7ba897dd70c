// The graph as files: SVG, CSV, JSON, Mermaid. All of them are written from the graph and its layout, not from the
// screen, so that nothing outside the window is missing. What stays out: PNG (picture.ts, needs a canvas).

import { cutMiddle, shortType } from "../values/names";
import { formatUtc } from "../values/times";
import type { Positions } from "./boxes";
import { belowOf, edgePath, isDashed } from "./edges";
import type { Graph, GraphEdge, GraphNode } from "./graph";
import { boundsOf, colourOf, sizeOf, stateMark } from "./looks";

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
  const drawn = nodes.map((node) => nodeSvg(node, positions, palette)).join("");
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

function nodeSvg(node: GraphNode, positions: Positions, palette: Palette): string {
  const [x, y] = positions[node.key] as readonly [number, number];
  const { width, height } = sizeOf(node);
  const colour = palette(colourOf(node));
  const round = node.kind === "execution" ? height / 2 : 6;
  const dash = node.ghost ? ' stroke-dasharray="4 3"' : "";
  const frame = `<rect width="${width}" height="${height}" rx="${round}" fill="${palette("surface")}" stroke="${colour}"${dash}/>`;
  const stripe = node.kind === "execution" ? "" : `<rect width="4" height="${height}" rx="2" fill="${colour}"/>`;
  const second = node.kind === "execution" ? "" : textSvg(14, 42, 12, secondLine(node), palette("muted"));
  const name = node.kind === "execution" ? `${stateMark(node.state)} ${node.name || node.key}` : node.name || node.key;
  const title = `<title>${escapeXml(`${node.name} (${node.key})`)}</title>`;
  const first = textSvg(
    14,
    node.kind === "execution" ? 25 : 24,
    13,
    cutMiddle(name, (width - 24) / 7),
    palette("text"),
  );
  return `<g transform="translate(${x} ${y})">${title}${frame}${stripe}${first}${second}</g>`;
}

function secondLine(node: GraphNode): string {
  return [node.version, shortType(node.type), node.state?.toLowerCase()].filter(Boolean).join(" · ");
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
  return `<path d="${path}" fill="none" stroke="${stroke}" stroke-width="1.5"${dash}/><path d="M${x2} ${y2}l-7 -4v8z" fill="${stroke}"/>`;
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

/** One row a node, stacks written out, then one row an edge. */
export function toCsv(graph: Graph, hop: ReadonlyMap<string, number>): string {
  const rows = [["kind", "id", "name", "type", "version", "state", "hop", "created"]];
  for (const node of graph.nodes.values()) {
    for (const member of node.members ?? [node]) rows.push(csvRow(member, hop.get(node.key)));
  }
  rows.push([], ["from", "to", "event", "time", "via"]);
  for (const edge of graph.edges) {
    rows.push([edge.from, edge.to, edge.type, edge.time ? formatUtc(edge.time) : "", String(edge.via ?? "")]);
  }
  return `${rows.map((row) => row.map(csvCell).join(",")).join("\r\n")}\r\n`;
}

function csvRow(node: GraphNode, hop: number | undefined): string[] {
  const created = node.created ? formatUtc(node.created) : "";
  return [node.kind, node.id, node.name, node.type, node.version ?? "", node.state ?? "", String(hop ?? ""), created];
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

export function toJson(graph: Graph, caption: Caption): string {
  const nodes = [...graph.nodes.values()].flatMap((node) => node.members ?? [node]);
  return JSON.stringify({ ...caption, time: new Date(caption.time).toISOString(), nodes, edges: graph.edges }, null, 2);
}

export function toMermaid(graph: Graph): string {
  const lines = ["flowchart LR"];
  for (const node of graph.nodes.values()) {
    const text = `"${escapeMermaid(node.name || node.key)}"`;
    lines.push(`  ${mermaidKey(node.key)}${node.kind === "execution" ? `([${text}])` : `[${text}]`}`);
  }
  for (const edge of graph.edges) {
    const arrow = isDashed(edge) ? "-.->" : "-->";
    const label = edge.via ? `|via ${edge.via}|` : "";
    lines.push(`  ${mermaidKey(edge.from)} ${arrow}${label} ${mermaidKey(edge.to)}`);
  }
  return `${lines.join("\n")}\n`;
}

function mermaidKey(key: string): string {
  return key.replace(/[^A-Za-z0-9]/g, "_");
}

function escapeMermaid(text: string): string {
  return text.replace(/[#"&<>`\n]/g, (sign) => `#${sign.codePointAt(0)};`);
}
